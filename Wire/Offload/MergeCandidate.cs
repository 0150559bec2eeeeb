using System.Buffers.Binary;

namespace Softlan.Wire.Offload;

/// <summary>What the coalescer needs to know about one frame: which flow it must stay in order with, and whether and how it can be merged.</summary>
/// <remarks>It fills one cache line and is written once, in place: copies of it cost as much as all the rest that is done for a small
/// frame.</remarks>
internal struct MergeCandidate
{
    private ushort _headerLength;
    private ushort _payloadLength;

    /// <summary>None for a frame that need not stay in order with any TCP or UDP flow.</summary>
    public FlowKey Flow { get; private set; }

    /// <summary>Null for a frame that travels alone. Its checksum has not been looked at.</summary>
    public MergeKind? Kind { get; private set; }

    /// <summary>It is a fragment: <see cref="Flow"/> lacks the ports.</summary>
    public bool IsFragment { get; private set; }

    /// <summary>Bytes before the payload.</summary>
    public readonly int HeaderLength => _headerLength;

    /// <summary>Bytes of TCP or UDP payload; at least 1.</summary>
    public readonly int PayloadLength => _payloadLength;

    public uint Sequence { get; private set; }

    public ushort Identification { get; private set; }

    public byte TcpFlags { get; private set; }

    public bool DontFragment { get; private set; }

    /// <param name="frame">Any bytes, at most <see cref="FrameCoalescer.MaxFrameLength"/> of them.</param>
    /// <param name="mergesUdp">Otherwise UDP frames have no flow: they all travel alone, in order.</param>
    /// <param name="candidate">What there is to know. The members of frames that cannot be merged are zero.</param>
    public static void Parse(ReadOnlySpan<byte> frame, bool mergesUdp, out MergeCandidate candidate)
    {
        candidate = default;
        if (!candidate.TryParsePlain(frame, mergesUdp))
        {
            candidate.ParseFlow(frame, mergesUdp);
        }
    }

    /// <summary>Reads frames of the shapes that can be merged, and false for those that need a closer look.</summary>
    private bool TryParsePlain(ReadOnlySpan<byte> frame, bool mergesUdp)
    {
        if (frame.Length < MergeKind.V4Transport + TransportHeader.UdpLength)
        {
            return false;
        }

        ReadOnlySpan<byte> packet = frame[MergeKind.Network..];
        switch (BinaryPrimitives.ReadUInt16BigEndian(frame[(2 * MacAddress.Length)..]))
        {
            case EtherTypes.IPv4:
                ushort fragment = BinaryPrimitives.ReadUInt16BigEndian(packet[IPHeader.V4Fragment..]);
                if (packet[0] != IPHeader.V4WithoutOptions
                    || BinaryPrimitives.ReadUInt16BigEndian(packet[IPHeader.V4TotalLength..]) != packet.Length
                    || (fragment & ~IPHeader.DontFragment) != 0
                    || InternetChecksum.Fold(InternetChecksum.Add(0, packet[..IPHeader.V4MinLength])) != InternetChecksum.Intact)
                {
                    return false;
                }

                Identification = BinaryPrimitives.ReadUInt16BigEndian(packet[IPHeader.V4Identification..]);
                DontFragment = fragment != 0;
                return packet[IPHeader.V4Protocol] switch
                {
                    IPProtocols.Tcp => TryReadTcp(frame, MergeKind.TcpV4),
                    IPProtocols.Udp => !mergesUdp || TryReadUdp(frame, MergeKind.UdpV4),
                    _ => true,
                };
            case EtherTypes.IPv6:
                if (packet.Length < IPHeader.V6Length
                    || IPHeader.Version(packet[0]) != 6
                    || BinaryPrimitives.ReadUInt16BigEndian(packet[IPHeader.V6PayloadLength..]) != packet.Length - IPHeader.V6Length)
                {
                    return false;
                }

                return packet[IPHeader.V6NextHeader] switch
                {
                    IPProtocols.Tcp => TryReadTcp(frame, MergeKind.TcpV6),
                    IPProtocols.Udp => !mergesUdp || TryReadUdp(frame, MergeKind.UdpV6),
                    _ => false,
                };
            default:
                return false;
        }
    }

    /// <summary>Frames of other shapes: padded, tagged, with IP options or extension headers, fragments. They are not merged, but may belong to a
    /// flow that is.</summary>
    private void ParseFlow(ReadOnlySpan<byte> frame, bool mergesUdp)
    {
        bool hasFlow = IpLayout.TryParse(frame, out IpLayout layout)
            && (layout.Protocol == IPProtocols.Tcp || (layout.Protocol == IPProtocols.Udp && mergesUdp))
            && (layout.IsFragment || layout.Transport + TransportHeader.PortsLength <= layout.End);
        if (hasFlow)
        {
            ReadOnlySpan<byte> ports = layout.IsFragment ? default : frame[layout.Transport..];
            Flow = FlowKey.Read(layout.Addresses(frame), ports, layout.Protocol);
            IsFragment = layout.IsFragment;
        }
    }

    private bool TryReadTcp(ReadOnlySpan<byte> frame, MergeKind kind)
    {
        ReadOnlySpan<byte> transport = frame[kind.Transport..];
        if (transport.Length < TransportHeader.MinTcpLength)
        {
            return false;
        }

        Flow = FlowKey.Read(kind.Addresses(frame), transport, IPProtocols.Tcp);
        int length = TransportHeader.TcpLength(transport[TransportHeader.TcpDataOffset]);
        byte flags = transport[TransportHeader.TcpFlags];

        // CWR belongs to one segment (RFC 3168) or to all of them (RFC 9768), and kernels cut what they are given by the first rule.
        const byte Special = TransportHeader.Fin | TransportHeader.Syn | TransportHeader.Rst | TransportHeader.Urg | TransportHeader.Cwr;
        if (length >= TransportHeader.MinTcpLength && length < transport.Length && (flags & (Special | TransportHeader.Ack)) == TransportHeader.Ack)
        {
            Kind = kind;
            Sequence = BinaryPrimitives.ReadUInt32BigEndian(transport[TransportHeader.TcpSequence..]);
            TcpFlags = flags;
            _headerLength = (ushort)(kind.Transport + length);
            _payloadLength = (ushort)(transport.Length - length);
        }

        return true;
    }

    private bool TryReadUdp(ReadOnlySpan<byte> frame, MergeKind kind)
    {
        ReadOnlySpan<byte> transport = frame[kind.Transport..];
        if (transport.Length < TransportHeader.UdpLength)
        {
            return false;
        }

        // A datagram without a checksum would get one on its way through a super-frame.
        Flow = FlowKey.Read(kind.Addresses(frame), transport, IPProtocols.Udp);
        if (transport.Length > TransportHeader.UdpLength
            && BinaryPrimitives.ReadUInt16BigEndian(transport[TransportHeader.UdpLengthField..]) == transport.Length
            && BinaryPrimitives.ReadUInt16BigEndian(transport[TransportHeader.UdpChecksum..]) != 0)
        {
            Kind = kind;
            _headerLength = (ushort)(kind.Transport + TransportHeader.UdpLength);
            _payloadLength = (ushort)(transport.Length - TransportHeader.UdpLength);
        }

        return true;
    }
}
