using Softlan.Roles.Relay;
using Softlan.Tests.Fakes;
using Xunit;

namespace Softlan.Tests.Roles.Relay;

public sealed class JoinGarbageTests
{
    private readonly ManualLane _lane = new();

    [Fact]
    public void Join_BehindMuchGarbage_IsFollowedByACollection()
    {
        JoinGarbage garbage = new(_lane);
        garbage.NoteJoin();
        _lane.Advance(JoinGarbage.Delay); // Now it knows where to count from.
        int before = GC.CollectionCount(0);
        for (long allocated = 0; allocated < 2 * JoinGarbage.Threshold; allocated += 1024)
        {
            GC.KeepAlive(new byte[1024]);
        }

        garbage.NoteJoin();
        _lane.Advance(JoinGarbage.Delay);
        Assert.True(GC.CollectionCount(0) > before);
    }
}
