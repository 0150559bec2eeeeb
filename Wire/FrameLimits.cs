namespace Softlan.Wire;

/// <summary>How long a frame may be; all lengths are in bytes and without the FCS (IEEE 802.3, clause 3; protocol.md, section 4).</summary>
internal static class FrameLimits
{
    /// <summary>Destination, source, type.</summary>
    public const int HeaderLength = 14;

    /// <summary>One 802.1Q tag.</summary>
    public const int TagLength = 4;

    /// <summary>A bare header. Shorter is a runt.</summary>
    public const int MinLength = HeaderLength;

    /// <summary>Largest IP MTU that a room can have.</summary>
    public const int MaxMtu = 1500;

    /// <summary>Smallest IP MTU that a room can have: what IPv6 asks of every link (RFC 8200, section 5).</summary>
    public const int MinMtu = 1280;

    /// <summary>1518: header, one tag, 1500 bytes.</summary>
    public const int MaxLength = HeaderLength + TagLength + MaxMtu;

    /// <summary>The longest frame, header included, in a room of this IP MTU. Tagged frames cross no room, so there is no tag to add.</summary>
    public static int MaxLengthIn(int mtu) => HeaderLength + mtu;

    /// <summary>The longest datagram that softlan sends or accepts.</summary>
    public const int MaxDatagramLength = DatagramHeader.Length + MaxLength;

    /// <summary>What fits one datagram on any path, since QUIC guarantees 1200-byte packets: 1200 less 32 of QUIC's own overhead.</summary>
    public const int MinMaxDatagramLength = 1168;
}
