using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class RelayAddressTests
{
    private const string Label63 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Theory]
    [InlineData("relay.example.org", "relay.example.org", 443)]
    [InlineData("relay.example.org:1", "relay.example.org", 1)]
    [InlineData("relay.example.org:65535", "relay.example.org", 65535)]
    [InlineData("relay.example.org.", "relay.example.org", 443)]
    [InlineData("Relay.EXAMPLE.org:0443", "relay.example.org", 443)]
    [InlineData("localhost", "localhost", 443)]
    [InlineData("my_nas", "my_nas", 443)]
    [InlineData("3com.example", "3com.example", 443)]
    [InlineData(Label63 + ".example", Label63 + ".example", 443)]
    [InlineData("bücher.example", "xn--bcher-kva.example", 443)]
    [InlineData("BÜCHER.example:444", "xn--bcher-kva.example", 444)]
    [InlineData("192.0.2.1", "192.0.2.1", 443)]
    [InlineData("192.0.2.1:4433", "192.0.2.1", 4433)]
    [InlineData("2001:db8::1", "2001:db8::1", 443)]
    [InlineData("2001:DB8:0:0:0:0:0:1", "2001:db8::1", 443)]
    [InlineData("[2001:db8::1]", "2001:db8::1", 443)]
    [InlineData("[2001:db8::1]:4433", "2001:db8::1", 4433)]
    [InlineData("[2001:db8::1]:4433/udp", "2001:db8::1", 4433)]
    [InlineData("relay.example.org:443/UDP", "relay.example.org", 443)]
    [InlineData("::1", "::1", 443)]
    [InlineData("[::ffff:192.0.2.1]:5", "::ffff:192.0.2.1", 5)]
    [InlineData("fe80::1%2", "fe80::1%2", 443)]
    [InlineData("[fe80::1%2]:4433", "fe80::1%2", 4433)]
    public void TryParse_KnownForms_AreUnderstood(string text, string host, int port)
    {
        Assert.True(RelayAddress.TryParse(text, out RelayAddress? address));
        Assert.Equal((host, port), (address.Host, address.Port));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(":443")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:100000")]
    [InlineData("host:-1")]
    [InlineData("host:+1")]
    [InlineData("host: 1")]
    [InlineData("host:x")]
    [InlineData("host:44 3")]
    [InlineData("host:４４３")]
    [InlineData("user@host")]
    [InlineData("@host")]
    [InlineData("user:password@host")]
    [InlineData("host/")]
    [InlineData("host/udp")]
    [InlineData("host:/udp")]
    [InlineData("host:443/tcp")]
    [InlineData("host/path")]
    [InlineData("host?query")]
    [InlineData("host#fragment")]
    [InlineData("host\\path")]
    [InlineData("https://host")]
    [InlineData("softlan://host:443")]
    [InlineData(" host")]
    [InlineData("host ")]
    [InlineData("ho st")]
    [InlineData("host\n")]
    [InlineData("ho\0st")]
    [InlineData("h%6fst")]
    [InlineData("-host")]
    [InlineData("host-")]
    [InlineData("a..b")]
    [InlineData(".host")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("host..")]
    [InlineData("*.example")]
    [InlineData(Label63 + "a.example")]
    [InlineData(Label63 + "." + Label63 + "." + Label63 + "." + Label63)]
    [InlineData("300.1.1.1")]
    [InlineData("10.1")]
    [InlineData("1")]
    [InlineData("192.0.2.1.")]
    [InlineData("192.0.2.01")]
    [InlineData("192.0.2.1.5")]
    [InlineData("[192.0.2.1]:443")]
    [InlineData("[host]:443")]
    [InlineData("[]")]
    [InlineData("[")]
    [InlineData("]")]
    [InlineData("[::1")]
    [InlineData("::1]")]
    [InlineData("[::1]443")]
    [InlineData("[::1]:")]
    [InlineData("[::1]:0")]
    [InlineData("[::1]:65536")]
    [InlineData("[[::1]]:443")]
    [InlineData("[::1]:443:443")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("host:1:2")]
    [InlineData("::1/64")]
    [InlineData("2001:db8::1%2")]
    [InlineData("fe80::1%")]
    [InlineData("fe80::1%2%3")]
    [InlineData("\ud800.example")]
    [InlineData("xn--\u00fc.example")]
    public void TryParse_AnythingElse_IsRefused(string? text) => Assert.False(RelayAddress.TryParse(text, out _));

    [Theory]
    [InlineData("relay.example.org:4433")]
    [InlineData("192.0.2.1:1")]
    [InlineData("[2001:db8::1]:443")]
    [InlineData("[fe80::1%2]:443")]
    public void ToString_ThenTryParse_IsTheSame(string text)
    {
        Assert.True(RelayAddress.TryParse(text, out RelayAddress? address));
        Assert.Equal(text, address.ToString());
    }

    [Fact]
    public void TryParse_AnyText_NeverThrows_AndWhatItTakesItTakesAgain()
    {
        const string Alphabet = "ab1.:[]%-_/@? 0\u00fc\ud800\udc00\0";
        Random random = new(4);
        for (int i = 0; i < 50_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(16)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            if (RelayAddress.TryParse(text, out RelayAddress? address))
            {
                Assert.True(RelayAddress.TryParse(address.ToString(), out RelayAddress? again), $"{text} -> {address}");
                Assert.Equal(address, again);
            }
        }
    }
}
