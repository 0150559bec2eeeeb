using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class CertificatePinTests
{
    private static readonly byte[] Hash = [.. Enumerable.Range(0, 32).Select(i => (byte)(0xff - i))];

    [Fact]
    public void ToString_ThenTryParse_IsTheSame()
    {
        CertificatePin pin = CertificatePin.FromHash(Hash);
        Assert.Equal(7 + 43, pin.ToString().Length);
        Assert.True(CertificatePin.TryParse(pin.ToString(), out CertificatePin parsed));
        Assert.Equal(pin, parsed);
    }

    [Fact]
    public void TryParse_AsOpensslPrintsIt_IsTheSame()
    {
        Assert.True(CertificatePin.TryParse("SHA256:" + Convert.ToBase64String(Hash), out CertificatePin parsed));
        Assert.Equal(CertificatePin.FromHash(Hash), parsed);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA")]
    [InlineData("sha1:__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA")]
    [InlineData("sha256:__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4e")]
    [InlineData("sha256:__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eAA")]
    [InlineData("sha256:__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4e!")]
    [InlineData("sha256: _79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA")]
    [InlineData("sha256:fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0")]
    public void TryParse_AnythingElse_IsRefused(string? text) => Assert.False(CertificatePin.TryParse(text, out _));

    [Fact]
    public void FromHash_WrongLength_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => CertificatePin.FromHash(new byte[20]));
}
