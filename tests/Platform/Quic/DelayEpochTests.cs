using Softlan.Platform.Quic;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

public sealed class DelayEpochTests
{
    private readonly DelayEpoch _epoch = new();

    [Fact]
    public void Add_SumsUp()
    {
        _epoch.Add(Sample(20, 3000, 0, 1000));
        _epoch.Add(Sample(10, 9000, 0, 1001));
        _epoch.Add(Sample(30, 6000, 0, 1002));
        Assert.Equal(TimeSpan.FromMilliseconds(10), _epoch.Shortest);
        Assert.Equal(TimeSpan.FromMilliseconds(20), _epoch.Mean);
        Assert.Equal((9000, 0), (_epoch.MostInFlight, _epoch.MostBefore));
        Assert.Equal(TimeSpan.Zero, _epoch.Began);
    }

    [Fact]
    public void Restart_KeepsTheMostOfTheEpochBeforeAndWhatIsInFlight()
    {
        _epoch.Add(Sample(20, 9000, 0, 1000));
        _epoch.Add(Sample(20, 4000, 0, 1001));
        _epoch.Restart(Sample(20, 4000, 0, 1001), TimeSpan.FromMilliseconds(20));
        Assert.Equal((4000, 9000), (_epoch.MostInFlight, _epoch.MostBefore));
        Assert.Equal((9000, 4000), (_epoch.MostOfBoth, _epoch.InBoth));
        Assert.Equal(TimeSpan.FromMilliseconds(1001), _epoch.Began);
        _epoch.Add(Sample(40, 5000, 0, 1002));
        Assert.Equal((TimeSpan.FromMilliseconds(40), TimeSpan.FromMilliseconds(40)), (_epoch.Shortest, _epoch.Mean));
        Assert.Equal((5000, 9000), (_epoch.MostInFlight, _epoch.MostBefore));
    }

    [Theory]
    [InlineData(20, 20, 40)]
    [InlineData(20, 70, 70)]
    [InlineData(0.1, 0.2, 5)]
    public void IsOver_AfterTwoBaseRoundTripsOrTheShortestOne_AndSomeMilliseconds(double baseRoundTrip, double shortest, double lasts)
    {
        _epoch.Add(Sample(shortest, 3000, 0, 1000));
        _epoch.Restart(Sample(shortest, 3000, 0, 1000), TimeSpan.FromMilliseconds(baseRoundTrip));
        Assert.False(_epoch.IsOver(TimeSpan.FromMilliseconds(1000 + lasts - 0.01)));
        Assert.True(_epoch.IsOver(TimeSpan.FromMilliseconds(1000 + lasts)));
    }

    [Fact]
    public void RateUntil_CountsWhatHasLeftSinceItBegan()
    {
        _epoch.Add(Sample(20, 3000, 500_000, 1000));
        _epoch.Restart(Sample(20, 3000, 500_000, 1000), TimeSpan.FromMilliseconds(20));
        Assert.Equal(250_000, _epoch.RateUntil(Sample(20, 3000, 510_000, 1040)), 0.001);
    }

    private static DelaySample Sample(double roundTrip, long inFlight, long gone, double now) => new(
        TimeSpan.FromMilliseconds(roundTrip), TimeSpan.FromMilliseconds(roundTrip), inFlight, gone, 100_000, TimeSpan.FromMilliseconds(now));
}
