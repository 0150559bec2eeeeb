using System.Diagnostics;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class TimerHeapTests : IDisposable
{
    private readonly EventLoop _loop = new();

    public void Dispose() => _loop.Dispose();

    [Fact]
    public void TakeDue_RandomSetsAndRemovals_MatchesASortedList()
    {
        Random random = new(7);
        TimerHeap heap = new();
        List<LoopTimer> timers = [.. Enumerable.Range(0, 200).Select(_ => new LoopTimer(_loop, () => { }))];
        Dictionary<HeapTimer, long> expected = [];
        for (int step = 0; step < 20_000; step++)
        {
            LoopTimer timer = timers[random.Next(timers.Count)];
            switch (random.Next(4))
            {
                case 0:
                    heap.Remove(timer);
                    expected.Remove(timer);
                    break;
                case 1:
                    long now = random.Next(1000);
                    HeapTimer? due = heap.TakeDue(now);
                    long first = expected.Count == 0 ? long.MaxValue : expected.Values.Min();
                    Assert.Equal(first <= now, due is not null);
                    if (due is not null)
                    {
                        Assert.Equal(first, expected[due]);
                        expected.Remove(due);
                    }

                    break;
                default:
                    long at = random.Next(1000);
                    heap.Set(timer, at);
                    expected[timer] = at;
                    break;
            }

            Assert.Equal(expected.Count, heap.Count);
            Assert.Equal(expected.Count == 0 ? long.MaxValue : expected.Values.Min(), heap.NextDue);
        }
    }

    [Fact]
    public void Timer_SetAgainInItsCallback_Repeats()
    {
        int fired = 0;
        TimerHolder holder = new();
        holder.Timer = _loop.CreateTimer(() =>
        {
            fired++;
            holder.Timer!.Set(TimeSpan.FromMilliseconds(1));
        });
        holder.Timer.Set(TimeSpan.Zero);
        for (int i = 0; i < 1000 && fired < 3; i++)
        {
            _loop.RunTurn(TimeSpan.FromMilliseconds(10));
        }

        Assert.True(fired >= 3);
    }

    [Fact]
    public void Post_FromAnotherThread_WakesTheLoop()
    {
        bool ran = false;
        TimeSpan longest = TimeSpan.FromSeconds(30);
        long before = Stopwatch.GetTimestamp();
        Thread thread = new(() => _loop.Post(() => ran = true));
        thread.Start();
        _loop.RunTurn(longest);
        thread.Join();
        Assert.True(ran);
        Assert.InRange(Stopwatch.GetElapsedTime(before), TimeSpan.Zero, longest / 6); // Or the turn has only come to its end.
    }

    private sealed class TimerHolder
    {
        public Softlan.Platform.ILaneTimer? Timer { get; set; }
    }
}
