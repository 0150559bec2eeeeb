using Softlan.Roles.CommandLine;
using Xunit;

namespace Softlan.Tests.Roles.CommandLine;

/// <summary>Which name somebody meant.</summary>
public sealed class SpellingTests
{
    private static readonly string[] Names =
    [
        "--listen", "--cert", "--key", "--mtu", "--max-rooms", "--max-clients-per-room", "--client-rate", "--gateway-rate", "--room", "relay",
    ];

    [Theory]
    [InlineData("--lsiten", "--listen")]
    [InlineData("--Listen", "--listen")]
    [InlineData("--rom", "--room")]
    [InlineData("--ro", "--room")]
    [InlineData("relais", "relay")]
    [InlineData("realy", "relay")]
    [InlineData("--mut", "--mtu")]
    [InlineData("--max-clients", "--max-clients-per-room")]
    [InlineData("--rate", "--client-rate", "--gateway-rate")]
    [InlineData("--max", "--max-rooms", "--max-clients-per-room")]
    public void Nearest_SlipOfTheHandOrPartOfAName_IsThatName(string word, params string[] expected) =>
        Assert.Equal(expected, Spelling.Nearest(word, Names));

    [Theory]
    [InlineData("--port")]
    [InlineData("--foo")]
    [InlineData("-v")]
    [InlineData("--")]
    [InlineData("")]
    [InlineData("serve")]
    public void Nearest_AnotherWord_IsNone(string word) => Assert.Empty(Spelling.Nearest(word, Names));

    [Fact]
    public void Nearest_WordAsLongAsACommandLine_IsNone() => Assert.Empty(Spelling.Nearest(new string('l', 1_000_000), Names));
}
