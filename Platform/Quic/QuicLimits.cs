namespace Softlan.Platform.Quic;

/// <summary>The numbers and names that both engines must agree on, or had better: a relay of one serves players of the other.</summary>
internal static class QuicLimits
{
    /// <summary>Bytes in front of each datagram in a packet: type (1) and length (2) of a DATAGRAM frame (RFC 9221, section 4).</summary>
    public const int DatagramFrameHeader = 3;

    /// <summary>Bytes of control messages that a peer may send ahead of our acknowledgement; a power of two, as msquic wants it. One message has 64
    /// KiB at most. A peer that has used it up waits.</summary>
    public const int ControlWindow = 256 * 1024;

    /// <summary>Bytes of control messages that a peer may leave unread where nobody says how many (<see cref="ListenOptions.MaxUnreadControl"/>). The
    /// link of one that leaves more is closed.</summary>
    public const int MaxUnreadControl = 1024 * 1024;

    /// <summary>Half-open handshakes, and over ngtcp2 such that failed lately, from which on a client must show by a Retry that it owns its address
    /// (RFC 9000, section 8.1). It costs the client a round trip.</summary>
    public const int RetryThreshold = 64;

    /// <summary>Half-open handshakes that are served at all. Beyond it a first packet is dropped (ngtcp2; clients send it again) or its connection
    /// refused (msquic).</summary>
    public const int MaxHalfOpen = 1024;

    /// <summary>Bytes of UTF-8 in a close packet. It must fit 1200 bytes, and nobody reads more than a line of it; what is longer is cut.</summary>
    public const int MaxCloseText = 256;

    /// <summary>Bytes in a certificate's common name (RFC 5280, ub-common-name). In place of a longer name stands <see cref="AnyCommonName"/>; the
    /// whole name is in the SAN anyway.</summary>
    public const int MaxCommonName = 64;

    /// <summary>The common name of a relay whose own is too long for one.</summary>
    public const string AnyCommonName = "softlan relay";

    /// <summary>Silence after which a connecting side sends a sign of life. Shorter than the 30 s after which common NATs forget a binding.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10);

    /// <summary>Silence after which either side gives up.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Time for a handshake, then the link has failed; with QUIC's first timeout of 1 s, doubling, that is three tries.</summary>
    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(6);

    /// <summary>How long a closed link waits for the acknowledgement of its last control messages before it closes without.</summary>
    public static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(1);

    /// <summary>Of a generated certificate: ten years. Players trust it by its pin, so its end would only be one more way to fail.</summary>
    public static readonly TimeSpan CertificateLifetime = TimeSpan.FromDays(3650);

    /// <summary>How far the clocks of relay and players may be apart: so much earlier a generated certificate is valid.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromDays(1);

    /// <summary>What the connections of softlan are for, in TLS (protocol.md, section 1). Who asks for something else is refused by the
    /// handshake.</summary>
    public static ReadOnlySpan<byte> Alpn => "softlan/1"u8;
}
