using Softlan.Platform.Quic;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

public sealed partial class DelayGuardTests
{
    private const long Window = 1_000_000;
    private const long FullPacket = 1472;

    private readonly DelayGuard _guard = new();
    private TimeSpan _now = TimeSpan.FromSeconds(100);
    private TimeSpan _updatedAt;
    private double _delivered;
    private bool _losesMuch;

    [Fact]
    public void Limit_BeforeAnythingWasMeasured_IsNone()
    {
        Update(TimeSpan.Zero, 500_000, Window, _now);
        Assert.Equal(long.MaxValue, _guard.Limit);
    }

    /// <summary>A path of this rate and round trip, on which somebody keeps as much in flight as he may: what the guard allows must fill it and must
    /// not stand in its queue.</summary>
    [Theory]
    [InlineData(300_000_000, 0.1)]
    [InlineData(100_000_000, 2)]
    [InlineData(12_500_000, 30)]
    [InlineData(3_750_000, 30)]
    [InlineData(1_250_000, 80)]
    public void Limit_OnAPathThatIsFull_LeavesAShortQueueAndAFullPath(double bytesPerSecond, double milliseconds)
    {
        TimeSpan trip = TimeSpan.FromMilliseconds(milliseconds);
        long product = (long)(bytesPerSecond * trip.TotalSeconds);
        long window = Math.Max(4 * product, 400_000);

        Update(trip, 0, window, _now);
        Fill(bytesPerSecond, trip, window, TimeSpan.FromSeconds(3));

        var queues = new List<double>();
        Fill(bytesPerSecond, trip, window, TimeSpan.FromSeconds(1.5), queues.Add);
        double longest = Math.Max(DelayGuard.LongestDelay.TotalSeconds * 2, DelayGuard.SmallestLimit / bytesPerSecond);
        longest = Math.Max(longest, (window / DelayGuard.SmallestShare - product) / bytesPerSecond);
        Assert.InRange(queues.Average(), 0, longest);
        Assert.InRange(Math.Min(_guard.Limit, window), (long)(0.9 * product), long.MaxValue);
    }

    [Fact]
    public void Limit_WhenThePathGetsFaster_Follows()
    {
        TimeSpan trip = TimeSpan.FromMilliseconds(20);
        Update(trip, 0, Window, _now);
        Fill(2_500_000, trip, Window, TimeSpan.FromSeconds(2));
        Assert.InRange(_guard.Limit, 1, 400_000);
        Fill(25_000_000, trip, Window, TimeSpan.FromSeconds(2));
        Assert.InRange(_guard.Limit, 500_000, long.MaxValue);
    }

    [Theory]
    [InlineData(6_250_000, 1_250_000, 30)]
    [InlineData(12_500_000, 1_250_000, 20)]
    public void Limit_WhenThePathGetsSlower_Follows(double before, double after, double milliseconds)
    {
        TimeSpan trip = TimeSpan.FromMilliseconds(milliseconds);
        long product = (long)(after * trip.TotalSeconds);
        Hold(trip, 2000, 100);
        Fill(before, trip, (long)(2 * before * trip.TotalSeconds), TimeSpan.FromSeconds(4));

        // BBR has forgotten its window; what is allowed at least is a share of that until then.
        Fill(after, trip, 4 * product, TimeSpan.FromSeconds(2));
        Assert.InRange(FillWithPauses(after, trip, 4 * product).Average(at => at.Queue), 0, DelayGuard.LongestDelay.TotalSeconds * 1.5);
    }

    [Fact]
    public void Limit_WithJitterButNoQueue_StaysAway()
    {
        Update(TimeSpan.FromMilliseconds(10), 0, Window, _now);
        for (int i = 0; i < 5000; i++)
        {
            // Wi-Fi: most packets take twice as long, now and then one does not.
            Update(TimeSpan.FromMilliseconds(i % 7 == 0 ? 10 : 20), 200_000, Window, Tick());
        }

        Assert.Equal(long.MaxValue, _guard.Limit);
    }

