using System.Buffers.Binary;

namespace Softlan.Wire.Offload;

/// <summary>What the coalescer needs to know about one frame: which flow it must stay in order with, and whether and how it can be merged.</summary>
internal readonly struct MergeCandidate
{
    /// <summary>Default for a frame that need not stay in order with any TCP or UDP flow.</summary>
    public FlowKey Flow { get; private init; }

    /// <summary>Null for a frame that travels alone. Its checksum has not been looked at.</summary>
    public MergeKind? Kind { get; private init; }

    /// <summary>It is a fragment: <see cref="Flow"/> lacks the ports.</summary>
    public bool IsFragment { get; private init; }

    /// <summary>Bytes before the payload.</summary>
    public int HeaderLength { get; private init; }

    /// <summary>Bytes of TCP or UDP payload; at least 1.</summary>
    public int PayloadLength { get; private init; }

    public uint Sequence { get; private init; }

    public byte TcpFlags { get; private init; }

    public ushort Identification { get; private init; }

    public bool DontFragment { get; private init; }

    /// <param name="frame">Any bytes.</param>
    /// <param name="mergesUdp">Otherwise UDP frames have no flow: they all travel alone, in order.</param>
    public static MergeCandidate Parse(ReadOnlySpan<byte> frame, bool mergesUdp)
    {
        // The shortest frame that has anything to merge; the slices below need it, too.
        if (frame.Length <= MergeKind.V4Transport + TransportHeader.UdpLength)
        {
            return ParseFlow(frame, mergesUdp);
        }

        ReadOnlySpan<byte> packet = frame[MergeKind.Network..];
        switch (BinaryPrimitives.ReadUInt16BigEndian(frame[(2 * MacAddress.Length)..]))
        {
            case EtherTypes.IPv4:
                ushort fragment = BinaryPrimitives.ReadUInt16BigEndian(packet[IpLayout.V4FragmentOffset..]);
                bool isPlain = packet[0] == 0x45
                    && BinaryPrimitives.ReadUInt16BigEndian(packet[IpLayout.V4TotalLength..]) == packet.Length
                    && (fragment & ~IpLayout.DontFragment) == 0
                    && InternetChecksum.Fold(InternetChecksum.Add(0, packet[..IpLayout.MinV4Length])) == InternetChecksum.Intact;
                if (isPlain)
                {
                    MergeCandidate candidate = new()
                    {
                        Identification = BinaryPrimitives.ReadUInt16BigEndian(packet[IpLayout.V4Identification..]),
                        DontFragment = fragment != 0,
                    };
                    return packet[IpLayout.V4Protocol] switch
                    {
                        TransportHeader.Tcp => candidate.ParseTcp(frame, MergeKind.TcpV4),
                        TransportHeader.Udp when mergesUdp => candidate.ParseUdp(frame, MergeKind.UdpV4),
                        _ => default,
                    };
                }

                break;
            case EtherTypes.IPv6 when packet.Length >= IpLayout.V6Length:
                if (packet[0] >> 4 == 6
                    && BinaryPrimitives.ReadUInt16BigEndian(packet[IpLayout.V6PayloadLength..]) == packet.Length - IpLayout.V6Length)
                {
                    switch (packet[IpLayout.V6NextHeader])
                    {
                        case TransportHeader.Tcp:
                            return new MergeCandidate().ParseTcp(frame, MergeKind.TcpV6);
                        case TransportHeader.Udp when mergesUdp:
                            return new MergeCandidate().ParseUdp(frame, MergeKind.UdpV6);
                    }
                }

                break;
        }

        return ParseFlow(frame, mergesUdp);
    }

    /// <summary>Frames of other shapes: padded, tagged, with IP options or extension headers, fragments. They are not merged, but may belong to a flow that is.</summary>
    private static MergeCandidate ParseFlow(ReadOnlySpan<byte> frame, bool mergesUdp)
    {
        bool hasFlow = IpLayout.TryParse(frame, out IpLayout layout)
            && (layout.Protocol == TransportHeader.Tcp || (layout.Protocol == TransportHeader.Udp && mergesUdp))
            && (layout.IsFragment || layout.Transport + TransportHeader.PortsLength <= layout.End);
        if (!hasFlow)
        {
            return default;
        }

        ReadOnlySpan<byte> ports = layout.IsFragment ? default : frame[layout.Transport..];
        return new MergeCandidate
        {
            Flow = FlowKey.Read(layout.Addresses(frame), ports, layout.Protocol),
            IsFragment = layout.IsFragment,
        };
    }

    private MergeCandidate ParseTcp(ReadOnlySpan<byte> frame, MergeKind kind)
    {
        ReadOnlySpan<byte> transport = frame[kind.Transport..];
        if (transport.Length < TransportHeader.MinTcpLength)
        {
            return ParseFlow(frame, true);
        }

        int length = TransportHeader.TcpLength(transport[TransportHeader.TcpDataOffset]);
        byte flags = transport[TransportHeader.TcpFlags];
        const byte Special = TransportHeader.Fin | TransportHeader.Syn | TransportHeader.Rst | TransportHeader.Urg;
        bool canMerge = length >= TransportHeader.MinTcpLength
            && length < transport.Length
            && (flags & (Special | TransportHeader.Ack)) == TransportHeader.Ack;
        return this with
        {
            Flow = FlowKey.Read(kind.Addresses(frame), transport, TransportHeader.Tcp),
            Kind = canMerge ? kind : null,
            HeaderLength = kind.Transport + length,
            PayloadLength = transport.Length - length,
            Sequence = BinaryPrimitives.ReadUInt32BigEndian(transport[TransportHeader.TcpSequence..]),
            TcpFlags = flags,
        };
    }

    private MergeCandidate ParseUdp(ReadOnlySpan<byte> frame, MergeKind kind)
    {
        ReadOnlySpan<byte> transport = frame[kind.Transport..];
        if (transport.Length < TransportHeader.UdpLength)
        {
            return ParseFlow(frame, true);
        }

        // A datagram without a checksum would get one on its way through a super-frame.
        bool canMerge = transport.Length > TransportHeader.UdpLength
            && BinaryPrimitives.ReadUInt16BigEndian(transport[TransportHeader.UdpLengthField..]) == transport.Length
            && BinaryPrimitives.ReadUInt16BigEndian(transport[TransportHeader.UdpChecksum..]) != 0;
        return this with
        {
            Flow = FlowKey.Read(kind.Addresses(frame), transport, TransportHeader.Udp),
            Kind = canMerge ? kind : null,
            HeaderLength = kind.Transport + TransportHeader.UdpLength,
            PayloadLength = transport.Length - TransportHeader.UdpLength,
        };
    }
}
