using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Platform.Quic.MsQuic;
using Softlan.Platform.Quic.Ngtcp2;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

/// <summary>Certificates by .NET's cryptography: what is made, and who is believed.</summary>
[SupportedOSPlatform("linux")]
public sealed class RelayTrustTests
{
    [Theory]
    [InlineData("relay.test")]
    [InlineData("192.0.2.7")]
    [InlineData("2001:db8::7")]
    [InlineData("a-name-that-is-longer-than-a-common-name-may-be.but-fits-a-subject-alternative-name.test")]
    public void Generate_SaysTheSameAsTheOtherEngine(string name)
    {
        using EventLoop loop = new();
        using Ngtcp2Engine other = new(loop);
        using X509Certificate2 ours = Leaf(PemCertificates.Generate(name));
        using X509Certificate2 theirs = Leaf(other.GenerateCertificate(name));

        Assert.Equal(theirs.Subject, ours.Subject);
        Assert.Equal(theirs.Issuer, ours.Issuer);
        Assert.Equal(theirs.Version, ours.Version);
        Assert.Equal(theirs.SignatureAlgorithm.Value, ours.SignatureAlgorithm.Value);
        Assert.Equal(theirs.PublicKey.Oid.Value, ours.PublicKey.Oid.Value);
        Assert.InRange((theirs.NotBefore - ours.NotBefore).Duration(), TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.InRange((theirs.NotAfter - ours.NotAfter).Duration(), TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.True(ours.NotAfter > DateTime.Now.AddYears(9), "Who has the pin wants no other reason to be refused.");
        Assert.Equal(Extensions(theirs), Extensions(ours));
        Assert.True(ours.MatchesHostname(name));
    }

    [Fact]
    public void Inspect_SaysThePinThatTheOtherEngineSays()
    {
        using EventLoop loop = new();
        using Ngtcp2Engine other = new(loop);
        ServerCertificate ours = PemCertificates.Generate("relay.test");
        Assert.Equal(other.Inspect(ours, "the test"), PemCertificates.Inspect(ours, "the test"));

        // Many, since GnuTLS writes keys of different lengths.
        for (int i = 0; i < 50; i++)
        {
            ServerCertificate theirs = other.GenerateCertificate("relay.test");
            Assert.Equal(other.Inspect(theirs, "the test"), PemCertificates.Inspect(theirs, "the test"));
            Assert.NotEmpty(PemCertificates.ToPkcs12(theirs, "the test"));
        }
    }

    /// <summary>Schannel gets the leaf alone; what else is in the file it has to be given separately.</summary>
    [Fact]
    public void ReadPkcs12_HasTheWholeChain_AndKnowsWhoseKeyItIs()
    {
        using Authority root = new("root", null);
        using Authority middle = new("middle", root);
        ServerCertificate own = PemCertificates.Generate("relay.test");
        byte[] chainPem =
        [
            .. own.ChainPem,
            .. Encoding.ASCII.GetBytes(middle.Certificate.ExportCertificatePem() + '\n'),
            .. Encoding.ASCII.GetBytes(root.Certificate.ExportCertificatePem()),
        ];
        byte[] pkcs12 = PemCertificates.ToPkcs12(own with { ChainPem = chainPem }, "the test");
        (X509Certificate2Collection chain, X509Certificate2 leaf) = PemCertificates.ReadPkcs12(pkcs12, X509KeyStorageFlags.DefaultKeySet);
        Assert.Equal(3, chain.Count);
        Assert.Equal(PemCertificates.Inspect(own, "the test"), PemCertificates.PinOf(leaf));
        Assert.Single(chain, certificate => certificate.HasPrivateKey);
        PemCertificates.DisposeAll(chain);
    }

    [Fact]
    public void Inspect_RsaCertificate_IsRead()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=rsa.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        ServerCertificate pem = new(
            Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()),
            Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
        Assert.Equal(PemCertificates.PinOf(certificate), PemCertificates.Inspect(pem, "the test"));
    }

    [Fact]
    public void Inspect_KeyOfAnotherKindOrNone_IsRefusedWithTheReason()
    {
        ServerCertificate good = PemCertificates.Generate("relay.test");
        ServerCertificate other = PemCertificates.Generate("relay.test");
        Assert.Contains("does not belong to the certificate", Refusal(good with { KeyPem = other.KeyPem }), StringComparison.Ordinal);
        Assert.Contains("both must be PEM", Refusal(good with { KeyPem = [] }), StringComparison.Ordinal);
        Assert.Contains("both must be PEM", Refusal(good with { ChainPem = "nothing"u8.ToArray() }), StringComparison.Ordinal);
    }

    [Fact]
    public void CheckChain_IntermediateShown_IsBelievedWhereTheRootIs()
    {
        using Authority root = new("root", null);
        using Authority middle = new("middle", root);
        byte[] leaf = middle.Issue("relay.test");
        byte[] shown = new X509Certificate2Collection { X509CertificateLoader.LoadCertificate(leaf), middle.Certificate }
            .Export(X509ContentType.Pkcs7)!;

        RelayTrust trust = Trust(root, "relay.test");
        Assert.Null(trust.CheckChain(leaf, shown));
        Assert.Null(trust.CheckShown(leaf, [middle.Certificate.RawData, leaf])); // As Schannel has them: in any order, the leaf among them.
        Assert.Contains("is not valid for 'relay.test'", trust.CheckShown(leaf, []), StringComparison.Ordinal);
        Assert.Contains("cannot be read", trust.CheckShown(leaf, [[1, 2, 3]]), StringComparison.Ordinal);
        Assert.Contains("is not valid for 'relay.test'", trust.CheckChain(leaf, []), StringComparison.Ordinal);
        Assert.Contains("name in the certificate does not match", Trust(root, "other.test").CheckChain(leaf, shown), StringComparison.Ordinal);
        using Authority stranger = new("stranger", null);
        Assert.NotNull(Trust(stranger, "relay.test").CheckChain(leaf, shown));
    }

    [Theory]
    [InlineData(-20, -10, "relay.test", TrustFaults.Expired)]
    [InlineData(10, 20, "relay.test", TrustFaults.NotYetValid)]
    [InlineData(-20, 20, "other.test", TrustFaults.OtherName)]
    [InlineData(-20, 20, "relay.test", null)]
    public void CheckShown_OneThingIsWrong_SaysJustThatInOurWords(int fromDay, int untilDay, string name, string? fault)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 leaf = Leaf(
            TestCertificates.Make(now.AddDays(fromDay), now.AddDays(untilDay), isSigned: false, null, "relay.test"));
        Assert.Equal(fault is null ? null : TrustFaults.Describe(name, [fault]), Trust(leaf, name).CheckShown(leaf.RawData, []));
    }

