using Xunit;

namespace Softlan.Tests.Wire;

/// <summary>Proof that a piece of the hot path leaves nothing for the garbage collector.</summary>
internal static class Allocations
{
    private const int Rounds = 1000;

    public static void AssertNone(Action work)
    {
        // The first rounds fill pools and static fields.
        for (int i = 0; i < Rounds; i++)
        {
            work();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++)
        {
            work();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
