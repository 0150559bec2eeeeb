using Softlan.Roles.Gateway;
using Softlan.Tests.Roles.Shared;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

public sealed class GatewayLockTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"softlan-gateway-{Guid.NewGuid():n}");
    private readonly ListLogger _log = new();

    public void Dispose()
    {
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    [Fact]
    public void Take_SecondTime_IsRefusedWhileTheFirstOneRuns()
    {
        using (Take("ROOM1", "eth0"))
        {
            SoftlanException error = Assert.Throws<SoftlanException>(() => Take("room1", "eth0"));
            Assert.Equal("Cannot bridge 'eth0' into room 'room1'", error.What);
            Assert.Equal("another softlan gateway on this machine does so now", error.Why);
            Assert.Contains("stop that one", error.Hint, StringComparison.Ordinal);
        }

        Take("ROOM1", "eth0").Dispose();
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Take_AnotherRoomOrInterface_IsAnotherPlace()
    {
        using GatewayLock first = Take("ROOM1", "eth0");
        Take("ROOM2", "eth0").Dispose();
        Take("ROOM1", "eth1").Dispose();
    }

    [Fact]
    public void Take_NowhereToLock_GoesOnWithAWarning()
    {
        GatewayLock.Take("/proc/softlan", SessionBench.Room, "eth0", _log).Dispose();
        Assert.Equal(1, _log.Count("Cannot lock"));
    }

    private GatewayLock Take(string room, string port) =>
        GatewayLock.Take(_directory, RoomCode.TryParse(room, out RoomCode code) ? code : throw new ArgumentException(room), port, _log);
}