    /// <summary>Wi-Fi again: as soon as there is anything to carry, everything takes longer, however little it is. Beyond what the path holds there
    /// is a queue as well.</summary>
    [Theory]
    [InlineData(3_750_000, 30, 8)]
    [InlineData(12_500_000, 30, 8)]
    [InlineData(3_750_000, 10, 5)]
    [InlineData(1_250_000, 40, 12)]
    public void Limit_OnAPathThatTakesLongerUnderAnyLoad_FillsIt_AndLeavesAShortQueue(double bytesPerSecond, double milliseconds, double longer)
    {
        TimeSpan trip = TimeSpan.FromMilliseconds(milliseconds + longer);
        long product = (long)(bytesPerSecond * trip.TotalSeconds);
        long window = 2 * product;
        Hold(TimeSpan.FromMilliseconds(milliseconds), 2000, 1000);
        Fill(bytesPerSecond, trip, window, TimeSpan.FromSeconds(3));

        List<(double Queue, long Limit)> seen = FillWithPauses(bytesPerSecond, trip, window);
        Assert.InRange(seen.Average(at => Math.Min(at.Limit, window)), 0.9 * product, long.MaxValue);
        Assert.InRange(
            seen.Average(at => at.Queue),
            0,
            Math.Max(DelayGuard.LongestDelay.TotalSeconds * 1.5, DelayGuard.SmallestLimit / bytesPerSecond));
    }

    /// <summary>And once more: the first load after a rest need not find out what the rest has shown. Without that it starts at what the luckiest
    /// packet allows, and stays there until BBR pauses.</summary>
    [Theory]
    [InlineData(3_750_000, 31, 36)]
    [InlineData(12_500_000, 31, 36)]
    [InlineData(1_250_000, 22, 27)]
    public void Limit_OnAPathThatVaries_AfterARest_FillsItAtOnce(double bytesPerSecond, double shortest, double usual)
    {
        TimeSpan trip = TimeSpan.FromMilliseconds(usual);
        long product = (long)(bytesPerSecond * trip.TotalSeconds);
        Rest(shortest, usual + usual - shortest, usual, 3000);

        Fill(bytesPerSecond, trip, product, TimeSpan.FromSeconds(0.5));
        Assert.Equal(long.MaxValue, _guard.Limit);

        var seen = new List<(double Queue, long Limit)>();
        Fill(bytesPerSecond, trip, 2 * product, TimeSpan.FromSeconds(4), queue => seen.Add((queue, _guard.Limit)));
        Assert.InRange(seen.Average(at => Math.Min(at.Limit, 2 * product)), 0.95 * product, long.MaxValue);
        Assert.InRange(
            seen.Average(at => at.Queue),
            0,
            Math.Max(DelayGuard.LongestDelay.TotalSeconds * 2, DelayGuard.SmallestLimit / bytesPerSecond));
    }

    /// <summary>Lone packets that are acknowledged late, and a radio that sleeps when there is nothing to carry, say little about the path.</summary>
    [Theory]
    [InlineData(45, 30, 0)]
    [InlineData(130, 100, 30 / QuietRoundTrip.MostOfBase)]
    public void Limit_AfterARestThatTookLonger_LeavesAShortQueue(double longest, double smoothed, double more)
    {
        TimeSpan trip = TimeSpan.FromMilliseconds(30);
        Rest(30, longest, smoothed, 3000);
        Fill(3_750_000, trip, 400_000, TimeSpan.FromSeconds(3));

        var queues = new List<double>();
        Fill(3_750_000, trip, 400_000, TimeSpan.FromSeconds(2), queues.Add);
        Assert.InRange(queues.Average() * 1000, 0, (DelayGuard.LongestDelay.TotalMilliseconds * 1.5) + more);
    }

