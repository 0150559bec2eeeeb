using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Wire.Control;

public sealed class PeerNameTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Anna")]
    [InlineData("Jörg & Söhne <3")]
    [InlineData("玩家一号")]
    [InlineData("🎮")]
    [InlineData("a'b\"c\\d`")]
    [InlineData("12345678901234567890123456789012")]
    [InlineData("🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮")]
    public void IsValid_PrintableText_IsAName(string text)
    {
        Assert.True(PeerName.IsValid(text));
        Assert.Equal(text, PrintableText.Clean(text, PeerName.MaxLength));
    }

    /// <summary>By number, since an invisible character in a source file is what this is about.</summary>
    [Theory]
    [InlineData(0x00)]   // NUL
    [InlineData(0x07)]   // bell
    [InlineData(0x0a)]   // line feed
    [InlineData(0x1b)]   // escape
    [InlineData(0x7f)]   // delete
    [InlineData(0x9b)]   // control sequence introducer
    [InlineData(0xa0)]   // no-break space
    [InlineData(0xad)]   // soft hyphen
    [InlineData(0x061c)] // Arabic letter mark
    [InlineData(0x200b)] // zero-width space
    [InlineData(0x200d)] // zero-width joiner
    [InlineData(0x200e)] // left-to-right mark
    [InlineData(0x2028)] // line separator
    [InlineData(0x2029)] // paragraph separator
    [InlineData(0x202e)] // right-to-left override
    [InlineData(0x2066)] // left-to-right isolate
    [InlineData(0x3000)] // ideographic space
    [InlineData(0xe000)] // private use
    [InlineData(0xd800)] // half a surrogate pair
    [InlineData(0xdc00)]
    [InlineData(0xfeff)] // byte order mark
    [InlineData(0xfff9)] // interlinear annotation
    [InlineData(0xffff)] // no character
    public void IsValid_OneBadCharacter_IsNoName(int character)
    {
        string text = "a" + (char)character + "b";
        Assert.False(PeerName.IsValid(text));
        Assert.Equal("a?b", Ascii(PrintableText.Clean(text, 3)));
    }

    [Theory]
    [InlineData("123456789012345678901234567890123")]
    [InlineData("🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮🎮")]
    public void IsValid_TooLong_IsNoName(string text)
    {
        Assert.False(PeerName.IsValid(text));
        Assert.True(PeerName.IsValid(PrintableText.Clean(text, PeerName.MaxLength)));
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("   ")]
    [InlineData("\u2800\u3164")]
    [InlineData("the gateway")]
    [InlineData("The Gateway")]
    [InlineData(" the gateway ")]
    [InlineData("the gateway\ufe0f")]
    [InlineData("the\u034f gateway")]
    [InlineData("\u034f\ufe0f")]
    public void IsValid_BlankOrTheGateways_IsNoName(string text) => Assert.False(PeerName.IsValid(text));

    [Theory]
    [InlineData("the gateway's friend")]
    [InlineData("gateway")]
    [InlineData("a b")]
    public void IsValid_NearlyThose_IsAName(string text) => Assert.True(PeerName.IsValid(text));

    /// <summary>From a relay or peer that takes them, they are as unusable as a name with an escape sequence.</summary>
    [Theory]
    [InlineData(" ")]
    [InlineData("THE GATEWAY")]
    [InlineData("\u001b[2J")]
    public void FromTheNetwork_SuchANameMakesTheMessageUnusable(string name)
    {
        string quoted = System.Text.Json.JsonEncodedText.Encode(name).ToString();
        string peer = $$"""{"id":2,"role":"client","mac":"02:00:00:00:00:02","name":"{{quoted}}"}""";
        Assert.False(Parses($$"""{"type":"joined","peer":{{peer}}}"""));
        string hello = "\"type\":\"hello\",\"version\":1,\"role\":\"client\",\"room\":\"R\",\"mac\":\"02:00:00:00:00:02\"";
        Assert.False(Parses($"{{{hello},\"name\":\"{quoted}\",\"maxDatagram\":1200,\"software\":\"x\"}}"));
        Assert.True(Parses($"{{{hello},\"name\":\"anna\",\"maxDatagram\":1200,\"software\":\"x\"}}"));
        Assert.True(Parses($$"""{"type":"joined","peer":{{peer.Replace(quoted, "anna", StringComparison.Ordinal)}}}"""));
    }

    private static bool Parses(string json) => ControlCodec.TryParse(System.Text.Encoding.UTF8.GetBytes(json), out _, out _);

    // Half a pair is read as U+FFFD, which is printable and as good as a question mark.
    private static string Ascii(string text) => text.Replace('\ufffd', '?');
}
