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
    public void HostName_IsANameOrAnAddress(string text, bool valid) => Assert.Equal(valid, HostName.TryParse(text, out _));

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
