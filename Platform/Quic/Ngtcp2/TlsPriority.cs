using System.Runtime.Intrinsics.X86;
using System.Runtime.Versioning;
using ArmAes = System.Runtime.Intrinsics.Arm.Aes;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>What this end's TLS sessions agree to, the best first (gnutls_priority_init(3)).</summary>
[SupportedOSPlatform("linux")]
internal static class TlsPriority
{
    private const string AesFirst = "+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305";

    // A relay otherwise takes what the client put first.
    private const string ChaCha20First = "+CHACHA20-POLY1305:+AES-128-GCM:+AES-256-GCM:%SERVER_PRECEDENCE";

    private static readonly nint AesFirstCache = CreateCache(AesFirst);
    private static readonly nint ChaCha20FirstCache = CreateCache(ChaCha20First);

    /// <summary>What this machine's processor is best at. GCM also takes a multiplication without carries, which some have without AES and some
    /// lack.</summary>
    public static CipherPreference OfThisProcessor =>
        (X86Aes.IsSupported && Pclmulqdq.IsSupported) || ArmAes.IsSupported ? CipherPreference.Aes : CipherPreference.ChaCha20;

    /// <returns>A gnutls_priority_t that lives as long as the process.</returns>
    public static nint Of(CipherPreference preference) => preference == CipherPreference.Aes ? AesFirstCache : ChaCha20FirstCache;

    /// <summary>X25519 first: a handshake costs a relay a fifth less with it (119 instead of 185 us for the key exchange). The other knobs are what
    /// QUIC asks for (RFC 9001, section 4).</summary>
    private static nint CreateCache(string ciphers)
    {
        string text = $"NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:{ciphers}:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:%DISABLE_TLS13_COMPAT_MODE";
        GnuTlsError.ThrowIfFailed(NativeGnuTls.PriorityInit(out nint cache, text, 0), "Cannot choose TLS ciphers");
        return cache;
    }
}
