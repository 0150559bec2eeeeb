namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>Which cipher an end of a link would rather have.</summary>
internal enum CipherPreference
{
    /// <summary>AES-128-GCM: the fastest on a processor with AES instructions.</summary>
    Aes,

    /// <summary>ChaCha20-Poly1305: several times faster than AES-GCM on a processor without AES instructions, such as a Raspberry Pi 4's, and there
    /// not open to others on it who watch the cache (RFC 8439, section 1).</summary>
    ChaCha20,
}
