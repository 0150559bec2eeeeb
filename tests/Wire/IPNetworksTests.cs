using System.Net;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class IPNetworksTests
{
    [Theory]
    [InlineData("192.168.1.77", 24, "192.168.1.0/24", "192.168.1.255")]
    [InlineData("192.168.1.77", 25, "192.168.1.0/25", "192.168.1.127")]
    [InlineData("192.168.1.200", 25, "192.168.1.128/25", "192.168.1.255")]
    [InlineData("10.255.3.4", 8, "10.0.0.0/8", "10.255.255.255")]
    [InlineData("172.31.255.7", 12, "172.16.0.0/12", "172.31.255.255")]
    [InlineData("203.0.113.7", 32, "203.0.113.7/32", "203.0.113.7")]
    [InlineData("203.0.113.7", 0, "0.0.0.0/0", "255.255.255.255")]
    [InlineData("2001:db8:0:1::5", 64, "2001:db8:0:1::/64", "2001:db8:0:1:ffff:ffff:ffff:ffff")]
    [InlineData("2001:db8::5", 33, "2001:db8::/33", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("2001:db8::5", 128, "2001:db8::5/128", "2001:db8::5")]
    public void Of_AnAddress_ClearsWhatIsBehindThePrefix(string address, int prefixLength, string network, string last)
    {
        IPNetwork found = IPNetworks.Of(IPAddress.Parse(address), prefixLength);
        Assert.Equal(IPNetwork.Parse(network), found);
        Assert.Equal(IPAddress.Parse(last), IPNetworks.LastOf(found));
    }

    [Theory]
    [InlineData("203.0.113.7", 32)]
    [InlineData("2001:db8::7", 128)]
    public void HostOf_AnAddress_IsItAlone(string address, int prefixLength)
    {
        IPAddress host = IPAddress.Parse(address);
        Assert.Equal(prefixLength, IPNetworks.HostPrefixOf(host));
        Assert.Equal(new IPNetwork(host, prefixLength), IPNetworks.HostOf(host));
    }

    [Theory]
    [InlineData("192.168.1.0/24", "192.168.1.0/24", true)]
    [InlineData("192.168.1.0/24", "192.168.1.128/25", true)]
    [InlineData("192.168.0.0/16", "192.168.1.0/24", true)]
    [InlineData("192.168.1.0/25", "192.168.1.128/25", false)]
    [InlineData("192.168.1.0/24", "192.168.2.0/24", false)]
    [InlineData("0.0.0.0/0", "10.0.0.0/8", true)]
    [InlineData("0.0.0.0/0", "2001:db8::/64", false)]
    [InlineData("2001:db8::/32", "2001:db8:1::/64", true)]
    public void Overlap_OneInTheOther_WhicheverIsNamedFirst(string one, string other, bool overlap)
    {
        Assert.Equal(overlap, IPNetworks.Overlap(IPNetwork.Parse(one), IPNetwork.Parse(other)));
        Assert.Equal(overlap, IPNetworks.Overlap(IPNetwork.Parse(other), IPNetwork.Parse(one)));
    }
}
