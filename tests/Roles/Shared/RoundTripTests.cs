using Softlan.Roles.Shared;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

public sealed class RoundTripTests
{
    [Fact]
    public void Add_FirstProbeWaitedBehindTheJoin_SaysNothingSoonAfter()
    {
        RoundTrip trip = default;
        Assert.False(trip.IsKnown);
        Add(ref trip, 17, 0.5, 0.6);
        Assert.Equal(0.5, trip.Smoothed.TotalMilliseconds);
        Assert.Equal(0.6, trip.Latest.TotalMilliseconds);
    }

    [Fact]
    public void Add_LaterOn_IsAnAverageThatOneLateAnswerDoesNotUpset()
    {
        RoundTrip trip = default;
        Add(ref trip, 8, 8, 8, 8, 16);
        Assert.Equal(9, trip.Smoothed.TotalMilliseconds);
        for (int i = 0; i < 100; i++)
        {
            Add(ref trip, 24);
        }

        Assert.Equal(24, trip.Smoothed.TotalMilliseconds, tolerance: 0.01);
    }

    [Fact]
    public void SilenceAt_IsSinceTheLastAnswer()
    {
        RoundTrip trip = default;
        Assert.Equal(TimeSpan.Zero, trip.SilenceAt(TimeSpan.FromSeconds(9)));
        trip.Add(TimeSpan.FromMilliseconds(8), TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(7), trip.SilenceAt(TimeSpan.FromSeconds(17)));
    }

    private static void Add(ref RoundTrip trip, params double[] milliseconds)
    {
        foreach (double sample in milliseconds)
        {
            trip.Add(TimeSpan.FromMilliseconds(sample), TimeSpan.Zero);
        }
    }
}
