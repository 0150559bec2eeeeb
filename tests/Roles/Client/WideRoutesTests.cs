using System.Net;
using Softlan.Roles.Client;
using Xunit;

namespace Softlan.Tests.Roles.Client;

public sealed class WideRoutesTests
{
    [Theory]
    [InlineData("2001:db8:1:2::/64", false)]
    [InlineData("2001:4860:4860::8888/128", true)]
    [InlineData("2001:db8:1::/48", true)]
    [InlineData("64:ff9b::/96", true)]
    [InlineData("fd42:73::/48", false)]
    [InlineData("fd42:73::5/128", false)]
    [InlineData("fe80::/64", false)]
    [InlineData("fe80::5/128", false)]
    [InlineData("ff00::/8", false)]
    [InlineData("8.8.8.0/24", false)]
    public void IsForeign_PartsOfTheIPv6InternetThatNoLanHas(string network, bool isForeign) =>
        Assert.Equal(isForeign, WideRoutes.IsForeign(IPNetwork.Parse(network)));

    [Theory]
    [InlineData("10.0.0.0/8", true)]
    [InlineData("10.73.42.0/24", true)]
    [InlineData("172.16.0.0/12", true)]
    [InlineData("172.31.255.0/24", true)]
    [InlineData("172.16.0.0/11", false)]
    [InlineData("172.0.0.0/8", false)]
    [InlineData("172.32.0.0/16", false)]
    [InlineData("192.168.1.0/24", true)]
    [InlineData("192.160.0.0/12", false)]
    [InlineData("192.0.0.0/8", false)]
    [InlineData("100.64.0.0/10", true)]
    [InlineData("100.100.1.0/24", true)]
    [InlineData("100.0.0.0/8", false)]
    [InlineData("169.254.0.0/16", true)]
    [InlineData("198.18.10.0/24", true)]
    [InlineData("198.20.0.0/16", false)]
    [InlineData("203.0.113.0/24", true)]
    [InlineData("8.8.8.0/24", false)]
    [InlineData("0.0.0.0/0", false)]
    public void IsLan_AllOfItIsPrivate(string network, bool isLan) =>
        Assert.Equal(isLan, PlayerIPv4Address.IsLan(IPNetwork.Parse(network)));
}
