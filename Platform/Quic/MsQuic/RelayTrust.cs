using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Softlan.Wire;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>Decides whether a relay is the one that is expected: by its pin, by the authorities of a file, or by those of the system and the
/// name.</summary>
internal sealed class RelayTrust
{
    private readonly CertificatePin? _pin;
    private readonly X509Certificate2Collection? _authorities;
    private readonly string _serverName;

    private RelayTrust(CertificatePin? pin, X509Certificate2Collection? authorities, string serverName)
    {
        _pin = pin;
        _authorities = authorities;
        _serverName = serverName;
    }

    /// <summary>A pin is checked in a moment; a chain may take longer, so it is not checked on msquic's threads.</summary>
    public bool IsPinned => _pin is not null;

    /// <summary>Throws <see cref="SoftlanException"/> where nothing could ever be trusted.</summary>
    public static RelayTrust Load(LinkTrust trust, string serverName)
    {
        if (trust.CaFile is not null)
        {
            return new RelayTrust(null, ReadAuthorities(trust.CaFile), serverName);
        }

        if (trust.Pin is null && OperatingSystem.IsLinux() && !HasSystemAuthorities())
        {
            throw CertificateErrors.NoAuthorities();
        }

        return new RelayTrust(trust.Pin, null, serverName);
    }

    /// <param name="leaf">DER; empty where the relay showed none.</param>
    /// <returns>Null: it is the relay. Otherwise why not, one sentence without a full stop.</returns>
    public string? CheckPin(ReadOnlySpan<byte> leaf) => Check(leaf, certificate =>
    {
        CertificatePin actual = PemCertificates.PinOf(certificate);
        return actual == _pin ? null : TrustFaults.OtherPin(actual, _pin!.Value);
    });

    /// <param name="leaf">DER; empty where the relay showed none.</param>
    /// <param name="chain">All certificates that the relay showed, as PKCS#7; may be empty.</param>
    /// <returns>Null: it is the relay. Otherwise why not, one sentence without a full stop.</returns>
    public string? CheckChain(byte[] leaf, byte[] chain) => Check(leaf, certificate => DescribeChain(certificate, ReadPkcs7(chain)));

    /// <param name="leaf">DER; empty where the relay showed none.</param>
    /// <param name="others">The certificates that the relay showed with it, DER each.</param>
    /// <returns>Null: it is the relay. Otherwise why not, one sentence without a full stop.</returns>
    public string? CheckShown(byte[] leaf, IReadOnlyList<byte[]> others) => Check(
        leaf, certificate => DescribeChain(certificate, [.. others.Select(der => X509CertificateLoader.LoadCertificate(der))]));

    private static string? Check(ReadOnlySpan<byte> leaf, Func<X509Certificate2, string?> check)
    {
        if (leaf.IsEmpty)
        {
            return TrustFaults.NoCertificate;
        }

        try
        {
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(leaf);
            return check(certificate);
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return TrustFaults.Unreadable(e.Message.TrimEnd('.'));
        }
    }

    private string? DescribeChain(X509Certificate2 leaf, X509Certificate2Collection intermediates)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(PemCertificates.ServerAuthentication));
        chain.ChainPolicy.ExtraStore.AddRange(intermediates);
        if (_authorities is not null)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        }

        List<string> reasons = [];
        if (!chain.Build(leaf))
        {
            reasons.AddRange(chain.ChainStatus.Select(status => Describe(status, chain)).Distinct());
        }

        if (!leaf.MatchesHostname(_serverName))
        {
            reasons.Add(TrustFaults.OtherName);
        }

        PemCertificates.DisposeAll(intermediates);
        return reasons.Count > 0 ? TrustFaults.Describe(_serverName, reasons) : null;
    }

    /// <summary>Our words where we have some, and the system's for the rest.</summary>
    private static string Describe(X509ChainStatus status, X509Chain chain) =>
        status.Status != X509ChainStatusFlags.NotTimeValid ? status.StatusInformation.Trim().TrimEnd('.')
        : chain.ChainElements.Any(element => element.Certificate.NotBefore > DateTime.Now) ? TrustFaults.NotYetValid
        : TrustFaults.Expired;

    /// <summary>The certificates of a SignedData without signers (RFC 5652, section 5.1), as TLS libraries write chains.</summary>
    private static X509Certificate2Collection ReadPkcs7(byte[] bytes)
    {
        X509Certificate2Collection certificates = [];
        if (bytes.Length == 0)
        {
            return certificates;
        }

        Asn1Tag tagged = new(TagClass.ContextSpecific, 0, isConstructed: true);
        AsnReader content = new AsnReader(bytes, AsnEncodingRules.BER).ReadSequence();
        content.ReadObjectIdentifier();
        AsnReader signedData = content.ReadSequence(tagged).ReadSequence();
        signedData.ReadInteger();
        signedData.ReadSetOf();
        signedData.ReadSequence();
        if (signedData.HasData && signedData.PeekTag().HasSameClassAndValue(tagged))
        {
            AsnReader set = signedData.ReadSetOf(skipSortOrderValidation: true, tagged);
            while (set.HasData)
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(set.ReadEncodedValue().Span));
            }
        }

        return certificates;
    }

    private static X509Certificate2Collection ReadAuthorities(string path)
    {
        byte[] bytes = AuthorityFile.Read(path);
        X509Certificate2Collection authorities = [];
        try
        {
            if (AuthorityFile.IsPem(bytes))
            {
                authorities.ImportFromPem(Encoding.UTF8.GetString(bytes));
            }
            else
            {
                authorities.Add(X509CertificateLoader.LoadCertificate(bytes));
            }
        }
        catch (CryptographicException e)
        {
            throw AuthorityFile.HoldsNoCertificate(path, e.Message.TrimEnd('.'));
        }

        return authorities.Count > 0 ? authorities : throw AuthorityFile.HoldsNoCertificate(path);
    }

    private static bool HasSystemAuthorities()
    {
        using X509Store store = new(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
        X509Certificate2Collection roots = store.Certificates;
        bool hasAny = roots.Count > 0;
        PemCertificates.DisposeAll(roots);
        return hasAny;
    }
}
