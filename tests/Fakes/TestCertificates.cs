using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Softlan.Platform;

namespace Softlan.Tests.Fakes;

/// <summary>Certificates as an operator may have them: of any time, for any names, signed or not.</summary>
internal static class TestCertificates
{
    /// <param name="from">When it begins to be valid.</param>
    /// <param name="until">When it ends.</param>
    /// <param name="isSigned">Whether somebody else issued it.</param>
    /// <param name="key">A new one when null.</param>
    /// <param name="names">DNS names and IP addresses.</param>
    public static ServerCertificate Make(DateTimeOffset from, DateTimeOffset until, bool isSigned = true, ECDsa? key = null, params string[] names)
    {
        using ECDsa made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        key ??= made;
        CertificateRequest request = new("CN=relay.test", key, HashAlgorithmName.SHA256);
        if (names.Length > 0)
        {
            SubjectAlternativeNameBuilder builder = new();
            builder.AddEmailAddress("organiser@example.org");
            foreach (string name in names)
            {
                if (IPAddress.TryParse(name, out IPAddress? address))
                {
                    builder.AddIpAddress(address);
                }
                else
                {
                    builder.AddDnsName(name);
                }
            }

            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
            request.CertificateExtensions.Add(builder.Build(critical: true));
        }

        using ECDsa authority = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = isSigned
            ? request.Create(new X500DistinguishedName("CN=authority"), X509SignatureGenerator.CreateForECDsa(authority), from, until, [1, 2, 3])
            : request.CreateSelfSigned(from, until);
        return new ServerCertificate(
            Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + '\n'), Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + '\n'));
    }
}
