using Softlan.Roles.Client;
using Softlan.Tests.Fakes;
using Xunit;

namespace Softlan.Tests.Roles.Client;

public sealed class AloneWatchTests : IDisposable
{
    private readonly ManualLane _lane = new();
    private readonly AloneWatch _watch;
    private bool _isAlone = true;
    private int _told;

    public AloneWatchTests() => _watch = new AloneWatch(_lane, () => _isAlone, () => _told++);

    public void Dispose() => _watch.Dispose();

    [Fact]
    public void Joined_StaysAlone_IsToldOnceAndNotAtOnce()
    {
        _watch.OnJoined();
        _lane.Advance(AloneWatch.Patience - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, _told);

        _lane.Advance(4 * AloneWatch.Patience);
        Assert.Equal(1, _told);
    }

    [Fact]
    public void Joined_SomebodyIsThere_IsNotTold()
    {
        _isAlone = false;
        _watch.OnJoined();
        _isAlone = true;
        _lane.Advance(2 * AloneWatch.Patience);
        Assert.Equal(0, _told);
    }

    [Fact]
    public void Joined_SomebodyCameAndWent_IsNotTold()
    {
        _watch.OnJoined();
        _watch.OnPeerJoined();
        _lane.Advance(2 * AloneWatch.Patience);
        Assert.Equal(0, _told);
    }

    [Fact]
    public void Joined_NotInTheRoomAnyMore_IsNotTold()
    {
        _watch.OnJoined();
        _isAlone = false;
        _lane.Advance(2 * AloneWatch.Patience);
        Assert.Equal(0, _told);
    }
}
