using System.Net;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>Makes and reads X.509 certificates with GnuTLS, so that no libssl is needed at run time.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe class Certificates
{
    public static ServerCertificate Generate(string serverName)
    {
        const string What = "Cannot make a certificate";
        nint key = 0;
        nint certificate = 0;
        try
        {
            GnuTlsError.ThrowIfFailed(NativeGnuTls.X509PrivkeyInit(out key), What);
            GnuTlsError.ThrowIfFailed(
                NativeGnuTls.X509PrivkeyGenerate(key, NativeGnuTls.GNUTLS_PK_ECDSA, NativeGnuTls.CurveBitsSecp256R1, 0), What);
            GnuTlsError.ThrowIfFailed(NativeGnuTls.X509CrtInit(out certificate), What);
            Describe(certificate, serverName, What);
            GnuTlsError.ThrowIfFailed(NativeGnuTls.X509CrtSetKey(certificate, key), What);
            GnuTlsError.ThrowIfFailed(NativeGnuTls.X509CrtSign2(certificate, certificate, key, NativeGnuTls.GNUTLS_DIG_SHA256, 0), What);

            NativeGnuTls.Datum pem;
            GnuTlsError.ThrowIfFailed(NativeGnuTls.X509CrtExport2(certificate, NativeGnuTls.GNUTLS_X509_FMT_PEM, &pem), What);
            byte[] chain = Take(pem);
            GnuTlsError.ThrowIfFailed(NativeGnuTls.X509PrivkeyExport2Pkcs8(key, NativeGnuTls.GNUTLS_X509_FMT_PEM, 0, 0, &pem), What);
            return new ServerCertificate(chain, Take(pem));
        }
        finally
        {
            if (certificate != 0)
            {
                NativeGnuTls.X509CrtDeinit(certificate);
            }

            if (key != 0)
            {
                NativeGnuTls.X509PrivkeyDeinit(key);
            }
        }
    }

    /// <summary>The pin of the first certificate in <paramref name="bytes"/>.</summary>
    /// <param name="bytes">PEM or DER.</param>
    /// <param name="format">GNUTLS_X509_FMT_*.</param>
    /// <returns>0, or GnuTLS' error.</returns>
    public static int ReadPin(ReadOnlySpan<byte> bytes, int format, out CertificatePin pin)
    {
        pin = default;
        int result = NativeGnuTls.X509CrtInit(out nint certificate);
        if (result < 0)
        {
            return result;
        }

        Span<byte> hash = stackalloc byte[CertificatePin.HashLength];
        nuint length = CertificatePin.HashLength;

        // SAFETY: GnuTLS copies what it parses; the bytes are pinned for the call only.
        fixed (byte* data = bytes)
        {
            NativeGnuTls.Datum datum = new() { Data = data, Size = (uint)bytes.Length };
            result = NativeGnuTls.X509CrtImport(certificate, &datum, format);
        }

        if (result >= 0)
        {
            // With this flag the key id is SHA-256 over the DER of SubjectPublicKeyInfo: just what a pin is.
            result = NativeGnuTls.X509CrtGetKeyId(certificate, NativeGnuTls.GNUTLS_KEYID_USE_SHA256, hash, ref length);
        }

        if (result >= 0)
        {
            pin = CertificatePin.FromHash(hash);
        }

        NativeGnuTls.X509CrtDeinit(certificate);
        return result;
    }

    private static void Describe(nint certificate, string serverName, string what)
    {
        Span<byte> serial = stackalloc byte[16];
        SecureRandom.Fill(serial);
        serial[0] = (byte)((serial[0] & 0x7f) | 1); // Positive and not zero (RFC 5280, section 4.1.2.2).
        DateTimeOffset now = DateTimeOffset.UtcNow;
        byte[] name = Encoding.UTF8.GetBytes(serverName);
        byte[] commonName = name.Length <= QuicLimits.MaxCommonName ? name : Encoding.UTF8.GetBytes(QuicLimits.AnyCommonName);

        GnuTlsError.ThrowIfFailed(NativeGnuTls.X509CrtSetVersion(certificate, 3), what);
        GnuTlsError.ThrowIfFailed(NativeGnuTls.X509CrtSetSerial(certificate, serial, (nuint)serial.Length), what);
        GnuTlsError.ThrowIfFailed(NativeGnuTls.X509CrtSetActivationTime(certificate, (now - QuicLimits.ClockSkew).ToUnixTimeSeconds()), what);
        GnuTlsError.ThrowIfFailed(
            NativeGnuTls.X509CrtSetExpirationTime(certificate, (now + QuicLimits.CertificateLifetime).ToUnixTimeSeconds()), what);
        GnuTlsError.ThrowIfFailed(
            NativeGnuTls.X509CrtSetDnByOid(certificate, NativeGnuTls.GNUTLS_OID_X520_COMMON_NAME, 0, commonName, (uint)commonName.Length), what);
        if (IPAddress.TryParse(serverName, out IPAddress? address))
        {
            byte[] bytes = address.GetAddressBytes();
            GnuTlsError.ThrowIfFailed(
                NativeGnuTls.X509CrtSetSubjectAltName(
                    certificate, NativeGnuTls.GNUTLS_SAN_IPADDRESS, bytes, (uint)bytes.Length, NativeGnuTls.GNUTLS_FSAN_APPEND),
                what);
        }
        else
        {
            GnuTlsError.ThrowIfFailed(
                NativeGnuTls.X509CrtSetSubjectAltName(
                    certificate, NativeGnuTls.GNUTLS_SAN_DNSNAME, name, (uint)name.Length, NativeGnuTls.GNUTLS_FSAN_APPEND),
                what);
        }

        GnuTlsError.ThrowIfFailed(NativeGnuTls.X509CrtSetKeyUsage(certificate, NativeGnuTls.GNUTLS_KEY_DIGITAL_SIGNATURE), what);
        GnuTlsError.ThrowIfFailed(NativeGnuTls.X509CrtSetKeyPurposeOid(certificate, NativeGnuTls.GNUTLS_KP_TLS_WWW_SERVER, 0), what);
    }

    /// <summary>Copies what GnuTLS allocated, and frees it. gnutls_free is malloc's free unless a program replaces it; softlan does not.</summary>
    private static byte[] Take(NativeGnuTls.Datum datum)
    {
        byte[] bytes = new ReadOnlySpan<byte>(datum.Data, (int)datum.Size).ToArray();
        NativeMemory.Free(datum.Data);
        return bytes;
    }
}
