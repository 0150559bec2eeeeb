using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using Softlan.Wire;

namespace Softlan.Platform.Linux;

/// <summary>Asks the kernel for processors that need no longer than so many microseconds to wake up: a number that is written to
/// /dev/cpu_dma_latency, and counts until the file is closed (Documentation/power/pm_qos_interface.rst).</summary>
[SupportedOSPlatform("linux")]
internal sealed class CpuLatency : IWakefulness, IDisposable
{
    /// <summary>The kernel's file.</summary>
    public const string Device = "/dev/cpu_dma_latency";

    private readonly int _microseconds;
    private readonly string _path;
    private SafeFileHandle? _file;

    /// <param name="microseconds">0: processors do not sleep at all.</param>
    /// <param name="path">For tests.</param>
    public CpuLatency(int microseconds, string path = Device)
    {
        _microseconds = microseconds;
        _path = path;
    }

    public void Hold()
    {
        if (_file is not null)
        {
            return;
        }

        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite); // Others may hold it as well.
            RandomAccess.Write(file, BitConverter.GetBytes(_microseconds), 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw SoftlanException.Create(
                "Cannot limit this machine's CPU idle states",
                e is FileNotFoundException ? $"there is no {_path} here" : e.Message.TrimEnd('.'),
                "leave --cpu-latency out, or run softlan as root on a machine of its own");
        }

        _file = file;
    }

    public void Release()
    {
        _file?.Dispose();
        _file = null;
    }

    public void Dispose() => Release();
}
