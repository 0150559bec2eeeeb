using Softlan.Roles.Shared;
using Softlan.Tests.Fakes;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

public sealed class AbsenceWatchTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly ManualLane _lane = new();
    private readonly AbsenceWatch _watch;
    private int _told;

    public AbsenceWatchTests() => _watch = new AbsenceWatch(_lane, Patience, () => _told++);

    public void Dispose() => _watch.Dispose();

    [Fact]
    public void Missing_StaysAway_IsToldOnceAndNotAtOnce()
    {
        _watch.Look(isThere: false);
        _lane.Advance(Patience - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, _told);

        _lane.Advance(4 * Patience);
        _watch.Look(isThere: false);
        _lane.Advance(4 * Patience);
        Assert.Equal(1, _told);
    }

    [Fact]
    public void Missing_OthersComeMeanwhile_IsToldInTimeAllTheSame()
    {
        _watch.Look(isThere: false);
        _lane.Advance(Patience / 2);
        _watch.Look(isThere: false);
        _lane.Advance(Patience / 2);
        Assert.Equal(1, _told);
    }

    [Fact]
    public void There_IsNotTold()
    {
        _watch.Look(isThere: true);
        _lane.Advance(2 * Patience);
        Assert.Equal(0, _told);
    }

    [Fact]
    public void Missing_ComesInTime_IsNotTold()
    {
        _watch.Look(isThere: false);
        _lane.Advance(Patience / 2);
        _watch.Look(isThere: true);
        _lane.Advance(2 * Patience);
        Assert.Equal(0, _told);
    }

    [Fact]
    public void Missing_CameAndLeft_IsAnotherAbsence()
    {
        _watch.Look(isThere: false);
        _lane.Advance(2 * Patience);
        _watch.Look(isThere: true);
        _watch.Look(isThere: false);
        _lane.Advance(2 * Patience);
        Assert.Equal(2, _told);
    }

    [Fact]
    public void Missing_NotInTheRoomAnyMore_IsNotToldBeforeItIsAgain()
    {
        _watch.Look(isThere: false);
        _watch.Pause();
        _lane.Advance(2 * Patience);
        Assert.Equal(0, _told);

        _watch.Look(isThere: false);
        _lane.Advance(Patience);
        _watch.Pause();
        _watch.Look(isThere: false);
        _lane.Advance(2 * Patience);
        Assert.Equal(1, _told);
    }
}
