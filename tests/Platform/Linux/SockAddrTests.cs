using System.Net;
using Softlan.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

public sealed class SockAddrTests
{
    [Theory]
    [InlineData("192.0.2.1:443", "192.0.2.1:443", SockAddr.Inet, true, true)]
    [InlineData("192.0.2.1:443", "192.0.2.1:444", SockAddr.Inet, true, false)]
    [InlineData("192.0.2.1:443", "192.0.2.2:443", SockAddr.Inet, false, false)]
    [InlineData("192.0.2.1:443", "192.0.2.1:444", SockAddr.Inet6, true, false)]
    [InlineData("[2001:db8::1]:443", "[2001:db8::1]:7", SockAddr.Inet6, true, false)]
    [InlineData("[2001:db8::1]:443", "[2001:db8::2]:443", SockAddr.Inet6, false, false)]
    public void HasAddressOf_LooksAtNoPort(string first, string second, ushort family, bool hasAddress, bool isEqual)
    {
        SockAddr left = SockAddr.From(IPEndPoint.Parse(first), family);
        SockAddr right = SockAddr.From(IPEndPoint.Parse(second), family);
        Assert.Equal(hasAddress, left.HasAddressOf(in right));
        Assert.Equal(isEqual, left.Equals(right));
    }

    [Fact]
    public void From_IPv6InPlaceOfIPv4_OnlyWhereItIsOne()
    {
        IPEndPoint mapped = IPEndPoint.Parse("[::ffff:192.0.2.1]:443");
        Assert.Equal("192.0.2.1:443", SockAddr.From(mapped, SockAddr.Inet).ToEndPoint().ToString());
        IPEndPoint other = IPEndPoint.Parse("[2001:db8::192.0.2.1]:443");
        Assert.Throws<ArgumentException>(() => SockAddr.From(other, SockAddr.Inet));
    }
}
