using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class BitRateTests
{
    [Theory]
    [InlineData("20mbit", 20_000_000, "20mbit")]
    [InlineData("20MBit", 20_000_000, "20mbit")]
    [InlineData("500kbit", 500_000, "500kbit")]
    [InlineData("1gbit", 1_000_000_000, "1gbit")]
    [InlineData("1.5gbit", 1_500_000_000, "1500mbit")]
    [InlineData("0.5mbit", 500_000, "500kbit")]
    [InlineData("20000000", 20_000_000, "20mbit")]
    [InlineData("12345", 12_345, "12345")]
    [InlineData("12144", 12_144, "12144")]
    [InlineData("1000gbit", 1_000_000_000_000, "1000gbit")]
    public void TryParse_KnownForms_AreUnderstood(string text, long bitsPerSecond, string canonical)
    {
        Assert.True(BitRate.TryParse(text, out BitRate rate));
        Assert.False(rate.IsUnlimited);
        Assert.Equal(bitsPerSecond, rate.BitsPerSecond);
        Assert.Equal(bitsPerSecond / 8.0, rate.BytesPerSecond);
        Assert.Equal(canonical, rate.ToString());
        Assert.True(BitRate.TryParse(canonical, out BitRate again));
        Assert.Equal(rate, again);
        Assert.Equal(rate, BitRate.FromBitsPerSecond(bitsPerSecond));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("mbit")]
    [InlineData("0")]
    [InlineData("0mbit")]
    [InlineData("12143")]
    [InlineData("1001gbit")]
    [InlineData("99999999999999999999999999gbit")]
    [InlineData("-1mbit")]
    [InlineData("+1mbit")]
    [InlineData("1,5mbit")]
    [InlineData("1e9")]
    [InlineData("20 mbit")]
    [InlineData(" 20mbit")]
    [InlineData("20mbit ")]
    [InlineData("20mbps")]
    [InlineData("20m")]
    [InlineData("20mbit/s")]
    [InlineData("20kmbit")]
    [InlineData("infinite")]
    [InlineData("NaN")]
    public void TryParse_AnythingElse_IsRefused(string? text) => Assert.False(BitRate.TryParse(text, out _));

    [Theory]
    [InlineData("unlimited")]
    [InlineData("Unlimited")]
    public void TryParse_Unlimited_IsNoLimit(string text)
    {
        Assert.True(BitRate.TryParse(text, out BitRate rate));
        Assert.True(rate.IsUnlimited);
        Assert.Equal(BitRate.Unlimited, rate);
        Assert.Equal("unlimited", rate.ToString());
        Assert.Throws<InvalidOperationException>(() => rate.BitsPerSecond);
    }
}
