using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Softlan.Wire;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>Makes certificates, reads them, says their pin. With the cryptography of .NET, which is the operating system's.</summary>
internal static class PemCertificates
{
    /// <summary>id-kp-serverAuth (RFC 5280, section 4.2.1.12).</summary>
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    public static ServerCertificate Generate(string serverName)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X500DistinguishedNameBuilder subject = new();
        subject.AddCommonName(Encoding.UTF8.GetByteCount(serverName) <= QuicLimits.MaxCommonName ? serverName : QuicLimits.AnyCommonName);
        CertificateRequest request = new(subject.Build(), key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        if (IPAddress.TryParse(serverName, out IPAddress? address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(serverName);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));

        byte[] serial = new byte[16];
        SecureRandom.Fill(serial);
        serial[0] = (byte)((serial[0] & 0x7f) | 1); // Positive and not zero (RFC 5280, section 4.1.2.2).
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForECDsa(key),
            now - QuicLimits.ClockSkew, now + QuicLimits.CertificateLifetime, serial);
        return new ServerCertificate(
            Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + '\n'), Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + '\n'));
    }

    /// <summary>The chain with the leaf's private key, as PKCS#12 without a password.</summary>
    /// <param name="certificate">Chain and key.</param>
    /// <param name="origin">What to call it in the error, for example the files' names.</param>
    public static byte[] ToPkcs12(ServerCertificate certificate, string origin)
    {
        X509Certificate2Collection chain = Parse(certificate, origin);
        try
        {
            return chain.Export(X509ContentType.Pkcs12)!;
        }
        finally
        {
            DisposeAll(chain);
        }
    }

    /// <summary>What <see cref="ToPkcs12"/> made: the whole chain, and the certificate in it that has the key.</summary>
    /// <exception cref="CryptographicException">It cannot be read.</exception>
    public static (X509Certificate2Collection Chain, X509Certificate2 Leaf) ReadPkcs12(byte[] pkcs12, X509KeyStorageFlags storage)
    {
        X509Certificate2Collection chain = X509CertificateLoader.LoadPkcs12Collection(pkcs12, null, storage);
        X509Certificate2? leaf = chain.FirstOrDefault(certificate => certificate.HasPrivateKey);
        if (leaf is null)
        {
            DisposeAll(chain);
            throw new CryptographicException("the private key cannot be read");
        }

        return (chain, leaf);
    }

    /// <summary>The pin of the leaf, after a look at whether the key belongs to it.</summary>
    public static CertificatePin Inspect(ServerCertificate certificate, string origin)
    {
        X509Certificate2Collection chain = Parse(certificate, origin);
        CertificatePin pin = PinOf(chain[0]);
        DisposeAll(chain);
        return pin;
    }

    public static CertificatePin PinOf(X509Certificate2 certificate) =>
        CertificatePin.FromHash(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    public static void DisposeAll(X509Certificate2Collection certificates)
    {
        foreach (X509Certificate2 certificate in certificates)
        {
            certificate.Dispose();
        }
    }

    private static X509Certificate2Collection Parse(ServerCertificate certificate, string origin)
    {
        X509Certificate2Collection chain = [];
        try
        {
            chain.ImportFromPem(Encoding.UTF8.GetString(certificate.ChainPem));
            if (chain.Count == 0)
            {
                throw new CryptographicException("there is no certificate in it");
            }

            using X509Certificate2 leaf = chain[0];
            chain[0] = WithKey(leaf, Encoding.UTF8.GetString(certificate.KeyPem), origin);
            return chain;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            DisposeAll(chain);
            throw CertificateErrors.NotPem(origin, e.Message.TrimEnd('.'));
        }
    }

    private static X509Certificate2 WithKey(X509Certificate2 leaf, string keyPem, string origin)
    {
        using ECDsa? elliptic = leaf.GetECDsaPublicKey() is { } curve ? Dispose(curve, ECDsa.Create()) : null;
        using RSA? rsa = elliptic is null && leaf.GetRSAPublicKey() is { } modulus ? Dispose(modulus, RSA.Create()) : null;
        AsymmetricAlgorithm key = (AsymmetricAlgorithm?)elliptic ?? rsa
            ?? throw new CryptographicException("the certificate's key is neither ECDSA nor RSA");
        try
        {
            key.ImportFromPem(keyPem);
        }
        catch (CryptographicException) when (elliptic is not null)
        {
            ImportSigned(elliptic, keyPem);
        }

        if (!key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(leaf.PublicKey.ExportSubjectPublicKeyInfo()))
        {
            throw CertificateErrors.OtherKey(origin);
        }

        return elliptic is not null ? leaf.CopyWithPrivateKey(elliptic) : leaf.CopyWithPrivateKey(rsa!);
    }

    /// <summary>GnuTLS writes the number of an elliptic key as a signed one, with a zero in front where its first bit is set; RFC 5915, section 3,
    /// wants the length of the curve, and .NET insists.</summary>
    private static void ImportSigned(ECDsa key, string pem)
    {
        PemFields fields = PemEncoding.Find(pem);
        byte[] der = Convert.FromBase64String(pem[fields.Base64Data]);
        try
        {
            AsnReader reader = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
            reader.ReadInteger();
            AsnReader algorithm = reader.ReadSequence();
            algorithm.ReadObjectIdentifier();
            ECCurve curve = ECCurve.CreateFromValue(algorithm.ReadObjectIdentifier());
            AsnReader inner = new AsnReader(reader.ReadOctetString(), AsnEncodingRules.BER).ReadSequence();
            inner.ReadInteger();
            ReadOnlySpan<byte> number = inner.ReadOctetString();
            key.GenerateKey(curve);
            byte[] sized = new byte[(key.KeySize + 7) / 8];
            number = number.TrimStart((byte)0);
            if (number.Length > sized.Length)
            {
                throw new CryptographicException("the private key is longer than its curve");
            }

            number.CopyTo(sized.AsSpan(sized.Length - number.Length));
            key.ImportParameters(new ECParameters { Curve = curve, D = sized });
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException(e.Message);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    private static T Dispose<T>(IDisposable used, T next)
    {
        used.Dispose();
        return next;
    }
}
