using Softlan.Tests.Wire.Offload;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Wire;

/// <summary>What happens to every frame leaves nothing for the garbage collector.</summary>
public sealed class HotPathAllocationTests
{
    [Fact]
    public void ReadingAndWritingHeaders_AllocatesNothing()
    {
        byte[] datagram = new byte[4 + 60];
        Allocations.AssertNone(() =>
        {
            DatagramHeader.ForFrame(7).Write(datagram);
            bool read = DatagramHeader.TryParse(datagram, out DatagramHeader header, out ReadOnlySpan<byte> body);
            bool parsed = EthernetFrame.TryParse(body, out EthernetFrame frame);
            if (!read || !parsed || header.Source != 7 || frame.Destination != frame.Source
                || FrameSplitter.HeadLength(1514, 1200) == 0)
            {
                throw new InvalidOperationException("The measurement measures something else.");
            }
        });
    }

    [Theory]
    [InlineData(1, 10)]   // a busy link that loses the other half of every tenth frame
    [InlineData(400, 0)]  // a quiet one, with a silence before each frame
    public void Reassembling_AllocatesNothing(int millisecondsBetween, int lostEvery)
    {
        FrameReassembler reassembler = new();
        PeerCounters counters = new();
        byte[] body = new byte[759];
        byte id = 0;
        TimeSpan now = default;
        Allocations.AssertNone(() =>
        {
            id++;
            now += TimeSpan.FromMilliseconds(millisecondsBetween);
            reassembler.Add(new DatagramHeader(DatagramKind.Head, id, 3), body, now, counters, out _);
            bool isLost = lostEvery != 0 && id % lostEvery == 0;
            if (!isLost && reassembler.Add(new DatagramHeader(DatagramKind.Tail, id, 3), body, now, counters, out _) != PieceResult.Complete)
            {
                throw new InvalidOperationException("The measurement measures something else.");
            }
        });
    }

    [Fact]
    public void Judging_AllocatesNothing()
    {
        byte[][] frames =
        [
            Packets.Ethernet(0x0800, Packets.IPv4(17, Packets.Udp(27015, 27015))),
            Packets.Ethernet(0x0800, Packets.IPv4(17, Packets.Udp(67, 68))),
            Packets.Ethernet(0x86dd, Packets.IPv6(0, Packets.Extension(58, Packets.Icmp(136, 24, Packets.LinkLayerOption(2, Packets.PlayerMac))))),
            Packets.Ethernet(0x0806, Packets.Arp(1, Packets.PlayerMac, Packets.OtherMac)),
            Packets.Snap(0x0800, Packets.IPv4(6, new byte[20])),
            Packets.Ethernet(0x86dd, Packets.IPv6(17, Packets.DhcpV6(1, Packets.ClientDuid(0, 3, 0, 1)))),
            Packets.Ethernet(0x0800, Packets.IPv4(17, Packets.DhcpRequest([53, 1, 1, .. Packets.ClientId(255, 1, 2, 3), 255]))),
        ];
        Allocations.AssertNone(() =>
        {
            foreach (byte[] frame in frames)
            {
                SafetyPolicy.Check(frame, PeerRole.Client);
                SafetyPolicy.Check(frame, PeerRole.Gateway);
                DhcpClientMessage.TryFind(frame, out _);
            }
        });
    }

    [Fact]
    public void Clamping_AllocatesNothing()
    {
        byte[] ipv4 = new TestFrame { TcpFlags = 2, TcpOptions = [2, 4, 5, 180] }.Build();
        byte[] ipv6 = new TestFrame { IsV6 = true, TcpFlags = 2, TcpOptions = [2, 4, 5, 160] }.Build();
        byte[] scratch = new byte[ipv6.Length];
        Allocations.AssertNone(() =>
        {
            ipv4.CopyTo(scratch, 0);
            bool first = MssClamp.Clamp(scratch.AsSpan(0, ipv4.Length), 1300);
            ipv6.CopyTo(scratch, 0);
            if (!first || !MssClamp.Clamp(scratch, 1300))
            {
                throw new InvalidOperationException("The measurement measures something else.");
            }
        });
    }

    [Fact]
    public void CountingAndLimiting_AllocatesNothing()
    {
        PeerCounters counters = new();
        TokenBucket bucket = new(1e6, 1e6);
        Dictionary<MacAddress, int> table = new() { [MacAddress.Broadcast] = 1 };
        TimeSpan now = default;
        Allocations.AssertNone(() =>
        {
            now += TimeSpan.FromMicroseconds(10);
            counters.Drop(bucket.TryTake(1500, now) ? DropReason.None : DropReason.RateLimited);
            counters.FramesIn += table[MacAddress.Broadcast];
        });
    }
}
