using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class RoomCodeTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("LAN-2026")]
    [InlineData("-_-")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void TryParse_AllowedCharacters_KeepsTheSpelling(string text)
    {
        Assert.True(RoomCode.TryParse(text, out RoomCode room));
        Assert.Equal(text, room.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a.b")]
    [InlineData("röm")]
    [InlineData("a\n")]
    [InlineData("a\0")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public void TryParse_AnythingElse_IsRefused(string? text) => Assert.False(RoomCode.TryParse(text, out _));

    [Theory]
    [InlineData("7kq2-m9tx-w4hb", false)]
    [InlineData("LAN-2026", true)]
    [InlineData("a-b-c-d-e-f-g-h-i-j-k", true)]
    public void MayBeGuessed_FewerLettersAndDigitsThanTheRelaysOwn(string text, bool may)
    {
        Assert.True(RoomCode.TryParse(text, out RoomCode room));
        Assert.Equal(may, room.MayBeGuessed);
    }

    [Fact]
    public void Equality_IgnoresCase()
    {
        Assert.True(RoomCode.TryParse("Lan-A", out RoomCode one));
        Assert.True(RoomCode.TryParse("lAN-a", out RoomCode other));
        Assert.True(RoomCode.TryParse("lan_a", out RoomCode third));
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, third);
        Assert.NotEqual(one, default);
    }
}