    /// <summary>Under a long load everything is slower, so the shortest round trip of the last seconds is that of the load; what a rest has shown
    /// must not come on top of it.</summary>
    [Theory]
    [InlineData(31, 41, 36)]
    [InlineData(80, 120, 100)]
    public void Limit_UnderALongLoadAfterARest_LeavesAShortQueue(double shortest, double longest, double usual)
    {
        TimeSpan trip = TimeSpan.FromMilliseconds(usual);
        long product = (long)(3_750_000 * trip.TotalSeconds);
        Rest(shortest, longest, usual, 3000);
        Fill(3_750_000, trip, 2 * product, TimeSpan.FromSeconds(10));
        Assert.InRange(FillWithPauses(3_750_000, trip, 2 * product).Average(at => at.Queue), 0, DelayGuard.LongestDelay.TotalSeconds * 1.5);
    }

    /// <summary>Somebody else's queue ends, or the route changes behind the same addresses.</summary>
    [Fact]
    public void Limit_AfterARest_WhenThePathBecomesMuchShorter_LeavesAShortQueue()
    {
        Rest(120, 220, 150, 3000);
        TimeSpan trip = TimeSpan.FromMilliseconds(20);
        Hold(trip, 2000, 50);
        Fill(1_250_000, trip, 200_000, TimeSpan.FromSeconds(2));
        var queues = new List<double>();
        Fill(1_250_000, trip, 200_000, TimeSpan.FromSeconds(5), queues.Add);
        Assert.InRange(queues.Average(), 0, (trip / QuietRoundTrip.MostOfBase).TotalSeconds + (DelayGuard.LongestDelay.TotalSeconds * 1.5));
    }

    /// <summary>The average has not forgotten the load when the first packets of the rest come back.</summary>
    [Fact]
    public void Limit_WhenALoadHasJustEnded_KnowsNothingOfARest()
    {
        TimeSpan trip = TimeSpan.FromMilliseconds(30);
        Hold(trip, 2000, 100);
        for (int i = 0; i < 800; i++)
        {
            // Every 30 ms one comes back; by the 26th an eighth of what was is left 26 times over.
            double smoothed = 30 + (100 * Math.Pow(0.875, i / 30));
            TimeSpan roundTrip = TimeSpan.FromMilliseconds(30 + (i / 30 % 2));
            _guard.Update(new DelaySample(roundTrip, TimeSpan.FromMilliseconds(smoothed), 240, (long)_delivered, Window, Tick()));
            _updatedAt = _now;
        }

        Fill(3_750_000, trip, 400_000, TimeSpan.FromSeconds(2));
        var queues = new List<double>();
        Fill(3_750_000, trip, 400_000, TimeSpan.FromSeconds(2), queues.Add);
        Assert.InRange(queues.Average(), 0, DelayGuard.LongestDelay.TotalSeconds * 1.5);
    }

    /// <summary>What a buffer has dropped still counts as in flight, so the round trip seems not to depend on it.</summary>
    [Fact]
    public void Limit_AfterABufferHasOverflowed_LeavesAShortQueue()
    {
        const double BytesPerSecond = 250_000;
        TimeSpan trip = TimeSpan.FromMilliseconds(40);
        Hold(trip, 2000, 100);
        foreach ((long inFlight, int milliseconds) in new[] { (90_000L, 300), (60_000, 300), (36_000, 150) })
        {
            for (int i = 0; i < milliseconds; i++)
            {
                _guard.NoteOverflow(_now);
                Update(TimeSpan.FromMilliseconds(142), inFlight, Window, Tick());
            }
        }

        Fill(BytesPerSecond, trip, 100_000, TimeSpan.FromSeconds(1));
        var queues = new List<double>();
        Fill(BytesPerSecond, trip, 100_000, TimeSpan.FromSeconds(3), queues.Add);
        Assert.InRange(queues.Average(), 0, DelayGuard.LongestDelay.TotalSeconds + (FullPacket / BytesPerSecond));
    }

