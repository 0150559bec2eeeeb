using Softlan.Platform.Quic;
using Softlan.Platform.Quic.Ngtcp2;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

public sealed class FailedHandshakesTests
{
    private readonly FailedHandshakes _failed = new();

    [Fact]
    public void Lately_ManyInOneMoment_AreForgottenInTwoSeconds()
    {
        TimeSpan now = TimeSpan.FromDays(100);
        for (int i = 0; i < 100_000; i++)
        {
            _failed.Note(now);
        }

        Assert.Equal(FailedHandshakes.Most, _failed.Lately(now));
        Assert.InRange(_failed.Lately(now + TimeSpan.FromSeconds(1)), QuicLimits.RetryThreshold, FailedHandshakes.Most);
        Assert.InRange(_failed.Lately(now + TimeSpan.FromSeconds(2)), 1, QuicLimits.RetryThreshold - 1);
        Assert.Equal(0, _failed.Lately(now + TimeSpan.FromDays(1)));
    }

    /// <summary>However often, and when, it is looked at.</summary>
    [Theory]
    [InlineData(0.001)]
    [InlineData(0.7)]
    [InlineData(1.9)]
    public void Lately_IsHalvedEverySecond_WhoeverLooks(double pause)
    {
        TimeSpan now = TimeSpan.FromDays(100);
        _failed.Lately(now);
        for (int i = 0; i < FailedHandshakes.Most; i++)
        {
            _failed.Note(now);
        }

        for (double seconds = 0; seconds < 2; seconds += pause)
        {
            _failed.Lately(now + TimeSpan.FromSeconds(seconds));
        }

        Assert.Equal(FailedHandshakes.Most / 4, _failed.Lately(now + TimeSpan.FromSeconds(2)));
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(200, true)]
    public void Lately_SoManyEachSecond_NeedProof(int perSecond, bool needsProof)
    {
        int most = 0;
        for (int i = 0; i < 20 * perSecond; i++)
        {
            TimeSpan now = TimeSpan.FromSeconds((double)i / perSecond);
            most = Math.Max(most, _failed.Lately(now));
            _failed.Note(now);
        }

        Assert.Equal(needsProof, most >= QuicLimits.RetryThreshold);
    }
}
