using Softlan.Roles.CommandLine;
using Xunit;

namespace Softlan.Tests.Roles.CommandLine;

public sealed class CopyMistakesTests
{
    private const string Pin = "sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

    [Theory]
    [InlineData("8q66\u2011ew48\u20112kvj", "its character 5 is a non-breaking hyphen (U+2011): type -")]
    [InlineData("8q66-ew48-2kvj.", "it ends with a full stop")]
    [InlineData("8q66-ew48-2kvj ", "it ends with a space")]
    [InlineData("8q66-ew48-2kvj\u00a0", "it ends with a no-break space (U+00A0)")]
    [InlineData("'8q66-ew48-2kvj'", "it begins with a quotation mark")]
    [InlineData("\u201e8q66-ew48-2kvj\u201c", "it begins with a typographic quotation mark (U+201E)")]
    [InlineData("8q66-ew48-2kvj\u200b", "it ends with an invisible character (U+200B)")]
    [InlineData("8q66\u2013ew48", "its character 5 is a typographic dash (U+2013): type -")]
    [InlineData("r\u00e4um", "its character 2 is '\u00e4' (U+00E4)")]
    [InlineData("a*", "it ends with '*'")]
    [InlineData("8q66-ew48-", "it ends with '-', so a part seems to be cut off")]
    [InlineData("-2kvj", "it begins with '-', so a part seems to be cut off")]
    [InlineData("", "it is empty")]
    public void Room_SaysWhatIsWrongAndWhere(string text, string why) => AssertRefused(ValueKinds.RoomCode, text, why);

    [Fact]
    public void Room_TooLong_SaysHowLong() => AssertRefused(ValueKinds.RoomCode, new string('r', 65), "it has 65 characters, at most 64");

    [Theory]
    [InlineData(
        "sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuF",
        "it has 42 characters after sha256: instead of 43: the last one seems to be missing")]
    [InlineData("sha256:47DEQpj8HBSa", "it has 12 characters after sha256: instead of 43: a part seems to be missing")]
    [InlineData(Pin + "443", "it has 46 characters after sha256: instead of 43: something else seems to stand behind it")]
    [InlineData(Pin + ".", "it ends with a full stop")]
    [InlineData("sha256:47DEQpj8HBSa -_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "its character 20 is a space")]
    [InlineData("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "it does not begin with sha256:")]
    [InlineData("sha256:47DEQpj8HBSa:_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "one of its characters is wrong")]
    [InlineData("", "it is empty")]
    public void Pin_SaysWhatIsWrongAndWhere(string text, string why) => AssertRefused(ValueKinds.CertificatePin, text, why);

    [Theory]
    [InlineData("Anna who has a name with 37 characters", "it has 38 characters, at most 32")]
    [InlineData("\U0001f468\u200d\U0001f469", "its character 2 is a zero-width joiner (U+200D), with which emoji are joined: use single ones")]
    [InlineData(" ", "it shows nothing")]
    [InlineData("the gateway", "others would take you for the gateway")]
    [InlineData("The Gateway", "others would take you for the gateway")]
    [InlineData("an\u001bna", "its character 3 is a control character (U+001B)")]
    public void Name_SaysWhatIsWrongAndWhere(string text, string why)
    {
        SoftlanCommand command = new("client", "");
        new JoinArguments(relayIsRequired: false).AddTo(command);
        System.CommandLine.Parsing.ParseError error = Assert.Single(command.Parse(["--room", "R", "--name", text]).Errors);
        Assert.Contains($" is not a name: {why}. Use 1 to 32 printable characters", error.Message, StringComparison.Ordinal);
    }

    private static void AssertRefused<T>(ValueKind<T> kind, string text, string why)
    {
        Assert.False(kind.TryParse(text, out _));
        Assert.StartsWith($"'{text}' is not {kind.Name}: {why}. ", kind.Refuse($"'{text}'", text), StringComparison.Ordinal);
    }
}
