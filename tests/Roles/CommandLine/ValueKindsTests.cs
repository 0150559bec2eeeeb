using Softlan.Roles.CommandLine;
using Xunit;

namespace Softlan.Tests.Roles.CommandLine;

public sealed class ValueKindsTests
{
    private static readonly ValueKind<string> HostName = ValueKinds.HostName("Give the relay's name");

    [Theory]
    [InlineData("relay.example.org", true)]
    [InlineData("relay", true)]
    [InlineData("192.0.2.1", true)]
    [InlineData("2001:db8::1", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("relay.example.org:443", false)]
    [InlineData("-", false)]
    [InlineData("[relay]", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::", false)]
    [InlineData("[::]", false)]
    public void HostName_IsANameOrAnAddress(string text, bool valid) => Assert.Equal(valid, HostName.TryParse(text, out _));

    [Fact]
    public void HostName_BracketsOfAnIPv6Address_AreTakenOff()
    {
        Assert.True(HostName.TryParse("[2001:db8::1]", out string? host));
        Assert.Equal("2001:db8::1", host);
    }

    [Theory]
    [InlineData("relay.example.org:443/udp", true)]
    [InlineData("host", true)]
    [InlineData("HOSTS", true)]
    [InlineData("HOST", false)]
    [InlineData("HOST:443", false)]
    public void RelayAddress_IsNotTheWordThatStandsForIt(string text, bool valid)
    {
        Assert.Equal(valid, ValueKinds.RelayAddress.TryParse(text, out _));
        Assert.Equal(
            !valid, ValueKinds.RelayAddress.Refuse("", text).Contains("HOST stands for the relay's name or address", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ValueKinds.MaxHostNameLength, true)]
    [InlineData(ValueKinds.MaxHostNameLength + 1, false)]
    public void HostName_LongerThanDnsAllows_IsNone(int length, bool valid)
    {
        // Labels have at most 63 characters.
        string name = string.Concat(Enumerable.Range(1, length).Select(i => i % 32 == 0 ? '.' : 'a'));
        Assert.Equal(valid, HostName.TryParse(name, out _));
    }
}
