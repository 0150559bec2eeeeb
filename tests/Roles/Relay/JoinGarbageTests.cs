using Softlan.Roles.Relay;
using Softlan.Tests.Fakes;
using Xunit;

namespace Softlan.Tests.Roles.Relay;

public sealed class JoinGarbageTests
{
    private readonly ManualLane _lane = new();
    private readonly JoinGarbage _garbage;
    private long _allocated = 1_000_000;
    private int _collected = 7;
    private int _asked;

    public JoinGarbageTests()
    {
        _garbage = new JoinGarbage(_lane, () => _allocated, () => _collected, Collect);
        Join(leaves: 0); // Now it knows where to count from.
    }

    [Fact]
    public void Join_BehindMuchGarbage_IsFollowedByACollection()
    {
        Join(leaves: JoinGarbage.Threshold - 1);
        Assert.Equal(0, _asked);
        Join(leaves: 1);
        Assert.Equal(1, _asked);
        Join(leaves: JoinGarbage.Threshold - 1);
        Assert.Equal(1, _asked);
    }

    [Fact]
    public void Join_TheCollectorHasBegunByItself_IsNotFollowedByAnother()
    {
        _collected++;
        Join(leaves: JoinGarbage.Threshold);
        Assert.Equal(0, _asked);
        Join(leaves: JoinGarbage.Threshold - 1);
        Assert.Equal(0, _asked);
    }

    [Fact]
    public void Join_ManyAtOnce_AreFollowedByOneCollectionAfterTheLastIsTold()
    {
        _allocated += JoinGarbage.Threshold;
        _garbage.NoteJoin();
        _garbage.NoteJoin();
        _lane.Advance(JoinGarbage.Delay - TimeSpan.FromTicks(1));
        Assert.Equal(0, _asked);
        _lane.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(1, _asked);
    }

    [Fact]
    public void Join_OfARealRelay_AsksTheRuntimesCollector()
    {
        JoinGarbage real = new(_lane);
        real.NoteJoin();
        _lane.Advance(JoinGarbage.Delay);
        int before = GC.CollectionCount(0);
        for (long allocated = 0; allocated < 2 * JoinGarbage.Threshold; allocated += 1024)
        {
            GC.KeepAlive(new byte[1024]);
        }

        real.NoteJoin();
        _lane.Advance(JoinGarbage.Delay);
        Assert.True(GC.CollectionCount(0) > before);
    }

    private void Join(long leaves)
    {
        _allocated += leaves;
        _garbage.NoteJoin();
        _lane.Advance(JoinGarbage.Delay);
    }

    private void Collect()
    {
        _asked++;
        _collected++;
    }
}
