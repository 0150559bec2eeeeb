using Softlan.Platform.Quic;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

public sealed class InFlightPeaksTests
{
    private readonly InFlightPeaks _peaks = new();

    [Fact]
    public void Peaks_AreThoseOfTheLastEpochs_EachByItself()
    {
        Assert.Equal((0, TimeSpan.Zero), (_peaks.InFlight, _peaks.RoundTrip));
        Add(90_000, 30);
        Add(20_000, 80);
        Assert.Equal((90_000, TimeSpan.FromMilliseconds(80)), (_peaks.InFlight, _peaks.RoundTrip));
    }

    [Fact]
    public void Peaks_AreForgottenAfterTenToTwentyEpochs()
    {
        Add(90_000, 80);
        for (int i = 1; i < 20; i++)
        {
            Add(10_000, 30);
            Assert.Equal(90_000, _peaks.InFlight);
        }

        Add(10_000, 30);
        Assert.Equal((10_000, TimeSpan.FromMilliseconds(30)), (_peaks.InFlight, _peaks.RoundTrip));
    }

    [Fact]
    public void Clear_NothingIsKnown()
    {
        Add(90_000, 80);
        _peaks.Clear();
        Assert.Equal((0, TimeSpan.Zero), (_peaks.InFlight, _peaks.RoundTrip));
    }

    private void Add(long inFlight, double milliseconds) => _peaks.Add(inFlight, TimeSpan.FromMilliseconds(milliseconds));
}
