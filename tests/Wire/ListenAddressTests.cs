using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("443/udp", "[::]:443")]
    [InlineData("443/UDP", "[::]:443")]
    [InlineData("443", "[::]:443")]
    [InlineData("0/udp", "[::]:0")]
    [InlineData("65535/udp", "[::]:65535")]
    [InlineData("192.0.2.1:443", "192.0.2.1:443")]
    [InlineData("192.0.2.1:443/udp", "192.0.2.1:443")]
    [InlineData("0.0.0.0:443", "0.0.0.0:443")]
    [InlineData("127.0.0.1:0", "127.0.0.1:0")]
    [InlineData("[2001:db8::1]:443", "[2001:db8::1]:443")]
    [InlineData("[2001:db8::1]:443/udp", "[2001:db8::1]:443")]
    [InlineData("[::]:8443", "[::]:8443")]
    public void TryParse_KnownForms_AreUnderstood(string text, string endPoint)
    {
        Assert.True(ListenAddress.TryParse(text, out ListenAddress? address));
        Assert.Equal(endPoint, address.EndPoint.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/udp")]
    [InlineData("443/tcp")]
    [InlineData("443/")]
    [InlineData("443/udp/udp")]
    [InlineData("443/udp ")]
    [InlineData(" 443")]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("+443")]
    [InlineData("0x1bb")]
    [InlineData("000443")]
    [InlineData("x")]
    [InlineData(":443")]
    [InlineData("*:443")]
    [InlineData("localhost:443")]
    [InlineData("192.0.2.1")]
    [InlineData("192.0.2.1:")]
    [InlineData("192.0.2.1:65536")]
    [InlineData("192.0.2:443")]
    [InlineData("192.0.2.01:443")]
    [InlineData("192.0.2.1:443/tcp")]
    [InlineData("::1:443")]
    [InlineData("[::1]")]
    [InlineData("[::1]443")]
    [InlineData("[::1:443")]
    [InlineData("[192.0.2.1]:443")]
    [InlineData("[::1/64]:443")]
    [InlineData("[]:443")]
    public void TryParse_AnythingElse_IsRefused(string? text) => Assert.False(ListenAddress.TryParse(text, out _));

    [Theory]
    [InlineData("443", "443/udp")]
    [InlineData("192.0.2.1:443", "192.0.2.1:443/udp")]
    [InlineData("[2001:db8::1]:443", "[2001:db8::1]:443/udp")]
    public void ToString_IsWhatListenTakes(string text, string canonical)
    {
        Assert.True(ListenAddress.TryParse(text, out ListenAddress? address));
        Assert.Equal(canonical, address.ToString());
        Assert.True(ListenAddress.TryParse(canonical, out ListenAddress? again));
        Assert.Equal(address, again);
    }

    [Fact]
    public void Default_IsPort443OfBothFamilies() => Assert.Equal("443/udp", ListenAddress.Default.ToString());
}
