using Softlan.Platform.Quic;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

/// <summary>Loads that begin as loads do: with little in flight.</summary>
public sealed partial class DelayGuardTests
{
    /// <summary>While the load begins, what is longer by a little looks like a queue of ours; the limit must not stay at what was in flight
    /// then.</summary>
    [Theory]
    [InlineData(3_750_000, 30, 4)]
    [InlineData(12_500_000, 30, 4)]
    [InlineData(12_500_000, 50, 4)]
    [InlineData(7_500_000, 50, 8)]
    public void Limit_WhenALoadBeginsOnAPathThatTakesLongerUnderIt_FillsItSoon(double bytesPerSecond, double milliseconds, double longer)
    {
        TimeSpan trip = TimeSpan.FromMilliseconds(milliseconds + longer);
        long product = (long)(bytesPerSecond * trip.TotalSeconds);
        Hold(TimeSpan.FromMilliseconds(milliseconds), 2000, 1000);
        Ramp(bytesPerSecond, trip, 2 * product);
        Fill(bytesPerSecond, trip, 2 * product, TimeSpan.FromSeconds(4));

        var limits = new List<double>();
        Fill(bytesPerSecond, trip, 2 * product, TimeSpan.FromSeconds(2), _ => limits.Add(Math.Min(_guard.Limit, 2 * product)));
        Assert.InRange(limits.Average(), 0.9 * product, long.MaxValue);
    }

    /// <summary>What the slow start of a load has put into the buffer is ours, although the round trip was short while it rose.</summary>
    [Theory]
    [InlineData(12_500_000, 50, 2.2)]
    [InlineData(3_750_000, 33, 1.8)]
    [InlineData(1_250_000, 20, 3)]
    public void Limit_WhenALoadHasOverfilledThePath_LeavesAShortQueue(double bytesPerSecond, double milliseconds, double times)
    {
        TimeSpan trip = TimeSpan.FromMilliseconds(milliseconds);
        long window = (long)(times * bytesPerSecond * trip.TotalSeconds);
        Hold(trip, 2000, 1000);
        Ramp(bytesPerSecond, trip, window);
        Fill(bytesPerSecond, trip, window, TimeSpan.FromSeconds(1));

        var queues = new List<double>();
        Fill(bytesPerSecond, trip, window, TimeSpan.FromSeconds(3), queues.Add);
        Assert.InRange(queues.Average(), 0, 2 * DelayGuard.LongestDelay.TotalSeconds);
    }
}
