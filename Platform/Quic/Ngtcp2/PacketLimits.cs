using System.Runtime.Versioning;
using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>How long the packets of one connection, and the datagrams in them, may be: by the path, by the other side, and by what was asked
/// for.</summary>
/// <param name="mtu">Knows whether large packets pass.</param>
/// <param name="asked">Bytes that a datagram may have; null: as many as possible.</param>
[SupportedOSPlatform("linux")]
internal sealed unsafe class PacketLimits(PathMtuGuard mtu, int? asked)
{
    /// <summary>Short header (1), packet number (at most 4), DATAGRAM frame header, AEAD tag (16). The connection id comes on top.</summary>
    private const int FixedOverhead = 1 + 4 + QuicLimits.DatagramFrameHeader + 16;

    private int _overhead = FixedOverhead + Ngtcp2Engine.CidLength;
    private int _asked = asked ?? int.MaxValue;

    /// <summary>Bytes of a datagram that the other side takes.</summary>
    public int PeerLimit { get; private set; }

    /// <summary>Bytes that a datagram may have now.</summary>
    public int MaxDatagramLength { get; private set; } = FrameLimits.MinMaxDatagramLength;

    /// <summary>How large a packet may be now. After a black hole was found nothing but tests of the path may exceed what every path
    /// carries.</summary>
    public int MaxPacketLength => mtu.IsBlackHole ? NativeNgtcp2.NGTCP2_MAX_UDP_PAYLOAD_SIZE : Ngtcp2Engine.MaxUdpPayload;

    /// <summary>What the other side announced in the handshake.</summary>
    /// <param name="connection">ngtcp2_conn.</param>
    public void ReadPeerLimits(nint connection)
    {
        _overhead = FixedOverhead + (int)NativeNgtcp2.ConnGetDcid(connection)->DataLength;
        PeerLimit = (int)Math.Min(NativeNgtcp2.ConnGetRemoteTransportParams(connection)->MaxDatagramFrameSize, int.MaxValue)
            - QuicLimits.DatagramFrameHeader;
    }

    /// <summary>See <see cref="IFrameLink.LimitDatagrams"/>. Holds from the next <see cref="Update"/> on.</summary>
    public void Limit(int length) => _asked = Math.Min(_asked, length);

    /// <summary>ngtcp2 has no callback for path MTU discovery, so its result is looked up before each write.</summary>
    /// <param name="connection">ngtcp2_conn.</param>
    /// <returns><see cref="MaxDatagramLength"/> is another.</returns>
    public bool Update(nint connection)
    {
        int path = Math.Min((int)NativeNgtcp2.ConnGetPathMaxTxUdpPayloadSize(connection), MaxPacketLength);
        // Other engines have longer connection ids (msquic: 9 bytes). In 1200 bytes there is room all the same: a packet number of 4 bytes,
        // which the overhead allows for, is not seen before millions of packets are on their way at once (RFC 9000, section 17.1).
        int fits = Math.Max(path - _overhead, FrameLimits.MinMaxDatagramLength);
        int length = Math.Min(Math.Min(fits, PeerLimit), Math.Min(_asked, FrameLimits.MaxDatagramLength));
        length = Math.Max(length, FrameLimits.MinMaxDatagramLength); // A peer that takes less is not kept (OnHandshakeCompleted).
        if (length == MaxDatagramLength)
        {
            return false;
        }

        MaxDatagramLength = length;
        return true;
    }

    /// <summary>A packet with this in it is larger than what every path carries.</summary>
    /// <param name="used">Bytes of its frames.</param>
    public bool IsLarge(int used) => used + _overhead > NativeNgtcp2.NGTCP2_MAX_UDP_PAYLOAD_SIZE;

    /// <summary>Bytes of the datagram that fills a packet.</summary>
    /// <param name="packetLength">The packet's.</param>
    public int Filling(int packetLength) => Math.Min(Math.Min(packetLength - _overhead, PeerLimit), FrameLimits.MaxDatagramLength);
}