    /// <summary>A radio far from its station loses more than what happens by chance elsewhere, whatever is in flight; it takes longer under load all
    /// the same.</summary>
    [Fact]
    public void Limit_OnALineThatLosesMuchAndTakesLongerUnderLoad_FillsIt()
    {
        TimeSpan trip = TimeSpan.FromMilliseconds(38);
        const long Product = 142_500;
        _losesMuch = true;
        Hold(TimeSpan.FromMilliseconds(30), 2000, 1000);
        Fill(3_750_000, trip, 2 * Product, TimeSpan.FromSeconds(3));
        Assert.InRange(FillWithPauses(3_750_000, trip, 2 * Product).Average(at => Math.Min(at.Limit, 2 * Product)), 0.9 * Product, long.MaxValue);
    }

    /// <summary>While somebody else filled the queue the round trip did not depend on what is ours; now it does.</summary>
    [Fact]
    public void Limit_WhenSomebodyElseHasStopped_LeavesAShortQueue()
    {
        TimeSpan trip = TimeSpan.FromMilliseconds(30);
        Hold(trip, 2000, 100);
        for (int i = 0; i < 4000; i++)
        {
            Update(TimeSpan.FromMilliseconds(80), Math.Min(_guard.Limit, 300_000), 300_000, Tick());
            _guard.NoteInTheWay();
        }

        Assert.InRange(_guard.Limit, 300_000, long.MaxValue);
        Fill(3_750_000, trip, 60_000, TimeSpan.FromSeconds(0.25)); // BBR pauses.
        Fill(3_750_000, trip, 300_000, TimeSpan.FromSeconds(1));
        var queues = new List<double>();
        Fill(3_750_000, trip, 300_000, TimeSpan.FromSeconds(3), queues.Add);
        Assert.InRange(queues.Average(), 0, DelayGuard.LongestDelay.TotalSeconds * 1.5);
    }

    /// <summary>Once it is known what fills the path, the limit stays about there: what it tries beyond, everybody waits for.</summary>
    [Theory]
    [InlineData(12_500_000, 30)]
    [InlineData(3_750_000, 30)]
    [InlineData(1_250_000, 80)]
    [InlineData(250_000, 40)]
    public void Limit_OnAPathThatIsFull_StaysAboutWhatFillsIt(double bytesPerSecond, double milliseconds)
    {
        TimeSpan trip = TimeSpan.FromMilliseconds(milliseconds);
        Hold(trip, 2000, 100);
        long window = (long)(3 * bytesPerSecond * trip.TotalSeconds);
        Fill(bytesPerSecond, trip, window, TimeSpan.FromSeconds(3));

        double longest = 0;
        Fill(bytesPerSecond, trip, window, TimeSpan.FromSeconds(20), queue => longest = Math.Max(longest, queue));
        Assert.InRange(longest, 0, (3.5 * DelayGuard.LongestDelay.TotalSeconds) + (FullPacket / bytesPerSecond));
    }

    /// <summary>A stream's acknowledgements: enough of them to be more than what is always allowed, and each acknowledged when it suits.</summary>
    [Fact]
    public void Limit_WhenLittleIsSentAndAcknowledgedLate_StaysAway()
    {
        Hold(TimeSpan.FromMilliseconds(30), 2000, 100);
        Hold(TimeSpan.FromMilliseconds(75), 2 * DelayGuard.SmallestLimit, 2000);
        Assert.Equal(long.MaxValue, _guard.Limit);
    }

    /// <summary>Two processes of one machine: each turn takes what came since the last, and the last packet that came has not waited.</summary>
    [Fact]
    public void Limit_OnANearPath_SeesAQueueThatSomePacketsDoNotMeet()
    {
        Update(TimeSpan.FromMicroseconds(100), 0, Window, _now);
        JitterNearby(1000);
        Assert.InRange(_guard.Limit, DelayGuard.SmallestLimit, Window / DelayGuard.SmallestShareOfNear);
    }

