using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class CpuLatencyTests
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"softlan-latency-{Guid.NewGuid():N}");

    [Fact]
    public void Hold_WritesTheNumberThatTheKernelReads()
    {
        File.WriteAllBytes(_path, []);
        try
        {
            using CpuLatency latency = new(20, _path);
            latency.Hold();
            latency.Hold();
            Assert.Equal(BitConverter.GetBytes(20), ReadShared());
            latency.Release();
            latency.Release();
            File.WriteAllBytes(_path, []);
            latency.Hold();
            Assert.Equal(BitConverter.GetBytes(20), ReadShared());
        }
        finally
        {
            File.Delete(_path);
        }
    }

    [Fact]
    public void Hold_NoSuchFile_SaysWhatWhyAndWhatToDo()
    {
        using CpuLatency latency = new(0, _path);
        SoftlanException failure = Assert.Throws<SoftlanException>(latency.Hold);
        Assert.Equal(
            $"Cannot limit this machine's CPU idle states: there is no {_path} here. "
            + "Hint: leave --cpu-latency out, or run softlan as root on a machine of its own.",
            failure.Message);
    }

    [Fact]
    public void Hold_ARealOne_LastsUntilItIsReleased()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists(CpuLatency.Device), "Only root may hold processors awake.");
        int before = Effective();
        Assert.SkipUnless(before > 1, "Somebody else keeps this machine's processors awake.");
        using CpuLatency latency = new(1);
        latency.Hold();
        Assert.Equal(1, Effective());
        latency.Release();
        Assert.Equal(before, Effective());
    }

    /// <summary>The kernel tells what it makes of all requests.</summary>
    private static int Effective()
    {
        using FileStream device = new(CpuLatency.Device, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        byte[] number = new byte[sizeof(int)];
        device.ReadExactly(number);
        return BitConverter.ToInt32(number);
    }

    private byte[] ReadShared()
    {
        using FileStream file = new(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
