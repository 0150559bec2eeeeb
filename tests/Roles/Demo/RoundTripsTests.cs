using Softlan.Roles.Demo.Probes;
using Xunit;

namespace Softlan.Tests.Roles.Demo;

public sealed class RoundTripsTests
{
    [Fact]
    public void From_HundredTimes_PicksTheMedianAndTheNinetyNinth()
    {
        List<TimeSpan> times = [.. Enumerable.Range(1, 100).Reverse().Select(n => TimeSpan.FromMilliseconds(n))];

        RoundTrips trips = RoundTrips.From(times, sent: 110);

        Assert.Equal(new RoundTrips(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(99), 110, 10), trips);
    }

    [Fact]
    public void From_OneTime_IsBoth()
    {
        RoundTrips trips = RoundTrips.From([TimeSpan.FromMilliseconds(3)], sent: 1);

        Assert.Equal(new RoundTrips(TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(3), 1, 0), trips);
    }

    [Fact]
    public void From_NoAnswer_CountsAllAsLost() => Assert.Equal(5, RoundTrips.From([], sent: 5).Lost);

    [Fact]
    public void ToLine_ReadAgain_IsTheSame()
    {
        RoundTrips trips = new(TimeSpan.FromMicroseconds(312.4), TimeSpan.FromMilliseconds(2), 300, 1);

        Assert.True(RoundTrips.TryParse(trips.ToLine(), out RoundTrips read));
        Assert.Equal(trips, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 2 3")]
    [InlineData("1 2 3 -4")]
    [InlineData("softlan: Network is unreachable")]
    public void TryParse_AnythingElse_IsRefused(string line) => Assert.False(RoundTrips.TryParse(line, out _));
}
