using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>The GnuTLS calls softlan makes, and the constants they take (gnutls/gnutls.h, x509.h, crypto.h of 3.7). Declarations only.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class NativeGnuTls
{
    private const string GnuTls = "gnutls";

    // gnutls_rnd_level_t
    public const int GNUTLS_RND_RANDOM = 1;

    // gnutls_init_flags_t
    public const uint GNUTLS_SERVER = 1;
    public const uint GNUTLS_CLIENT = 1 << 1;
    public const uint GNUTLS_NO_AUTO_SEND_TICKET = 1 << 21;

    public const int GNUTLS_CRD_CERTIFICATE = 1;
    public const int GNUTLS_X509_FMT_DER = 0;
    public const int GNUTLS_X509_FMT_PEM = 1;
    public const uint GNUTLS_ALPN_MANDATORY = 1;
    public const int GNUTLS_NAME_DNS = 1;
    public const int GNUTLS_CRT_X509 = 1;
    public const int GNUTLS_PK_ECDSA = 4;
    public const int GNUTLS_DIG_SHA256 = 6;
    public const int GNUTLS_SAN_DNSNAME = 1;
    public const int GNUTLS_SAN_IPADDRESS = 4;
    public const uint GNUTLS_FSAN_APPEND = 1;
    public const uint GNUTLS_KEYID_USE_SHA256 = 1;
    public const uint GNUTLS_KEY_DIGITAL_SIGNATURE = 128;

    // GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1)
    public const uint CurveBitsSecp256R1 = 0x80000000 | 2;

    public const string GNUTLS_OID_X520_COMMON_NAME = "2.5.4.3";
    public const string GNUTLS_KP_TLS_WWW_SERVER = "1.3.6.1.5.5.7.3.1";

    public const int GNUTLS_E_UNEXPECTED_PACKET = -15;
    public const int GNUTLS_E_CERTIFICATE_ERROR = -43;
    public const int GNUTLS_E_CERTIFICATE_KEY_MISMATCH = -60;

    // gnutls_certificate_status_t
    public const uint GNUTLS_CERT_INVALID = 1 << 1;
    public const uint GNUTLS_CERT_NOT_ACTIVATED = 1 << 9;
    public const uint GNUTLS_CERT_EXPIRED = 1 << 10;
    public const uint GNUTLS_CERT_UNEXPECTED_OWNER = 1 << 14;

    /// <summary>gnutls_handshake_description_t.</summary>
    public const uint GNUTLS_HANDSHAKE_KEY_UPDATE = 24;

    public const int GNUTLS_HOOK_PRE = 0;

    /// <summary>gnutls_datum_t, 16 bytes.</summary>
    public struct Datum
    {
        public byte* Data;
        public uint Size;
    }

    [LibraryImport(GnuTls, EntryPoint = "gnutls_rnd")]
    public static partial int Rnd(int level, Span<byte> data, nuint length);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_strerror")]
    public static partial nint Strerror(int error);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_alert_get_name")]
    public static partial nint AlertGetName(int alert);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_priority_init", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int PriorityInit(out nint priority, string text, nint errorPosition);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_priority_set")]
    public static partial int PrioritySet(nint session, nint priority);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_init")]
    public static partial int Init(out nint session, uint flags);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_deinit")]
    public static partial void Deinit(nint session);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_session_set_ptr")]
    public static partial void SessionSetPtr(nint session, void* pointer);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_session_get_ptr")]
    public static partial void* SessionGetPtr(nint session);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_credentials_set")]
    public static partial int CredentialsSet(nint session, int type, nint credentials);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_alpn_set_protocols")]
    public static partial int AlpnSetProtocols(nint session, Datum* protocols, uint count, uint flags);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_server_name_set")]
    public static partial int ServerNameSet(nint session, int type, ReadOnlySpan<byte> name, nuint length);

    // gnutls_handshake_hook_func: session, type, when, incoming, message.
    [LibraryImport(GnuTls, EntryPoint = "gnutls_handshake_set_hook_function")]
    public static partial void HandshakeSetHookFunction(
        nint session, uint type, int when, delegate* unmanaged[Cdecl]<nint, uint, uint, uint, Datum*, int> function);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_session_set_verify_function")]
    public static partial void SessionSetVerifyFunction(nint session, delegate* unmanaged[Cdecl]<nint, int> function);

    // GnuTLS keeps the pointer to the host name: it must live as long as the session.
    [LibraryImport(GnuTls, EntryPoint = "gnutls_session_set_verify_cert")]
    public static partial void SessionSetVerifyCert(nint session, byte* hostName, uint flags);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_session_get_verify_cert_status")]
    public static partial uint SessionGetVerifyCertStatus(nint session);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_certificate_verification_status_print")]
    public static partial int CertificateVerificationStatusPrint(uint status, int type, Datum* text, uint flags);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_certificate_get_peers")]
    public static partial Datum* CertificateGetPeers(nint session, out uint count);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_certificate_allocate_credentials")]
    public static partial int CertificateAllocateCredentials(out nint credentials);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_certificate_free_credentials")]
    public static partial void CertificateFreeCredentials(nint credentials);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_certificate_set_x509_key_mem")]
    public static partial int CertificateSetX509KeyMem(nint credentials, Datum* certificate, Datum* key, int format);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_certificate_set_x509_trust_mem")]
    public static partial int CertificateSetX509TrustMem(nint credentials, Datum* certificates, int format);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_certificate_set_x509_system_trust")]
    public static partial int CertificateSetX509SystemTrust(nint credentials);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_crt_init")]
    public static partial int X509CrtInit(out nint certificate);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_crt_deinit")]
    public static partial void X509CrtDeinit(nint certificate);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_crt_import")]
    public static partial int X509CrtImport(nint certificate, Datum* bytes, int format);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_crt_get_key_id")]
    public static partial int X509CrtGetKeyId(nint certificate, uint flags, Span<byte> output, ref nuint length);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_crt_set_version")]
    public static partial int X509CrtSetVersion(nint certificate, uint version);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_crt_set_serial")]
    public static partial int X509CrtSetSerial(nint certificate, ReadOnlySpan<byte> serial, nuint length);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_crt_set_activation_time")]
    public static partial int X509CrtSetActivationTime(nint certificate, long time);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_crt_set_expiration_time")]
    public static partial int X509CrtSetExpirationTime(nint certificate, long time);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_crt_set_dn_by_oid", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int X509CrtSetDnByOid(nint certificate, string oid, uint raw, ReadOnlySpan<byte> name, uint length);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_crt_set_subject_alt_name")]
    public static partial int X509CrtSetSubjectAltName(nint certificate, int type, ReadOnlySpan<byte> data, uint length, uint flags);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_crt_set_key_usage")]
    public static partial int X509CrtSetKeyUsage(nint certificate, uint usage);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_crt_set_key_purpose_oid", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int X509CrtSetKeyPurposeOid(nint certificate, string oid, uint critical);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_crt_set_key")]
    public static partial int X509CrtSetKey(nint certificate, nint key);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_crt_sign2")]
    public static partial int X509CrtSign2(nint certificate, nint issuer, nint issuerKey, int digest, uint flags);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_crt_export2")]
    public static partial int X509CrtExport2(nint certificate, int format, Datum* output);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_privkey_init")]
    public static partial int X509PrivkeyInit(out nint key);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_privkey_deinit")]
    public static partial void X509PrivkeyDeinit(nint key);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_privkey_generate")]
    public static partial int X509PrivkeyGenerate(nint key, int algorithm, uint bits, uint flags);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_x509_privkey_export2_pkcs8")]
    public static partial int X509PrivkeyExport2Pkcs8(nint key, int format, nint password, uint flags, Datum* output);
}
