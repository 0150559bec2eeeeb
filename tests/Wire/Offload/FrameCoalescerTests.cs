using Softlan.Wire;
using Softlan.Wire.Offload;
using Xunit;

namespace Softlan.Tests.Wire.Offload;

public sealed class FrameCoalescerTests
{
    private const int SegmentSize = 1_000;

    [Theory]
    [InlineData(false, true, VirtioNetHeader.Length)]
    [InlineData(true, true, VirtioNetHeader.Length)]
    [InlineData(false, false, VirtioNetHeader.LengthWithBufferCount)]
    [InlineData(true, false, VirtioNetHeader.LengthWithBufferCount)]
    public void Finish_RunOfOneFlow_IsOneSuperFrame(bool isV6, bool isTcp, int vnetLength)
    {
        TestFrame whole = new() { IsV6 = isV6, IsTcp = isTcp, Identification = 0xfffe, Sequence = 0xffff_f000, Payload = Bytes(20_500) };
        FrameCoalescer coalescer = new(vnetLength, mergesUdp: true);
        Add(coalescer, [.. whole.Cut(SegmentSize)]);

        Assert.Equal(1, coalescer.Finish());
        Assert.Equal(21, coalescer.Frames(0));
        VirtioGsoType type = !isTcp ? VirtioGsoType.UdpL4 : isV6 ? VirtioGsoType.TcpV6 : VirtioGsoType.TcpV4;
        Assert.Equal(whole.PartialHeader(type, SegmentSize), VirtioNetHeader.Read(coalescer[0]));
        Assert.Equal(new byte[vnetLength - VirtioNetHeader.Length], coalescer[0][VirtioNetHeader.Length..vnetLength]);
        Assert.Equal(whole.BuildPartial(), coalescer[0][vnetLength..]);
    }

    [Fact]
    public void Finish_OneFrame_IsUntouchedBehindAnEmptyHeader()
    {
        byte[] frame = (new TestFrame() { Payload = Bytes(SegmentSize) }).Build();
        FrameCoalescer coalescer = new(VirtioNetHeader.Length, mergesUdp: true);
        Add(coalescer, frame);
        Assert.Equal(1, coalescer.Finish());
        Assert.Equal([.. new byte[VirtioNetHeader.Length], .. frame], coalescer[0]);
    }

    public static TheoryData<string, int> SecondFrames { get; } = new()
    {
        { "plain", 1 },
        { "last and smaller", 2 },
        { "pushed", 2 },
        { "larger", 2 },
        { "empty", 3 },
        { "fin", 3 },
        { "syn", 3 },
        { "rst", 3 },
        { "urg", 3 },
        { "no ack flag", 3 },
        { "cwr", 3 },
        { "ece", 3 },
        { "reserved bit", 3 },
        { "acknowledges more", 3 },
        { "other window", 3 },
        { "other urgent pointer", 3 },
        { "other options", 3 },
        { "more options", 3 },
        { "other ttl", 3 },
        { "other tos", 3 },
        { "ecn mark", 3 },
        { "fragments allowed", 3 },
        { "identification skips", 2 },
        { "identification stays", 2 },
        { "gap in sequence", 2 },
        { "sent twice", 2 },
        { "corrupt payload", 3 },
        { "corrupt ip header", 3 },
        { "padded", 3 },
        { "tagged", 3 },
        { "ip options", 3 },
        { "fragment", 3 },
        { "other mac", 3 },
    };

