using Xunit;

namespace Softlan.Tests;

/// <summary>Proof that a piece of the hot path leaves nothing for the garbage collector.</summary>
internal static class Allocations
{
    private const int Rounds = 1000;

    /// <param name="work">One round.</param>
    /// <param name="warmUp">Rounds before it counts, which fill pools and static fields.</param>
    /// <param name="rounds">Rounds that count.</param>
    public static void AssertNone(Action work, int warmUp = Rounds, int rounds = Rounds)
    {
        Run(work, warmUp);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(work, rounds);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>In bytes, on this thread.</summary>
    public static long Of(Action work)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Run(Action work, int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            work();
        }
    }
}
