using Softlan.Platform.Quic;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

public sealed class QuietRoundTripTests
{
    private const long Little = 240;
    private static readonly TimeSpan Base = TimeSpan.FromMilliseconds(30);

    private readonly QuietRoundTrip _quiet = new();
    private int _roundTrips;

    [Fact]
    public void Over_PathWasQuiet_IsWhatItUsuallyTakes()
    {
        Rest(QuietRoundTrip.RoundTripsUntilQuiet - 1, smoothed: 34);
        Assert.Equal(TimeSpan.Zero, _quiet.Over(Base));
        Rest(1, smoothed: 34);
        Assert.Equal(TimeSpan.FromMilliseconds(34), _quiet.Over(Base));
    }

    [Fact]
    public void Over_UsualChanges_FollowsSlowly()
    {
        Rest(QuietRoundTrip.RoundTripsUntilQuiet, smoothed: 34);
        Rest(1, smoothed: 36);
        Assert.InRange(_quiet.Over(Base), TimeSpan.FromMilliseconds(34.1), TimeSpan.FromMilliseconds(34.2));
        Rest(200, smoothed: 36);
        Assert.InRange(_quiet.Over(Base), TimeSpan.FromMilliseconds(35.9), TimeSpan.FromMilliseconds(36));
    }

    [Fact]
    public void Over_RadioThatSleeps_CountsUpToAShareOfTheBase()
    {
        Rest(QuietRoundTrip.RoundTripsUntilQuiet, smoothed: 100);
        Assert.Equal(Base + (Base / QuietRoundTrip.MostOfBase), _quiet.Over(Base));
        Assert.Equal(TimeSpan.FromMilliseconds(25), _quiet.Over(TimeSpan.FromMilliseconds(20)));
    }

    [Fact]
    public void Over_SmoothedStillFalls_HasNotForgottenTheLoad()
    {
        for (double smoothed = 80; smoothed > 60; smoothed--)
        {
            Rest(1, smoothed);
        }

        Assert.Equal(TimeSpan.Zero, _quiet.Over(Base));
        Rest(1, smoothed: 61);
        Assert.NotEqual(TimeSpan.Zero, _quiet.Over(Base));
    }

    [Fact]
    public void OnEpoch_WithALoad_BeginsAnew()
    {
        Rest(QuietRoundTrip.RoundTripsUntilQuiet - 1, smoothed: 34);
        _quiet.OnEpoch(TimeSpan.FromMilliseconds(34), DelayGuard.FullPacket + 1, Base);
        Rest(QuietRoundTrip.RoundTripsUntilQuiet - 1, smoothed: 34);
        Assert.Equal(TimeSpan.Zero, _quiet.Over(Base));
    }

    [Fact]
    public void OnNearEpoch_BeginsAnew()
    {
        Rest(QuietRoundTrip.RoundTripsUntilQuiet - 1, smoothed: 34);
        _quiet.OnNearEpoch();
        Rest(QuietRoundTrip.RoundTripsUntilQuiet - 1, smoothed: 34);
        Assert.Equal(TimeSpan.Zero, _quiet.Over(Base));
    }

    [Fact]
    public void OnEpoch_NothingWasMeasuredInIt_TeachesNothing()
    {
        Rest(QuietRoundTrip.RoundTripsUntilQuiet, smoothed: 34);
        _quiet.OnEpoch(TimeSpan.FromMilliseconds(36), Little, Base);
        Assert.Equal(TimeSpan.FromMilliseconds(34), _quiet.Over(Base));
    }

    /// <summary>Epochs with one round trip each.</summary>
    private void Rest(int epochs, double smoothed)
    {
        for (int i = 0; i < epochs; i++)
        {
            _quiet.Add(TimeSpan.FromMilliseconds(30 + (++_roundTrips % 7)));
            _quiet.OnEpoch(TimeSpan.FromMilliseconds(smoothed), Little, Base);
        }
    }
}