    /// <summary>Three frames: a plain one, the one named, and the plain one that follows it. The number of entries says who merged.</summary>
    [Theory]
    [MemberData(nameof(SecondFrames))]
    public void Finish_SecondFrameDiffers_MergesOnlyWhatCuttingGivesBack(string difference, int entries)
    {
        TestFrame first = new() { Payload = Bytes(SegmentSize), TcpOptions = [1, 1, 1, 1] };
        TestFrame second = Follow(first);
        second = difference switch
        {
            "last and smaller" => second with { Payload = Bytes(SegmentSize - 1) },
            "pushed" => second with { TcpFlags = TransportHeader.Ack | TransportHeader.Psh },
            "larger" => second with { Payload = Bytes(SegmentSize + 1) },
            "empty" => second with { Payload = [] },
            "fin" => second with { TcpFlags = TransportHeader.Ack | TransportHeader.Fin },
            "syn" => second with { TcpFlags = TransportHeader.Ack | TransportHeader.Syn },
            "rst" => second with { TcpFlags = TransportHeader.Ack | TransportHeader.Rst },
            "urg" => second with { TcpFlags = TransportHeader.Ack | TransportHeader.Urg },
            "no ack flag" => second with { TcpFlags = 0 },
            "cwr" => second with { TcpFlags = TransportHeader.Ack | TransportHeader.Cwr },
            "ece" => second with { TcpFlags = TransportHeader.Ack | 0x40 },
            "reserved bit" => second with { TcpReserved = 1 },
            "acknowledges more" => second with { Acknowledgement = 78 },
            "other window" => second with { Window = 502 },
            "other urgent pointer" => second with { Urgent = 1 },
            "other options" => second with { TcpOptions = [1, 1, 1, 0] },
            "more options" => second with { TcpOptions = [1, 1, 1, 1, 1, 1, 1, 1] },
            "other ttl" => second with { HopLimit = 63 },
            "other tos" => second with { TrafficClass = 0x10 },
            "ecn mark" => second with { TrafficClass = 3 },
            "fragments allowed" => second with { Fragment = 0 },
            "identification skips" => second with { Identification = 2 },
            "identification stays" => second with { Identification = 0 },
            "gap in sequence" => second with { Sequence = second.Sequence + 1 },
            "sent twice" => first,
            "tagged" => second with { Tags = [0x81, 0, 0, 5] },
            "ip options" => second with { IpOptions = [1, 1, 1, 0] },
            "fragment" => second with { Fragment = 0x2000 },
            _ => second,
        };
        TestFrame third = Follow(second) with { TcpFlags = first.TcpFlags, Payload = first.Payload };
        third = difference switch
        {
            "larger" or "cwr" or "gap in sequence" => third with { Payload = second.Payload },
            "last and smaller" or "pushed" or "plain" => third,
            _ => third with
            {
                TcpReserved = 0,
                Acknowledgement = 77,
                Window = 501,
                Urgent = 0,
                TcpOptions = first.TcpOptions,
                IpOptions = [],
                Tags = [],
                HopLimit = 64,
                TrafficClass = 0,
                Fragment = 0x4000,
            },
        };
        byte[] bytes = second.Build();
        switch (difference)
        {
            case "corrupt payload": bytes[^1] ^= 1; break;
            case "corrupt ip header": bytes[24] ^= 1; break;
            case "padded": bytes = [.. bytes, 0]; break;
            case "other mac": bytes[11] ^= 1; break;
        }

        FrameCoalescer coalescer = new(VirtioNetHeader.Length, mergesUdp: true);
        byte[][] frames = [first.Build(), bytes, third.Build()];
        Add(coalescer, frames);
        Assert.Equal(entries, coalescer.Finish());
        Assert.Equal(3, Enumerable.Range(0, entries).Sum(coalescer.Frames));
    }

    [Theory]
    [InlineData(TransportHeader.Ack | TransportHeader.Fin)]
    [InlineData(TransportHeader.Ack | TransportHeader.Syn)]
    [InlineData(TransportHeader.Ack | TransportHeader.Rst)]
    [InlineData(TransportHeader.Ack | TransportHeader.Urg)]
    [InlineData(TransportHeader.Ack | TransportHeader.Cwr)]
    [InlineData(0)]
    public void Finish_FramesThatAllCarryASpecialFlag_StayAlone(int flags)
    {
        TestFrame first = new() { Payload = Bytes(SegmentSize), TcpFlags = (byte)flags };
        FrameCoalescer coalescer = new(VirtioNetHeader.Length, mergesUdp: true);
        Add(coalescer, first.Build(), Follow(first).Build());
        Assert.Equal(2, coalescer.Finish());
    }

