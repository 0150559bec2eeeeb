using System.Security.Cryptography;
using Softlan.Platform;
using Softlan.Roles.Relay;
using Softlan.Tests.Fakes;
using Xunit;

namespace Softlan.Tests.Roles.Relay;

public sealed class CertificateFactsTests
{
    private static readonly DateTimeOffset From = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>From 2050 on, times are written in another way (RFC 5280, section 4.1.2.5).</summary>
    private static readonly DateTimeOffset Until = new(2051, 6, 7, 8, 9, 10, TimeSpan.Zero);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryRead_SaysWhenForWhomAndWhetherSomebodySignedIt(bool isSigned)
    {
        ServerCertificate certificate = TestCertificates.Make(From, Until, isSigned, null, "a.example.org", "192.0.2.1", "2001:db8::1");
        Assert.True(CertificateFacts.TryRead(certificate.ChainPem, out CertificateFacts? facts));
        Assert.Equal((From, Until, !isSigned), (facts.NotBefore, facts.NotAfter, facts.IsSelfIssued));
        Assert.Equal(["a.example.org", "192.0.2.1", "2001:db8::1"], facts.Names);
    }

    [Theory]
    [InlineData("a.example.org", true)]
    [InlineData("A.Example.Org.", true)]
    [InlineData("b.example.org", false)]
    [InlineData("x.wild.example.org", true)]
    [InlineData("x.y.wild.example.org", false)]
    [InlineData("wild.example.org", false)]
    [InlineData("münchen.example", true)]
    [InlineData("2001:db8:0::1", true)]
    [InlineData("2001:db8::2", false)]
    public void IsFor_IsWhatPlayersBelieve(string host, bool expected)
    {
        string[] names = ["a.example.org", "*.wild.example.org", "xn--mnchen-3ya.example", "2001:db8::1"];
        ServerCertificate certificate = TestCertificates.Make(From, Until, true, null, names);
        Assert.True(CertificateFacts.TryRead(certificate.ChainPem, out CertificateFacts? facts));
        Assert.Equal(expected, facts.IsFor(host));
    }

    [Fact]
    public void IsFor_NoNamesInTheirPlace_ClaimsNothing()
    {
        Assert.True(CertificateFacts.TryRead(TestCertificates.Make(From, Until).ChainPem, out CertificateFacts? facts));
        Assert.Empty(facts.Names);
        Assert.True(facts.IsFor("anything"));
    }

    [Fact]
    public void TryRead_AnyBytes_NeverThrows()
    {
        ServerCertificate good = TestCertificates.Make(From, Until, true, null, "a.example.org");
        byte[] der = Convert.FromBase64String(PemBody(good.ChainPem));
        Random random = new(4711);
        for (int i = 0; i < 5000; i++)
        {
            byte[] damaged = (byte[])der.Clone();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            int length = random.Next(2) == 0 ? damaged.Length : random.Next(damaged.Length);
            string pem = PemEncoding.WriteString("CERTIFICATE", damaged.AsSpan(0, length));
            _ = CertificateFacts.TryRead(System.Text.Encoding.ASCII.GetBytes(pem), out _);
        }

        Assert.False(CertificateFacts.TryRead("no PEM"u8, out _));
    }

    private static string PemBody(byte[] pem)
    {
        string text = System.Text.Encoding.ASCII.GetString(pem);
        return text[PemEncoding.Find(text).Base64Data];
    }
}
