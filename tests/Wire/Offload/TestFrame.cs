using Softlan.Wire;
using Softlan.Wire.Offload;

namespace Softlan.Tests.Wire.Offload;

/// <summary>A TCP or UDP frame to be written byte by byte, in the slow and obvious way.</summary>
internal sealed record TestFrame
{
    /// <summary>Any bytes that stand between the MAC addresses and the EtherType.</summary>
    public byte[] Tags { get; init; } = [];

    public bool IsV6 { get; init; }

    public bool IsTcp { get; init; } = true;

    public byte Host { get; init; } = 1;

    public byte TrafficClass { get; init; }

    public byte HopLimit { get; init; } = 64;

    public ushort Identification { get; init; }

    /// <summary>Flags and offset.</summary>
    public ushort Fragment { get; init; } = 0x4000;

    /// <summary>IPv4 options, a multiple of four bytes.</summary>
    public byte[] IpOptions { get; init; } = [];

    /// <summary>IPv6 extension headers by their protocol numbers.</summary>
    public byte[] Extensions { get; init; } = [];

    public ushort SourcePort { get; init; } = 27015;

    public ushort DestinationPort { get; init; } = 50000;

    public uint Sequence { get; init; }

    public uint Acknowledgement { get; init; } = 77;

    public byte TcpReserved { get; init; }

    public byte TcpFlags { get; init; } = TransportHeader.Ack;

    public ushort Window { get; init; } = 501;

    public ushort Urgent { get; init; }

    /// <summary>A multiple of four bytes.</summary>
    public byte[] TcpOptions { get; init; } = [];

    public byte[] Payload { get; init; } = [];

    public byte Protocol => IsTcp ? IPProtocols.Tcp : IPProtocols.Udp;

    public int Network => 14 + Tags.Length;

    public int Transport => Network + (IsV6 ? 40 + Extensions.Sum(kind => Extension(kind, 0).Length) : 20 + IpOptions.Length);

    public int HeaderLength => Transport + (IsTcp ? 20 + TcpOptions.Length : 8);

    public int ChecksumOffset => IsTcp ? 16 : 6;

    private byte[] Source => IsV6 ? [0xfd, .. new byte[14], Host] : [10, 73, 1, Host];

    private byte[] Destination => IsV6 ? [0xfd, .. new byte[13], 1, 2] : [10, 73, 42, 17];

    /// <summary>Where the packet goes in the end, which is what its pseudo header names (RFC 8200, section 8.1).</summary>
    private byte[] FinalDestination => IsV6 && Extensions.Contains(IPProtocols.Routing) ? BehindRouting : Destination;

    private static byte[] BehindRouting => [0xfd, .. new byte[13], 7, 7];

    private int TransportLength => HeaderLength - Transport + Payload.Length;

    /// <summary>The frame with finished checksums.</summary>
    public byte[] Build()
    {
        ushort checksum = ReferenceChecksum.Finish(ReferenceChecksum.Sum(TransportBytes(0), Pseudo()));
        return [.. NetworkBytes(), .. TransportBytes(!IsTcp && checksum == 0 ? (ushort)0xffff : checksum)];
    }

    /// <summary>The frame as a kernel hands it over: the pseudo header's sum in the checksum's place.</summary>
    public byte[] BuildPartial() => [.. NetworkBytes(), .. TransportBytes((ushort)Pseudo())];

    public VirtioNetHeader PartialHeader(VirtioGsoType type, int gsoSize) => new(
        VirtioNetFlags.NeedsChecksum,
        type,
        (ushort)HeaderLength,
        (ushort)gsoSize,
        (ushort)Transport,
        (ushort)ChecksumOffset);