    [Fact]
    public void Check_AnyBytes_NeverThrows()
    {
        RelayTrust pinned = RelayTrust.Load(new LinkTrust(CertificatePin.FromHash(new byte[CertificatePin.HashLength]), null), "relay.test");
        using Authority root = new("root", null);
        RelayTrust chained = Trust(root, "relay.test");
        byte[] leaf = root.Issue("relay.test");
        Random random = new(4711);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            Assert.NotNull(pinned.CheckPin(bytes));
            Assert.NotNull(chained.CheckChain(bytes, []));
            _ = chained.CheckChain(leaf, bytes);
        }

        Assert.Equal("the relay showed no certificate", pinned.CheckPin([]));
    }

    [Fact]
    public void Load_CaFileThatIsNone_SaysWhichFile()
    {
        SoftlanException missing = Assert.Throws<SoftlanException>(() => RelayTrust.Load(new LinkTrust(null, "/does/not/exist.pem"), "relay.test"));
        Assert.Contains("Cannot read the CA file '/does/not/exist.pem'", missing.Message, StringComparison.Ordinal);
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "no certificate");
            SoftlanException garbage = Assert.Throws<SoftlanException>(() => RelayTrust.Load(new LinkTrust(null, file), "relay.test"));
            Assert.Contains($"Cannot use the CA file '{file}'", garbage.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("192.0.2.1", 443)]
    [InlineData("2001:db8::1", 65535)]
    [InlineData("::ffff:192.0.2.1", 1)]
    public void QuicAddress_ThereAndBack_IsTheSame(string address, int port)
    {
        IPEndPoint endPoint = new(IPAddress.Parse(address), port);
        IPEndPoint back = QuicAddress.From(endPoint).ToEndPoint();
        Assert.Equal(port, back.Port);
        Assert.Equal(endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address, back.Address);
    }

    [Fact]
    public void QuicAddress_ClientKey_IsTheIPv4AddressOrTheIPv6Network()
    {
        static ulong Key(string address) => QuicAddress.From(new IPEndPoint(IPAddress.Parse(address), 1)).ClientKey;
        Assert.Equal(Key("192.0.2.1"), Key("::ffff:192.0.2.1"));
        Assert.NotEqual(Key("192.0.2.1"), Key("192.0.2.2"));
        Assert.Equal(Key("2001:db8::1"), Key("2001:db8::2"));
        Assert.NotEqual(Key("2001:db8::1"), Key("2001:db8:0:1::1"));
        Assert.All(
            ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8:1:2::3", "::1"],
            address => Assert.Equal(Key(address), AddressTally.KeyOf(IPAddress.Parse(address))));
    }

    private static string Refusal(ServerCertificate certificate) =>
        Assert.Throws<SoftlanException>(() => PemCertificates.Inspect(certificate, "'a.pem'")).Message;

    private static X509Certificate2 Leaf(ServerCertificate certificate) =>
        X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(certificate.ChainPem));

    private static string[] Extensions(X509Certificate2 certificate) =>
        [.. certificate.Extensions.Select(e => $"{e.Oid!.Value} {e.Critical} {Convert.ToHexString(e.RawData)}").Order()];

    private static RelayTrust Trust(Authority root, string name) => Trust(root.Certificate, name);

    private static RelayTrust Trust(X509Certificate2 root, string name)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, root.ExportCertificatePem());
            return RelayTrust.Load(new LinkTrust(null, file), name);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Signs certificates.</summary>
    private sealed class Authority : IDisposable
    {
        private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        public Authority(string name, Authority? parent)
        {
            CertificateRequest request = new($"CN={name}", _key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            DateTimeOffset now = DateTimeOffset.UtcNow;
            Certificate = parent is null
                ? request.CreateSelfSigned(now.AddDays(-1), now.AddDays(10))
                : request.Create(
                    parent.Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(parent._key), now.AddDays(-1), now.AddDays(9), [1, 2, 3]);
        }

        public X509Certificate2 Certificate { get; }

        public byte[] Issue(string name)
        {
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
            SubjectAlternativeNameBuilder names = new();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
            DateTimeOffset now = DateTimeOffset.UtcNow;
            using X509Certificate2 certificate = request.Create(
                Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), now.AddDays(-1), now.AddDays(8), [4, 5, 6]);
            return certificate.RawData;
        }

        public void Dispose()
        {
            Certificate.Dispose();
            _key.Dispose();
        }
    }
}