    [Theory]
    [InlineData(0x4000, new[] { 5, 5, 5 }, 1)]
    [InlineData(0x4000, new[] { 5, 6, 7 }, 1)]
    [InlineData(0x4000, new[] { 5, 5, 7 }, 2)]
    [InlineData(0x4000, new[] { 5, 6, 5 }, 2)]
    [InlineData(0x4000, new[] { 5, 5, 6 }, 2)]
    [InlineData(0, new[] { 5, 6, 7 }, 1)]
    [InlineData(0, new[] { 5, 5, 5 }, 3)]
    [InlineData(0, new[] { 0xffff, 0, 1 }, 1)]
    public void Finish_Identifications_CountUpOrStayWhereFragmentsAreForbidden(int fragment, int[] identifications, int entries)
    {
        TestFrame frame = new() { Payload = Bytes(SegmentSize), Fragment = (ushort)fragment };
        FrameCoalescer coalescer = new(VirtioNetHeader.Length, mergesUdp: true);
        foreach (int identification in identifications)
        {
            Add(coalescer, (frame with { Identification = (ushort)identification }).Build());
            frame = Follow(frame);
        }

        Assert.Equal(entries, coalescer.Finish());
    }

    [Theory]
    [InlineData(false, true, 3)]
    [InlineData(false, false, 2)]
    [InlineData(true, true, 3)]
    [InlineData(true, false, 2)]
    public void Finish_FragmentBetweenTheSameHosts_IsNotOvertakenByItsProtocol(bool isV6, bool sameProtocol, int entries)
    {
        TestFrame first = new() { IsV6 = isV6, Payload = Bytes(SegmentSize) };
        TestFrame fragment = first with { IsTcp = sameProtocol, Fragment = 185, Extensions = [IPProtocols.Fragment], SourcePort = 1 };
        FrameCoalescer coalescer = new(VirtioNetHeader.Length, mergesUdp: true);
        Add(coalescer, first.Build(), fragment.Build(), Follow(first).Build());
        Assert.Equal(entries, coalescer.Finish());
    }

    [Fact]
    public void Finish_FirstFrameIsCorrupt_IsNotGivenAFreshChecksum()
    {
        byte[][] frames = [.. (new TestFrame { Payload = Bytes(3 * SegmentSize) }).Cut(SegmentSize)];
        frames[0][^1] ^= 1;
        FrameCoalescer coalescer = new(VirtioNetHeader.Length, mergesUdp: true);
        Add(coalescer, frames);
        Assert.Equal(2, coalescer.Finish());
        Assert.Equal(frames[0], coalescer[0][VirtioNetHeader.Length..]);
        Assert.Equal(2, coalescer.Frames(1));
    }

    /// <summary>Whether the others lack it because a window was reduced once (RFC 3168) or because the counter differs (RFC 9768) is not to be
    /// seen.</summary>
    [Fact]
    public void Finish_CongestionWindowReducedInTheFirst_TravelsAlone_AndTheOthersTogether()
    {
        TestFrame whole = new() { Payload = Bytes(3 * SegmentSize), TcpFlags = TransportHeader.Ack | TransportHeader.Cwr };
        FrameCoalescer coalescer = new(VirtioNetHeader.Length, mergesUdp: false);
        Add(coalescer, [.. whole.Cut(SegmentSize, VirtioGsoType.Ecn)]);
        Assert.Equal(2, coalescer.Finish());
        Assert.Equal((1, 2), (coalescer.Frames(0), coalescer.Frames(1)));
        Assert.Equal(VirtioGsoType.TcpV4, VirtioNetHeader.Read(coalescer[1]).GsoType);
    }

    [Fact]
    public void Finish_InterleavedFlows_AreMergedEachForItself()
    {
        List<byte[]>[] flows =
        [
            .. Enumerable.Range(1, 8)
                .Select(host => (new TestFrame { Host = (byte)host, Payload = Bytes(10 * SegmentSize) }).Cut(SegmentSize))
        ];
        FrameCoalescer coalescer = new(VirtioNetHeader.Length, mergesUdp: true);
        for (int i = 0; i < 10; i++)
        {
            Add(coalescer, [.. flows.Select(flow => flow[i])]);
        }

        Assert.Equal(8, coalescer.Finish());
        Assert.All(Enumerable.Range(0, 8), entry => Assert.Equal(10, coalescer.Frames(entry)));
    }

