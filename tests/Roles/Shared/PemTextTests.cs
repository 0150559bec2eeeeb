using System.Text;
using Softlan.Roles.Shared;
using Softlan.Tests.Roles.Client;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

public sealed class PemTextTests
{
    private const string Good = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n";
    private const string Key = "-----BEGIN EC PRIVATE KEY-----\nQUJD\n-----END EC PRIVATE KEY-----\n";

    [Theory]
    [InlineData(Good, null)]
    [InlineData("a comment\n" + Good + Key, null)]
    [InlineData("to do: renew", "it has no CERTIFICATE block")]
    [InlineData("-----BEGIN CERTIFICATE", "it has no CERTIFICATE block")]
    [InlineData(Key, "it has no CERTIFICATE block, but a PRIVATE KEY block")]
    [InlineData("0binary", "it is binary, not PEM text")]
    [InlineData("-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERT", "its CERTIFICATE block has no end, as if the file were cut off")]
    [InlineData(Good + "-----BEGIN CERTIFICATE-----\nQUJD\n", "its CERTIFICATE block has no end, as if the file were cut off")]
    [InlineData("-----BEGIN CERTIFICATE-----\nQU!D\n-----END CERTIFICATE-----", "its CERTIFICATE block is damaged: what is in it is not Base64")]
    public void FaultOf_Certificate_SaysWhatIsWrong(string text, string? expected) =>
        Assert.Equal(expected, PemText.FaultOf(Encoding.ASCII.GetBytes(text), PemText.Certificate));

    [Theory]
    [InlineData(Key, null)]
    [InlineData(Good, "it has no PRIVATE KEY block, but a CERTIFICATE block")]
    public void FaultOf_Key_SaysWhatIsWrong(string text, string? expected) =>
        Assert.Equal(expected, PemText.FaultOf(Encoding.ASCII.GetBytes(text), PemText.PrivateKey));

    [Fact]
    public void CaFile_IsLookedAtBeforeAnybodyNeedsIt()
    {
        using TemporaryDirectory directory = new();
        string file = directory.File("ca.pem");
        Assert.Contains($"Cannot read the CA file '{file}': there is no such file. Hint: ", Refusal(file), StringComparison.Ordinal);
        File.WriteAllText(file, Key);
        Assert.Contains(
            $"Cannot use the CA file '{file}': it has no CERTIFICATE block, but a PRIVATE KEY block. Hint: ",
            Refusal(file),
            StringComparison.Ordinal);
        File.WriteAllText(file, Good);
        CaFile.Require(file);
        File.WriteAllBytes(file, [0x30, 0x82]);
        CaFile.Require(file);
        CaFile.Require(null);
    }

    private static string Refusal(string file) => Assert.Throws<SoftlanException>(() => CaFile.Require(file)).Message;
}
