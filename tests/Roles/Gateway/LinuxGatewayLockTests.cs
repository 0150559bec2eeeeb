using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Roles.Gateway;
using Softlan.Tests.Platform.Linux;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

[Collection(NoForkTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class LinuxGatewayLockTests
{
    private readonly RecordingLogger _log = new();

    // Names are the whole namespace's, so another run of these tests must not meet them.
    private readonly string _room = $"ROOM-{Guid.NewGuid():n}";

    [Fact]
    public void Take_SecondTime_IsRefusedWhileTheFirstOneRuns()
    {
        using (Take(_room, "eth0"))
        {
            SoftlanException error = Assert.Throws<SoftlanException>(() => Take(_room.ToLowerInvariant(), "eth0"));
            Assert.StartsWith("Cannot bridge 'eth0' into room 'room-", error.What, StringComparison.Ordinal);
            Assert.Equal("another softlan gateway on this machine does so now", error.Why);
            Assert.Contains("stop that one", error.Hint, StringComparison.Ordinal);
        }

        Take(_room, "eth0").Dispose();
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Take_AnotherRoomOrInterface_IsAnotherPlace()
    {
        using NamespaceLock first = Take(_room, "eth0");
        Take(_room + "2", "eth0").Dispose();
        Take(_room, "eth1").Dispose();
    }

    [Fact]
    public void Take_LongestNames_Fit()
    {
        string room = new('r', RoomCode.MaxLength - 32);
        Take(room + Guid.NewGuid().ToString("n"), new string('i', 15)).Dispose();
        Assert.Empty(_log.Lines);
    }

    private NamespaceLock Take(string room, string port) =>
        LinuxGatewayLock.TakeOrNull(RoomCode.TryParse(room, out RoomCode code) ? code : throw new ArgumentException(room), port, _log)!;
}