    /// <summary>What cutting this frame must give, by the rules of Linux' tcp_gso_segment and __udp_gso_segment.</summary>
    /// <param name="gsoSize">Payload bytes of each segment.</param>
    /// <param name="ecn">The bits that the vnet header has beside the type.</param>
    public List<byte[]> Cut(int gsoSize, VirtioGsoType ecn = VirtioGsoType.None)
    {
        List<byte[]> segments = [];
        for (int start = 0; start < Payload.Length; start += gsoSize)
        {
            byte[] payload = Payload[start..Math.Min(start + gsoSize, Payload.Length)];
            int flags = TcpFlags;
            if (start > 0 && ecn == VirtioGsoType.Ecn)
            {
                flags &= ~TransportHeader.Cwr;
            }

            if (start + payload.Length < Payload.Length)
            {
                flags &= ~(TransportHeader.Psh | TransportHeader.Fin);
            }

            TestFrame segment = this with
            {
                Payload = payload,
                Sequence = Sequence + (uint)start,
                Identification = (ushort)(Identification + segments.Count),
                TcpFlags = (byte)flags,
            };
            segments.Add(segment.Build());
        }

        return segments;
    }

    private int Pseudo() => ReferenceChecksum.Pseudo(Source, FinalDestination, Protocol, TransportLength);

    /// <summary>The first fragment of two, a type 2 routing header, an authentication header with a value of 12 bytes; otherwise padding
    /// options.</summary>
    private static byte[] Extension(byte kind, byte next) => kind switch
    {
        IPProtocols.Fragment => [next, 0, 0, 1, 0, 0, 0, 7],
        IPProtocols.Routing => [next, 2, 2, 1, 0, 0, 0, 0, .. BehindRouting],
        IPProtocols.Authentication => [next, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, .. new byte[12]],
        _ => [next, 0, 1, 4, 0, 0, 0, 0],
    };

    private byte[] NetworkBytes()
    {
        byte[] ethernet = [2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, Host, .. Tags];
        if (IsV6)
        {
            List<byte> extensions = [];
            for (int i = 0; i < Extensions.Length; i++)
            {
                extensions.AddRange(Extension(Extensions[i], i + 1 < Extensions.Length ? Extensions[i + 1] : Protocol));
            }

            int length = extensions.Count + TransportLength;
            byte next = Extensions.Length > 0 ? Extensions[0] : Protocol;
            return
            [
                .. ethernet, 0x86, 0xdd,
                (byte)(0x60 | (TrafficClass >> 4)), (byte)((TrafficClass << 4) | 3), 0x12, 0x34,
                (byte)(length >> 8), (byte)length, next, HopLimit,
                .. Source, .. Destination, .. extensions,
            ];
        }

        int total = 20 + IpOptions.Length + TransportLength;
        byte[] header =
        [
            (byte)(0x45 + (IpOptions.Length / 4)), TrafficClass, (byte)(total >> 8), (byte)total,
            (byte)(Identification >> 8), (byte)Identification, (byte)(Fragment >> 8), (byte)Fragment,
            HopLimit, Protocol, 0, 0,
            .. Source, .. Destination, .. IpOptions,
        ];
        ushort checksum = ReferenceChecksum.Finish(ReferenceChecksum.Sum(header));
        header[10] = (byte)(checksum >> 8);
        header[11] = (byte)checksum;
        return [.. ethernet, 0x08, 0x00, .. header];
    }

    private byte[] TransportBytes(ushort checksum)
    {
        byte[] ports = [(byte)(SourcePort >> 8), (byte)SourcePort, (byte)(DestinationPort >> 8), (byte)DestinationPort];
        return IsTcp
            ?
            [
                .. ports,
                (byte)(Sequence >> 24), (byte)(Sequence >> 16), (byte)(Sequence >> 8), (byte)Sequence,
                (byte)(Acknowledgement >> 24), (byte)(Acknowledgement >> 16), (byte)(Acknowledgement >> 8), (byte)Acknowledgement,
                (byte)((0x50 + (TcpOptions.Length << 2)) | TcpReserved), TcpFlags, (byte)(Window >> 8), (byte)Window,
                (byte)(checksum >> 8), (byte)checksum, (byte)(Urgent >> 8), (byte)Urgent,
                .. TcpOptions, .. Payload,
            ]
            : [.. ports, (byte)(TransportLength >> 8), (byte)TransportLength, (byte)(checksum >> 8), (byte)checksum, .. Payload];
    }
}
