using Softlan.Wire;
using Softlan.Wire.Offload;
using Xunit;

namespace Softlan.Tests.Wire.Offload;

public sealed class FrameSegmenterTests
{
    private static readonly byte[] Buffer = new byte[1_522];

    public static TheoryData<string> Shapes { get; } =
    [
        "tcp4", "tcp6", "udp4", "udp6", "tcp4 options", "tcp6 extensions", "tcp6 authentication", "udp6 authentication", "tcp4 tagged",
        "tcp6 double-tagged", "udp4 ip options", "tcp4 all flags",
    ];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void TryNext_SuperFrame_GivesWhatTheReferenceGives(string shape)
    {
        TestFrame frame = Shape(shape) with { Payload = Bytes(13_999) };
        Assert.Equal(frame.Cut(1_001), Cut(frame.PartialHeader(TypeOf(frame), 1_001), frame.BuildPartial()));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void TryNext_SuperFrameWithoutPartialSum_IsSummedFromTheAddresses(string shape)
    {
        TestFrame frame = Shape(shape) with { Payload = Bytes(5_000) };
        VirtioNetHeader header = new(VirtioNetFlags.None, TypeOf(frame), 0, 1_400, 0, 0);
        Assert.Equal(frame.Cut(1_400), Cut(header, frame.Build()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryNext_BehindARoutingHeader_IsSummedForTheFinalDestination(bool isTcp)
    {
        TestFrame frame = new() { IsV6 = true, IsTcp = isTcp, Extensions = [IPProtocols.Routing], Payload = Bytes(5_000) };
        Assert.Equal(frame.Cut(1_400), Cut(frame.PartialHeader(TypeOf(frame), 1_400), frame.BuildPartial()));
    }

    /// <summary>The addresses in sight are not those that the sum is of.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryBegin_RoutingHeaderWithoutPartialSum_IsRefused(bool isTcp)
    {
        TestFrame frame = new() { IsV6 = true, IsTcp = isTcp, Extensions = [IPProtocols.Routing], Payload = Bytes(5_000) };
        VirtioNetHeader header = new(VirtioNetFlags.None, TypeOf(frame), 0, 1_400, 0, 0);
        Assert.False(FrameSegmenter.TryBegin(header, frame.Build(), Buffer.Length, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(54)]
    [InlineData(9_000)]
    [InlineData(65_535)]
    public void TryNext_HeaderLengthLies_IsNotTrusted(int headerLength)
    {
        TestFrame frame = new() { Payload = Bytes(4_000) };
        VirtioNetHeader header = frame.PartialHeader(VirtioGsoType.TcpV4, 1_448) with { HeaderLength = (ushort)headerLength };
        Assert.Equal(frame.Cut(1_448), Cut(header, frame.BuildPartial()));
    }

    [Fact]
    public void TryNext_LargestSuperFrame_IsCutToItsLastByte()
    {
        TestFrame frame = new() { Payload = Bytes(65_535 - 40) };
        Assert.Equal(frame.Cut(1_460), Cut(frame.PartialHeader(VirtioGsoType.TcpV4, 1_460), frame.BuildPartial()));
    }

    /// <summary>One more than fit is refused, whatever they are.</summary>
    [Theory]
    [InlineData(VirtioGsoType.TcpV4, FrameSegmenter.MaxSegments)]
    [InlineData(VirtioGsoType.Udp, FrameSegmenter.MaxSegments)]
    [InlineData(VirtioGsoType.UdpL4, FrameSegmenter.MaxUdpSegments)]
    internal void TryBegin_TheMostSegments_OneMoreIsRefused(VirtioGsoType type, int most)
    {
        const int Size = 16;
        bool isTcp = type == VirtioGsoType.TcpV4;
        int headers = type == VirtioGsoType.Udp ? 8 : 0; // A fragment's payload begins with UDP's header.
        TestFrame frame = new() { IsTcp = isTcp, Payload = Bytes((most * Size) - headers) };
        Assert.Equal(most, Cut(frame.PartialHeader(type, Size), frame.BuildPartial()).Count);
        frame = frame with { Payload = Bytes((most * Size) - headers + 1) };
        Assert.False(FrameSegmenter.TryBegin(frame.PartialHeader(type, Size), frame.BuildPartial(), Buffer.Length, out _));
    }

    [Fact]
    public void TryNext_IdentificationAndSequenceAtTheirEnd_WrapAround()
    {
        TestFrame frame = new() { Payload = Bytes(5_000), Identification = 0xfffe, Sequence = 0xffff_ff00 };
        Assert.Equal(frame.Cut(1_000), Cut(frame.PartialHeader(VirtioGsoType.TcpV4, 1_000), frame.BuildPartial()));
    }

    [Fact]
    public void TryNext_CongestionWindowReduced_IsToldByTheFirstSegmentOnly()
    {
        TestFrame frame = new() { Payload = Bytes(3_000), TcpFlags = TransportHeader.Ack | TransportHeader.Cwr | 0x40, TrafficClass = 2 };
        List<byte[]> segments = Cut(frame.PartialHeader(VirtioGsoType.TcpV4 | VirtioGsoType.Ecn, 1_000), frame.BuildPartial());
        Assert.Equal([0xd0, 0x50, 0x50], segments.Select(segment => segment[34 + 13]));
        Assert.All(segments, segment => Assert.Equal(2, segment[15]));
    }

    /// <summary>It is one bit of the counter of RFC 9768 there, and belongs to each segment. Kernels either say nothing of it, or
    /// VIRTIO_NET_HDR_GSO_ACCECN.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0x10)]
    [InlineData(0x90)]
    public void TryNext_AccurateEcn_CwrIsToldByEachSegment(byte bits)
    {
        TestFrame frame = new() { Payload = Bytes(3_000), TcpFlags = TransportHeader.Ack | TransportHeader.Cwr | 0x40, TcpReserved = 1 };
        List<byte[]> segments = Cut(frame.PartialHeader(VirtioGsoType.TcpV4 | (VirtioGsoType)bits, 1_000), frame.BuildPartial());
        Assert.Equal(3, segments.Count);
        Assert.All(segments, segment => Assert.Equal((0x51, 0xd0), (segment[34 + 12], segment[34 + 13])));
        Assert.Equal(frame.Cut(1_000), segments);
    }

    [Fact]
    public void TryNext_LegacyUdpOffload_GivesFragmentsOfOneDatagram()
    {
        TestFrame frame = new() { IsTcp = false, Payload = Bytes(4_001), Identification = 99 };
        List<byte[]> fragments = Cut(frame.PartialHeader(VirtioGsoType.Udp, 1_483), frame.BuildPartial());

        // 1483 rounds down to 1480, a multiple of eight.
        Assert.Equal([1_480, 1_480, 4_009 - 2_960], fragments.Select(fragment => fragment.Length - 34));
        Assert.Equal(frame.Build()[34..], fragments.SelectMany(fragment => fragment[34..]));
        Assert.Equal([0x2000, 0x2000 | 185, 370], fragments.Select(fragment => (fragment[20] << 8) | fragment[21]));
        Assert.All(fragments, fragment => Assert.Equal(99, fragment[19]));
        Assert.All(fragments, fragment => Assert.Equal(0xffff, ReferenceChecksum.Sum(fragment[14..34])));
        Assert.All(fragments, fragment => Assert.Equal(fragment.Length - 14, (fragment[16] << 8) | fragment[17]));
    }

    [Fact]
    public void TryBegin_NoOffload_LeavesTheFrameAlone()
    {
        byte[] bytes = Bytes(60);
        byte[] before = [.. bytes];
        Assert.True(FrameSegmenter.TryBegin(default, bytes, Buffer.Length, out FrameSegmenter segmenter));
        Assert.True(segmenter.IsWhole);
        Assert.False(segmenter.TryNext(Buffer, out int length));
        Assert.Equal(0, length);
        Assert.Equal(before, bytes);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void TryBegin_OnlyTheChecksumIsMissing_IsFinishedInPlace(string shape)
    {
        TestFrame frame = Shape(shape) with { Payload = Bytes(777) };
        Assert.Equal([frame.Build()], Cut(frame.PartialHeader(VirtioGsoType.None, 0), frame.BuildPartial()));
    }

    [Theory]
    [InlineData(777)]
    [InlineData(778)]
    public void TryBegin_NotLargerThanOneSegment_IsFinishedInPlace(int gsoSize)
    {
        TestFrame frame = new() { Payload = Bytes(777), TcpFlags = TransportHeader.Ack | TransportHeader.Psh };
        Assert.Equal([frame.Build()], Cut(frame.PartialHeader(VirtioGsoType.TcpV4, gsoSize), frame.BuildPartial()));
    }

    [Fact]
    public void TryBegin_UdpChecksumWouldBeZero_IsAllOnes()
    {
        TestFrame frame = new() { IsTcp = false, Payload = [0, 0] };
        byte[] bytes = frame.Build();
        frame = frame with { Payload = [bytes[40], bytes[41]] };
        byte[] partial = frame.BuildPartial();
        Assert.True(FrameSegmenter.TryBegin(frame.PartialHeader(VirtioGsoType.None, 0), partial, Buffer.Length, out _));
        Assert.Equal([0xff, 0xff], partial[40..42]);
    }

    [Fact]
    public void TryBegin_SctpFrame_GetsItsCrc32c()
    {
        // Ports 1 and 2, tag 3, no chunk; CRC32c computed bit by bit below.
        TestFrame frame = new() { Payload = [] };
        byte[] bytes = [.. frame.Build()[..34], 0, 1, 0, 2, 0, 0, 0, 3, 0xab, 0xcd, 0, 0];
        bytes[17] = 32;
        bytes[23] = IPProtocols.Sctp;
        uint crc = uint.MaxValue;
        foreach (byte octet in (byte[])[0, 1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0])
        {
            crc ^= octet;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
            }
        }

        VirtioNetHeader header = new(VirtioNetFlags.NeedsChecksum, VirtioGsoType.None, 0, 0, 34, 8);
        Assert.True(FrameSegmenter.TryBegin(header, bytes, Buffer.Length, out FrameSegmenter segmenter));
        Assert.True(segmenter.IsWhole);
        Assert.Equal(BitConverter.GetBytes(~crc), bytes[42..46]);
    }

    public static TheoryData<string> Lies { get; } =
    [
        "gso size 0", "gso size 7", "gso size over buffer", "gso type 2", "gso type ecn only",
        "udp with ecn", "udp with accurate ecn", "tcp4 is tcp6", "tcp is udp", "udp is tcp", "ufo over ipv6",
        "checksum start", "checksum offset", "fragment", "ipv6 fragment", "total length short", "total length long",
        "ihl 4", "data offset 4", "data offset 15", "arp", "cut off",
        "too many datagrams", "checksum past the end", "checksum in the ethernet header",
    ];

    [Theory]
    [MemberData(nameof(Lies))]
    public void TryBegin_HeaderOrFrameLies_IsRefused(string lie)
    {
        TestFrame tcp = new() { Payload = Bytes(4_000) };
        TestFrame udp = tcp with { IsTcp = false };
        TestFrame frame = lie is "udp with ecn" or "udp with accurate ecn" or "tcp is udp" or "too many datagrams"
            ? udp
            : lie is "ufo over ipv6" ? udp with { IsV6 = true }
            : lie is "ipv6 fragment" ? tcp with { IsV6 = true, Extensions = [IPProtocols.Fragment] }
            : tcp;
        byte[] bytes = lie == "fragment" ? (frame with { Fragment = 0x2000 }).BuildPartial() : frame.BuildPartial();
        VirtioNetHeader header = frame.PartialHeader(TypeOf(frame), 1_000);
        switch (lie)
        {
            case "gso size 0": header = header with { GsoSize = 0 }; break;
            case "gso size 7": header = header with { GsoSize = 7 }; break;
            case "gso size over buffer": header = header with { GsoSize = (ushort)(Buffer.Length - frame.HeaderLength + 1) }; break;
            case "gso type 2": header = header with { GsoType = (VirtioGsoType)2 }; break;
            case "gso type ecn only": header = header with { GsoType = VirtioGsoType.Ecn }; break;
            case "udp with ecn": header = header with { GsoType = VirtioGsoType.UdpL4 | VirtioGsoType.Ecn }; break;
            case "udp with accurate ecn": header = header with { GsoType = VirtioGsoType.UdpL4 | VirtioGsoType.AccurateEcn }; break;
            case "tcp4 is tcp6": header = header with { GsoType = VirtioGsoType.TcpV6 }; break;
            case "tcp is udp": header = header with { GsoType = VirtioGsoType.TcpV4 }; break;
            case "udp is tcp": header = header with { GsoType = VirtioGsoType.UdpL4 }; break;
            case "ufo over ipv6": header = header with { GsoType = VirtioGsoType.Udp }; break;
            case "checksum start": header = header with { ChecksumStart = 36 }; break;
            case "checksum offset": header = header with { ChecksumOffset = 6 }; break;
            case "fragment" or "ipv6 fragment": break;
            case "total length short": bytes[17]--; break;
            case "total length long": bytes[17]++; break;
            case "ihl 4": bytes[14] = 0x44; break;
            case "data offset 4": bytes[34 + 12] = 0x40; break;
            case "data offset 15": (bytes, header) = Headless(); break;
            case "arp": bytes[13] = 0x06; break;
            case "cut off": bytes = bytes[..40]; break;
            case "too many datagrams": header = header with { GsoSize = 31 }; break;
            case "checksum past the end": header = new(VirtioNetFlags.NeedsChecksum, VirtioGsoType.None, 0, 0, (ushort)(bytes.Length - 1), 0); break;
            case "checksum in the ethernet header": header = new(VirtioNetFlags.NeedsChecksum, VirtioGsoType.None, 0, 0, 13, 0); break;
            default: Assert.Fail(lie); break;
        }

        Assert.False(FrameSegmenter.TryBegin(header, bytes, Buffer.Length, out _));
    }

    /// <summary>A TCP header that claims 60 bytes where 30 are left.</summary>
    private static (byte[] Bytes, VirtioNetHeader Header) Headless()
    {
        TestFrame frame = new() { Payload = Bytes(10) };
        byte[] bytes = frame.BuildPartial();
        bytes[34 + 12] = 0xf0;
        return (bytes, frame.PartialHeader(VirtioGsoType.TcpV4, 8));
    }

    private static List<byte[]> Cut(VirtioNetHeader header, byte[] frame)
    {
        Assert.True(FrameSegmenter.TryBegin(header, frame, Buffer.Length, out FrameSegmenter segmenter));
        if (segmenter.IsWhole)
        {
            return [frame];
        }

        List<byte[]> segments = [];
        byte[] buffer = new byte[Buffer.Length];
        while (segmenter.TryNext(buffer, out int length))
        {
            segments.Add(buffer[..length]);
        }

        return segments;
    }

    private static VirtioGsoType TypeOf(TestFrame frame) =>
        !frame.IsTcp ? VirtioGsoType.UdpL4 : frame.IsV6 ? VirtioGsoType.TcpV6 : VirtioGsoType.TcpV4;

    private static TestFrame Shape(string name) => new()
    {
        IsTcp = name.StartsWith("tcp", StringComparison.Ordinal),
        IsV6 = name[3] == '6',
        Identification = 65_530,
        Sequence = 4_294_960_000,
        TcpOptions = name.EndsWith(" options", StringComparison.Ordinal) ? [1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8] : [],
        IpOptions = name.EndsWith("ip options", StringComparison.Ordinal) ? [7, 7, 4, 0, 0, 0, 0, 0] : [],
        Extensions = name.EndsWith("extensions", StringComparison.Ordinal) ? [IPProtocols.HopByHop, IPProtocols.DestinationOptions]
            : name.EndsWith("authentication", StringComparison.Ordinal) ? [IPProtocols.Authentication]
            : [],
        Tags = name.EndsWith("double-tagged", StringComparison.Ordinal) ? [0x88, 0xa8, 0, 5, 0x81, 0, 0, 6]
            : name.EndsWith("tagged", StringComparison.Ordinal) ? [0x81, 0, 0x20, 5]
            : [],
        TcpFlags = name.EndsWith("flags", StringComparison.Ordinal) ? (byte)0xff : TransportHeader.Ack,
    };

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
