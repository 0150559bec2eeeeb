using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class TokenBucketTests
{
    [Fact]
    public void TryTake_AtFirst_HasTheWholeBurstAndNoMore()
    {
        TokenBucket bucket = new(ratePerSecond: 10, burst: 5);
        Assert.True(bucket.TryTake(5, TimeSpan.FromDays(3)));
        Assert.False(bucket.TryTake(1, TimeSpan.FromDays(3)));
    }

    [Fact]
    public void TryTake_LaterOn_HasWhatTrickledIn()
    {
        TokenBucket bucket = new(ratePerSecond: 10, burst: 5);
        Assert.True(bucket.TryTake(5, TimeSpan.Zero));
        Assert.False(bucket.TryTake(2, TimeSpan.FromMilliseconds(199)));
        Assert.True(bucket.TryTake(2, TimeSpan.FromMilliseconds(201)));
        Assert.False(bucket.TryTake(1, TimeSpan.FromMilliseconds(201)));
    }

    [Fact]
    public void TryTake_AfterALongSilence_HasNoMoreThanTheBurst()
    {
        TokenBucket bucket = new(ratePerSecond: 10, burst: 5);
        Assert.True(bucket.TryTake(5, TimeSpan.Zero));
        Assert.False(bucket.TryTake(6, TimeSpan.FromHours(1)));
        Assert.True(bucket.TryTake(5, TimeSpan.FromHours(1)));
    }

    [Fact]
    public void TryTake_Refused_TakesNothing()
    {
        TokenBucket bucket = new(ratePerSecond: 1, burst: 10);
        Assert.False(bucket.TryTake(11, TimeSpan.Zero));
        Assert.True(bucket.TryTake(10, TimeSpan.Zero));
    }

    [Fact]
    public void TryTake_ClockGoesBackwards_NeitherGivesNorBlocks()
    {
        TokenBucket bucket = new(ratePerSecond: 10, burst: 5);
        Assert.True(bucket.TryTake(5, TimeSpan.FromSeconds(100)));
        Assert.False(bucket.TryTake(1, TimeSpan.FromSeconds(1)));
        Assert.False(bucket.TryTake(1, TimeSpan.FromSeconds(1.05)));
        Assert.True(bucket.TryTake(1, TimeSpan.FromSeconds(1.2)));
    }

    [Fact]
    public void TryTake_ManySmallSteps_LoseNothing()
    {
        TokenBucket bucket = new(ratePerSecond: 256, burst: 512);
        int taken = 0;
        for (int ms = 0; ms <= 10_000; ms++)
        {
            taken += bucket.TryTake(1, TimeSpan.FromMilliseconds(ms)) ? 1 : 0;
        }

        Assert.InRange(taken, 512 + 2560 - 1, 512 + 2560);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(1, 0)]
    [InlineData(double.NaN, 1)]
    [InlineData(1, double.PositiveInfinity)]
    public void Constructor_NonsensicalNumbers_Throw(double rate, double burst) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenBucket(rate, burst));
}
