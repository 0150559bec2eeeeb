using Softlan.Roles.Client;
using Xunit;

namespace Softlan.Tests.Roles.Client;

public sealed class ClientAddressTests
{
    [Theory]
    [InlineData("dhcp", "dhcp")]
    [InlineData("DHCP", "dhcp")]
    [InlineData("none", "none")]
    [InlineData("10.73.42.50/24", "10.73.42.50/24")]
    [InlineData("10.0.0.1/8", "10.0.0.1/8")]
    [InlineData("192.168.1.1/30", "192.168.1.1/30")]
    public void TryParse_Right_IsUnderstood(string text, string written)
    {
        Assert.True(ClientAddress.TryParse(text, out ClientAddress? address));
        Assert.Equal(written, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("static")]
    [InlineData("10.73.42.50")]
    [InlineData("10.73.42.50/")]
    [InlineData("10.73.42.50/31")]
    [InlineData("10.73.42.50/7")]
    [InlineData("10.73.42.50/-1")]
    [InlineData("10.73.42.50/24/3")]
    [InlineData("10.73.42.0/24")]
    [InlineData("10.73.42.255/24")]
    [InlineData("127.0.0.1/8")]
    [InlineData("0.0.0.1/8")]
    [InlineData("224.0.0.1/8")]
    [InlineData("10.1/24")]
    [InlineData("010.73.42.50/24")]
    [InlineData("10.73.42.0x32/24")]
    [InlineData("fd00::1/64")]
    public void TryParse_Wrong_IsNot(string text) => Assert.False(ClientAddress.TryParse(text, out _));
}
