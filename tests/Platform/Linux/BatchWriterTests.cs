using System.Buffers.Binary;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Wire;
using Softlan.Wire.Offload;
using Xunit;
using TestFrame = Softlan.Tests.Wire.Offload.TestFrame;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class BatchWriterTests
{
    private const int PayloadLength = 1000;

    [Fact]
    public void SuperFrameRefused_IsCutAndWrittenFrameByFrame()
    {
        Kernel kernel = new() { RefusesSuperFrames = Errno.EINVAL };
        byte[][] frames = [.. Enumerable.Range(0, 10).Select(Segment)];
        Assert.Equal(0, Write(kernel, frames));
        Assert.Equal(frames, kernel.Taken);
        Assert.Equal(0, kernel.Counters.TotalDropped);
        Assert.True(kernel.MakesSuperFrames);
    }

    [Fact]
    public void SuperFramesRefusedAgainAndAgain_AreNotMadeAnyMore()
    {
        Kernel kernel = new() { RefusesSuperFrames = Errno.EINVAL };
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(0, Write(kernel, [Segment(0), Segment(1)]));
        }

        Assert.False(kernel.MakesSuperFrames);
        Assert.Equal(40, kernel.Taken.Count);
        Assert.InRange(kernel.Refusals, 1, 16);
    }

    /// <summary>Packet sockets before Linux 6.2.</summary>
    [Fact]
    public void UdpSuperFramesRefused_AreCutAndNotMadeAgain_TcpOnesGoOn()
    {
        Kernel kernel = new() { RefusesUdpSuperFrames = Errno.EINVAL };
        byte[][] datagrams = [.. Datagrams(10), .. Datagrams(70, port: 3000)];
        Assert.Equal(0, Write(kernel, datagrams));
        Assert.Equal(datagrams, kernel.Taken);
        int refusals = kernel.Refusals;
        Assert.InRange(refusals, 1, 3);

        kernel.Taken.Clear();
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(0, Write(kernel, [.. Datagrams(10), Segment(0), Segment(1)]));
        }

        Assert.Equal(refusals, kernel.Refusals);
        Assert.True(kernel.MakesSuperFrames);
        Assert.Equal(20 * 11, kernel.Taken.Count);
        Assert.Equal(0, kernel.Counters.TotalDropped);
    }

    [Fact]
    public void SuperFramesRefusedNowAndThen_AreStillMade()
    {
        Kernel kernel = new();
        for (int i = 0; i < 3; i++)
        {
            for (int refusal = 0; refusal < 15; refusal++)
            {
                kernel.RefusesSuperFrames = Errno.EINVAL;
                Assert.Equal(0, Write(kernel, [Segment(0), Segment(1)]));
            }

            kernel.RefusesSuperFrames = 0;
            Assert.Equal(0, Write(kernel, [Segment(0), Segment(1)]));
        }

        Assert.Equal(3 * 15, kernel.Refusals);
        Assert.True(kernel.MakesSuperFrames);
    }

    [Fact]
    public void SuperFramesTaken_AreOneWrite()
    {
        Kernel kernel = new();
        Assert.Equal(0, Write(kernel, [.. Enumerable.Range(0, 10).Select(Segment)]));
        Assert.Single(kernel.Taken);
    }

    [Theory]
    [InlineData(Errno.EAGAIN)]
    [InlineData(Errno.ENOBUFS)]
    [InlineData(Errno.ENETDOWN)]
    public void KernelBusy_EveryFrameIsCounted(int error)
    {
        Kernel kernel = new() { RefusesAll = error };
        Assert.Equal(0, Write(kernel, [.. Enumerable.Range(0, 10).Select(Segment)]));
        Assert.Equal(10, kernel.Counters.Dropped(DropReason.PortBusy));
    }

    [Fact]
    public void PortBroken_IsReported()
    {
        Kernel kernel = new() { RefusesAll = Errno.EBADFD };
        Assert.Equal(Errno.EBADFD, Write(kernel, [Segment(0)]));
    }

    [Fact]
    public void MoreThanABatch_IsWrittenOutEarly()
    {
        Kernel kernel = new();
        byte[][] frames =
        [
            .. Enumerable.Range(0, 3 * FrameCoalescer.MaxEntries)
                .Select(i => TestFrames.Silent(MacAddress.Broadcast, MacAddress.FromUInt64((ulong)i)))
        ];
        Assert.Equal(0, Write(kernel, frames));
        Assert.Equal(frames, kernel.Taken);
    }

    private static int Write(Kernel kernel, byte[][] frames)
    {
        int error = 0;
        foreach (byte[] frame in frames)
        {
            error |= kernel.Add(frame);
        }

        return error | kernel.Flush();
    }

    /// <summary>A run of UDP datagrams with finished checksums.</summary>
    private static List<byte[]> Datagrams(int count, ushort port = 2000) =>
        new TestFrame { IsTcp = false, SourcePort = port, Payload = new byte[count * 100] }.Cut(100);

    /// <summary>One of a run of TCP segments with finished checksums.</summary>
    private static byte[] Segment(int index)
    {
        byte[] frame = new byte[14 + 20 + 20 + PayloadLength];
        MacAddress.FromUInt64(0x020000000001).Write(frame);
        MacAddress.FromUInt64(0x020000000002).Write(frame.AsSpan(6));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), EtherTypes.IPv4);
        Span<byte> ip = frame.AsSpan(14);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)index);
        BinaryPrimitives.WriteUInt16BigEndian(ip[6..], IPHeader.DontFragment);
        ip[8] = 64;
        ip[9] = IPProtocols.Tcp;
        ip[12] = ip[16] = 10;
        ip[15] = 1;
        ip[19] = 2;
        InternetChecksum.WriteFinished(ip[10..], InternetChecksum.Add(0, ip[..20]));
        Span<byte> tcp = ip[20..];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, 1000);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], 2000);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], (uint)(7000 + (index * PayloadLength)));
        tcp[12] = 0x50;
        tcp[13] = TransportHeader.Ack;
        tcp[14] = 0x10;
        tcp[20..].Fill((byte)index);
        InternetChecksum.WriteFinished(
            tcp[16..],
            InternetChecksum.Add(InternetChecksum.PseudoHeader(ip.Slice(12, 8), IPProtocols.Tcp, tcp.Length), tcp));
        return frame;
    }

    /// <summary>Takes or refuses what is written.</summary>
    private sealed class Kernel(PeerCounters counters) : BatchWriter(new SafeFd(), counters, mergesUdp: true)
    {
        public Kernel()
            : this(new PeerCounters())
        {
        }

        public PeerCounters Counters { get; } = counters;

        public List<byte[]> Taken { get; } = [];

        public int RefusesSuperFrames { get; set; }

        public int RefusesUdpSuperFrames { get; init; }

        public int RefusesAll { get; init; }

        public int Refusals { get; private set; }

        protected override int WriteOne(ReadOnlySpan<byte> entry)
        {
            int error = RefusesAll != 0 ? RefusesAll : VirtioNetHeader.Read(entry).GsoType switch
            {
                VirtioGsoType.None => 0,
                VirtioGsoType.UdpL4 when RefusesUdpSuperFrames != 0 => RefusesUdpSuperFrames,
                _ => RefusesSuperFrames,
            };
            if (error == 0)
            {
                Taken.Add(entry[VirtioNetHeader.Length..].ToArray());
            }
            else
            {
                Refusals++;
            }

            return error;
        }

        protected override bool IsFatal(int error) => error == Errno.EBADFD;
    }
}