    [Theory]
    [InlineData(0.1, true)]
    [InlineData(5, false)]
    public void IsNear_OnlyWhereNothingButProcessesCanBeInTheWay(double milliseconds, bool isNear)
    {
        Assert.False(_guard.IsNear);
        Update(TimeSpan.FromMilliseconds(milliseconds), 0, Window, _now);
        Assert.Equal(isNear, _guard.IsNear);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Limit_WhenLonePacketsAreAcknowledgedLate_StaysAway(double milliseconds)
    {
        Update(TimeSpan.FromMilliseconds(milliseconds), 0, Window, _now);
        for (int i = 0; i < 5000; i++)
        {
            Update(TimeSpan.FromMilliseconds(45), 4000, Window, Tick());
        }

        Assert.Equal(long.MaxValue, _guard.Limit);
    }

    [Fact]
    public void Limit_OnANearPath_WhenSomebodyElseFillsTheQueue_KeepsItsShare()
    {
        Update(TimeSpan.FromMilliseconds(0.5), 0, Window, _now);
        for (int i = 0; i < 3000; i++)
        {
            Update(TimeSpan.FromMilliseconds(200), Math.Min(_guard.Limit, Window), Window, Tick());
            _guard.NoteInTheWay();
            Assert.InRange(_guard.Limit, Window / DelayGuard.SmallestShareOfNear, long.MaxValue);
        }
    }

    /// <summary>It looks like a queue of ours until less in flight has not made it shorter; again and again, since it is forgotten.</summary>
    [Fact]
    public void Limit_OnAFarPath_WhenSomebodyElseFillsTheQueue_GivesWayForAMoment()
    {
        Update(TimeSpan.FromMilliseconds(10), 0, Window, _now);
        var limits = new List<double>();
        for (int i = 0; i < 30_000; i++)
        {
            // Once in four seconds somebody is quick: the path itself has not become longer.
            Update(TimeSpan.FromMilliseconds(i % 4000 == 0 ? 10 : 200), Math.Min(_guard.Limit, Window), Window, Tick());
            _guard.NoteInTheWay();
            Assert.InRange(_guard.Limit, DelayGuard.SmallestLimit, long.MaxValue);
            limits.Add(Math.Min(_guard.Limit, Window));
        }

        Assert.Contains(limits, limit => limit <= Window / 2);
        Assert.InRange(limits.Average(), 0.8 * Window, Window);
    }

    [Fact]
    public void Limit_WhenThePathHasBecomeLonger_IsForgottenAfterTenSeconds()
    {
        Update(TimeSpan.FromMilliseconds(10), 0, Window, _now);
        long least = long.MaxValue;
        for (int i = 0; i < 15_000; i++)
        {
            Update(TimeSpan.FromMilliseconds(40), Math.Min(_guard.Limit, Window), Window, Tick());
            _guard.NoteInTheWay();
            least = Math.Min(least, _guard.Limit);
        }

        Assert.True(least < Window);
        Assert.True(_guard.Limit >= Window, $"{_guard.Limit}");
    }

    [Fact]
    public void Proven_IsTheMostThatMadeNoQueue_AndIsForgotten()
    {
        Assert.Equal(0, _guard.Proven);
        Hold(TimeSpan.FromMilliseconds(20), 50_000, 200);
        Assert.Equal(50_000, _guard.Proven);
        Hold(TimeSpan.FromMilliseconds(40), 80_000, 1000);
        Assert.Equal(50_000, _guard.Proven);
        Hold(TimeSpan.FromMilliseconds(40), 70_000, 200); // What a queue costs is seen a round trip later.
        Assert.Equal(50_000, _guard.Proven);
        Hold(TimeSpan.FromMilliseconds(20), 70_000, 200);
        Assert.Equal(70_000, _guard.Proven);
        Hold(TimeSpan.FromMilliseconds(20), 3_000, 10_100);
        Assert.Equal(3_000, _guard.Proven);
    }
}
