using System.Diagnostics;
using Softlan.Platform;
using Xunit;

namespace Softlan.Tests.Platform;

public sealed class SharedLaneTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly List<Exception> _bugs = [];
    private readonly SharedLane _lane;

    public SharedLaneTests() => _lane = new SharedLane(bug =>
    {
        lock (_bugs)
        {
            _bugs.Add(bug);
        }
    });

    public void Dispose() => _lane.Dispose();

    [Fact]
    public void Enter_LaneIsFree_RunsAtOnceOnThisThread()
    {
        int thread = 0;
        _lane.Enter(new Work(() => thread = Environment.CurrentManagedThreadId));
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Fact]
    public void Enter_FromInside_RunsAfterThisWorkAndNotWithinIt()
    {
        List<string> order = [];
        Work second = new(() => order.Add("second"));
        _lane.Enter(new Work(() =>
        {
            _lane.Enter(second);
            order.Add("first");
        }));
        Assert.Equal(["first", "second"], order);
    }

    [Fact]
    public void Enter_WhileItWaits_RunsOnce_AfterItBegan_RunsAgain()
    {
        int runs = 0;
        Work work = null!;
        work = new Work(() =>
        {
            if (++runs == 1)
            {
                _lane.Enter(work);
                _lane.Enter(work);
            }
        });
        _lane.Enter(work);
        Assert.Equal(2, runs);
    }

    [Fact]
    public void PostedWorkThatThrows_IsReported_AndWhatWasPostedBesideItStillRuns()
    {
        int ran = 0;
        _lane.Enter(new Work(() =>
        {
            _lane.Post(() => ran++);
            _lane.Post(() => throw new InvalidOperationException("a bug"));
            _lane.Post(() => ran++);
        }));
        Assert.Equal(2, ran);
        Assert.Equal("a bug", Assert.Single(_bugs).Message);
    }

    [Fact]
    public void TurnEnd_ComesOnceAfterAllWorkOfTheTurn()
    {
        List<string> order = [];
        TurnEnd end = new(() => order.Add("end"));
        Work other = new(() => order.Add("other"));
        _lane.Enter(new Work(() =>
        {
            _lane.AtTurnEnd(end);
            _lane.Post(() => order.Add("posted"));
            order.Add("work");
        }));
        _lane.Enter(other);
        Assert.Equal(["work", "end", "posted", "other"], order);
    }

    [Fact]
    public void ManyThreads_OnlyOneIsInside_AndNothingIsLost()
    {
        const int Threads = 8;
        const int Rounds = 20_000;
        int inside = 0;
        int overlaps = 0;
        long seen = 0;
        long[] added = new long[Threads];
        long[] taken = new long[Threads];
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            Work work = new(() =>
            {
                overlaps += Interlocked.Increment(ref inside) == 1 ? 0 : 1;
                long now = Volatile.Read(ref added[number]);
                seen += now - taken[number];
                taken[number] = now;
                Interlocked.Decrement(ref inside);
            });
            for (int i = 0; i < Rounds; i++)
            {
                Volatile.Write(ref added[number], i + 1);
                _lane.Enter(work);
            }
        }))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            Assert.True(thread.Join(Limit));
        }

        Assert.True(SpinWait.SpinUntil(() => Interlocked.Read(ref seen) == Threads * Rounds, Limit), $"{seen} of {Threads * Rounds} were seen");
        Assert.Equal(0, overlaps);
        Assert.Empty(_bugs);
    }

    [Fact]
    public void Timer_FiresOnTheLaneAfterItsTime()
    {
        using ManualResetEventSlim fired = new();
        TimeSpan at = default;
        _lane.Post(() =>
        {
            ILaneTimer timer = _lane.CreateTimer(() =>
            {
                at = _lane.Now;
                fired.Set();
            });
            timer.Set(TimeSpan.FromMilliseconds(30));
        });
        Assert.True(fired.Wait(Limit, TestContext.Current.CancellationToken));
        Assert.True(at >= TimeSpan.FromMilliseconds(30), $"fired at {at}");
    }

    /// <summary>The system's timers count whole milliseconds and cut the rest off: an alarm for less would ring again and again until its
    /// time.</summary>
    [Fact]
    public void Alarm_PartOfTheMillisecondIsOver_IsSetForAWholeOne()
    {
        BusyClock clock = new();
        using SharedLane lane = new(_bugs.Add, clock);
        lane.Post(() => lane.CreateTimer(() => { }).Set(TimeSpan.FromMilliseconds(3)));
        Assert.Equal(TimeSpan.FromMilliseconds(3), clock.Alarm);
    }

    [Fact]
    public void Timer_SetAgainAndAgain_FiresEachTime()
    {
        using ManualResetEventSlim done = new();
        int fires = 0;
        _lane.Post(() =>
        {
            ILaneTimer timer = null!;
            timer = _lane.CreateTimer(() =>
            {
                if (++fires == 20)
                {
                    done.Set();
                }
                else
                {
                    timer.Set(TimeSpan.FromMilliseconds(2));
                }
            });
            timer.Set(TimeSpan.Zero);
        });
        Assert.True(done.Wait(Limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Timer_Cancelled_DoesNotFire()
    {
        using ManualResetEventSlim laterFired = new();
        bool fired = false;
        _lane.Post(() =>
        {
            ILaneTimer timer = _lane.CreateTimer(() => fired = true);
            ILaneTimer later = _lane.CreateTimer(laterFired.Set);
            timer.Set(TimeSpan.FromMilliseconds(10));
            later.Set(TimeSpan.FromMilliseconds(20));
            timer.Cancel();
        });
        Assert.True(laterFired.Wait(Limit, TestContext.Current.CancellationToken));
        Assert.False(fired);
    }

    [Fact]
    public void WorkThatThrows_IsReported_AndTheOthersStillRun()
    {
        bool ran = false;
        Work second = new(() => ran = true);
        _lane.Enter(new Work(() =>
        {
            _lane.Enter(second);
            throw new InvalidOperationException("a bug");
        }));
        Assert.True(ran);
        Assert.Equal("a bug", Assert.Single(_bugs).Message);
    }

    [Fact]
    public void WorkWithoutEnd_LeavesTheVisitorAfterAWhile()
    {
        bool stop = false;
        Work work = null!;
        work = new Work(() =>
        {
            if (!Volatile.Read(ref stop))
            {
                _lane.Enter(work);
            }
        });
        Stopwatch watch = Stopwatch.StartNew();
        _lane.Enter(work);
        Assert.True(watch.Elapsed < Limit);
        Volatile.Write(ref stop, true);
    }

    [Fact]
    public void Enter_AllocatesNothing()
    {
        TurnEnd end = new(static () => { });
        Work work = new(() => _lane.AtTurnEnd(end));
        Allocations.AssertNone(() => _lane.Enter(work));
    }

    /// <summary>A tenth of a millisecond is over each time that somebody looks.</summary>
    private sealed class BusyClock : TimeProvider, ITimer
    {
        private long _ticks;

        public TimeSpan Alarm { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks += TimeSpan.TicksPerMillisecond / 10;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => this;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Alarm = dueTime;
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Work(Action run) : LaneWork
    {
        public override void Run() => run();
    }

    private sealed class TurnEnd(Action run) : ITurnEnd
    {
        public void OnTurnEnd() => run();
    }
}