    [Fact]
    public void Finish_MoreThanAnIpPacketHolds_BeginsAnother()
    {
        byte[][] frames = [.. (new TestFrame { Payload = Bytes(65_495) }).Cut(1_008)];
        TestFrame next = new() { Payload = Bytes(1_008), Sequence = 65_495 - (65_495 % 1_008), Identification = 64 };
        FrameCoalescer coalescer = new(VirtioNetHeader.Length, mergesUdp: false);
        Add(coalescer, frames[..^1]);
        Add(coalescer, next.Build(), Follow(next).Build());
        Assert.Equal(2, coalescer.Finish());
        Assert.Equal((64, 2), (coalescer.Frames(0), coalescer.Frames(1)));
    }

    [Fact]
    public void Finish_MoreDatagramsThanOldKernelsTake_BeginsAnother()
    {
        FrameCoalescer coalescer = new(VirtioNetHeader.Length, mergesUdp: true);
        Add(coalescer, [.. (new TestFrame { IsTcp = false, Payload = Bytes(65 * 100) }).Cut(100)]);
        Assert.Equal(2, coalescer.Finish());
        Assert.Equal((64, 1), (coalescer.Frames(0), coalescer.Frames(1)));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 5)]
    public void Finish_UdpRun_IsMergedOnlyWhereTheKernelUnderstandsIt(bool mergesUdp, int entries)
    {
        FrameCoalescer coalescer = new(VirtioNetHeader.Length, mergesUdp);
        Add(coalescer, [.. (new TestFrame { IsTcp = false, Payload = Bytes(500) }).Cut(100)]);
        Assert.Equal(entries, coalescer.Finish());
    }

    [Fact]
    public void Finish_UdpWithoutChecksum_StaysWithout()
    {
        byte[][] frames = [.. (new TestFrame { IsTcp = false, Payload = Bytes(300) }).Cut(100)];
        foreach (byte[] frame in frames)
        {
            frame.AsSpan(40, 2).Clear();
        }

        FrameCoalescer coalescer = new(VirtioNetHeader.Length, mergesUdp: true);
        Add(coalescer, frames);
        Assert.Equal(3, coalescer.Finish());
    }

    [Fact]
    public void TryAdd_EntriesUsedUp_SaysNoUntilCleared()
    {
        FrameCoalescer coalescer = new(VirtioNetHeader.Length, mergesUdp: true);
        byte[] frame = new byte[60];
        for (int i = 0; i < FrameCoalescer.MaxEntries; i++)
        {
            Assert.True(coalescer.TryAdd(frame));
        }

        Assert.False(coalescer.TryAdd(frame));
        Assert.Equal(FrameCoalescer.MaxEntries, coalescer.Finish());
        coalescer.Clear();
        Assert.True(coalescer.TryAdd(frame));
        Assert.Equal(1, coalescer.Finish());
    }

    [Fact]
    public void TryAdd_BuffersUsedUp_SaysNoWithoutLosingAnything()
    {
        FrameCoalescer coalescer = new(VirtioNetHeader.Length, mergesUdp: true);
        int added = 0;
        while (coalescer.TryAdd((new TestFrame { Host = (byte)added, Payload = Bytes(SegmentSize) }).Build()))
        {
            added++;
        }

        Assert.Equal(FrameCoalescer.MaxBuffers, added);
        Assert.Equal(added, coalescer.Finish());
        Assert.Equal(added - 1, coalescer[added - 1][VirtioNetHeader.Length + 11]);
    }

    [Fact]
    public void TryAdd_LargestFrame_Fits()
    {
        FrameCoalescer coalescer = new(VirtioNetHeader.LengthWithBufferCount, mergesUdp: true);
        byte[] largest = Bytes(FrameCoalescer.MaxFrameLength);
        Assert.True(coalescer.TryAdd(largest));
        Assert.Equal(1, coalescer.Finish());
        Assert.Equal(largest, coalescer[0][VirtioNetHeader.LengthWithBufferCount..]);
        Assert.Throws<ArgumentOutOfRangeException>(() => coalescer.TryAdd(new byte[FrameCoalescer.MaxFrameLength + 1]));
    }

    private static TestFrame Follow(TestFrame frame) => frame with
    {
        Sequence = frame.Sequence + (uint)frame.Payload.Length,
        Identification = (ushort)(frame.Identification + 1),
    };

    private static void Add(FrameCoalescer coalescer, params byte[][] frames) =>
        Assert.All(frames, frame => Assert.True(coalescer.TryAdd(frame)));

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
