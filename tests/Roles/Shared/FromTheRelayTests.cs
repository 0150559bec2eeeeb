using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

/// <summary>What a session makes of the datagrams that it receives: the relay may be broken or hostile.</summary>
public sealed class FromTheRelayTests
{
    private static readonly MacAddress Server = MacAddress.FromUInt64(0x00_11_22_33_44_55);

    [Fact]
    public void Frame_OfAClientUnderItsOwnMac_Arrives()
    {
        using SessionBench bench = Joined();
        byte[] frame = TestFrames.Plain(MacAddress.Broadcast, SessionBench.Anna.Mac);
        Receive(bench, SessionBench.Anna, frame);

        (byte[] Frame, ushort Source) = Assert.Single(bench.Owner.Frames);
        Assert.Equal(frame, Frame);
        Assert.Equal(SessionBench.Anna.Id, Source);
        Assert.Equal(1, bench.Session.Counters.FramesIn);
        Assert.Equal(frame.Length, bench.Session.Counters.BytesIn);
        Assert.Equal(1, bench.Session.Counters.BroadcastIn);
    }

    [Fact]
    public void Frame_OfTheGatewayUnderAnyLanMac_Arrives()
    {
        using SessionBench bench = Joined();
        Receive(bench, SessionBench.Gateway, TestFrames.Plain(SessionBench.OwnMac, Server));
        Assert.Single(bench.Owner.Frames);
    }

    [Theory]
    [InlineData("client under another client's MAC", nameof(DropReason.UnauthorizedSourceMac))]
    [InlineData("client under a LAN host's MAC", nameof(DropReason.UnauthorizedSourceMac))]
    [InlineData("nobody", nameof(DropReason.UnauthorizedSourceMac))]
    [InlineData("itself", nameof(DropReason.UnauthorizedSourceMac))]
    [InlineData("the relay", nameof(DropReason.UnauthorizedSourceMac))]
    [InlineData("multicast source", nameof(DropReason.InvalidSourceMac))]
    [InlineData("gateway under a client's MAC", nameof(DropReason.LoopedSourceMac))]
    [InlineData("gateway under our own MAC", nameof(DropReason.LoopedSourceMac))]
    [InlineData("a client's DHCP server", nameof(DropReason.DhcpServer))]
    [InlineData("larger than the room's MTU", nameof(DropReason.MtuExceeded))]
    [InlineData("VLAN tagged", nameof(DropReason.VlanTagged))]
    public void Frame_ThatMustNotPass_IsCountedAndGoesNoFurther(string what, string reason)
    {
        using SessionBench bench = Joined();
        (ushort source, byte[] frame) = what switch
        {
            "client under another client's MAC" => (SessionBench.Anna.Id, TestFrames.Plain(SessionBench.OwnMac, SessionBench.Ben.Mac)),
            "client under a LAN host's MAC" => (SessionBench.Anna.Id, TestFrames.Plain(SessionBench.OwnMac, Server)),
            "nobody" => ((ushort)99, TestFrames.Plain(SessionBench.OwnMac, SessionBench.Anna.Mac)),
            "itself" => (SessionBench.Self, TestFrames.Plain(MacAddress.Broadcast, SessionBench.OwnMac)),
            "the relay" => ((ushort)0, TestFrames.Plain(MacAddress.Broadcast, SessionBench.Anna.Mac)),
            "multicast source" => (SessionBench.Gateway.Id, TestFrames.Plain(SessionBench.OwnMac, MacAddress.Broadcast)),
            "gateway under a client's MAC" => (SessionBench.Gateway.Id, TestFrames.Plain(SessionBench.OwnMac, SessionBench.Anna.Mac)),
            "gateway under our own MAC" => (SessionBench.Gateway.Id, TestFrames.Plain(MacAddress.Broadcast, SessionBench.OwnMac)),
            "a client's DHCP server" => (SessionBench.Anna.Id, TestFrames.DhcpOffer(SessionBench.Anna.Mac)),
            "larger than the room's MTU" => (SessionBench.Gateway.Id, TestFrames.Plain(SessionBench.OwnMac, Server, 1515)),
            _ => (SessionBench.Gateway.Id, TestFrames.Plain(SessionBench.OwnMac, Server, etherType: EtherTypes.VlanCustomer)),
        };

        bench.Link.ReceiveDatagram(DatagramHeader.ForFrame(source), frame);

        Assert.Empty(bench.Owner.Frames);
        Assert.Equal(1, bench.Session.Counters.Dropped(Enum.Parse<DropReason>(reason)));
        Assert.Equal(1, bench.Session.Counters.TotalDropped);
        Assert.Equal(0, bench.Session.Counters.FramesIn);
    }

    [Fact]
    public void Frame_DhcpServerOfTheLan_Arrives()
    {
        using SessionBench bench = Joined();
        Receive(bench, SessionBench.Gateway, TestFrames.DhcpOffer(Server));
        Assert.Single(bench.Owner.Frames);
    }

    [Fact]
    public void Frame_ToAGatewayFromAnotherGateway_IsDropped()
    {
        using SessionBench bench = new(PeerRole.Gateway);
        bench.Join(SessionBench.Gateway, SessionBench.Anna);
        Receive(bench, SessionBench.Gateway, TestFrames.Plain(MacAddress.Broadcast, Server));
        Assert.Empty(bench.Owner.Frames);
        Assert.Equal(1, bench.Session.Counters.Dropped(DropReason.UnauthorizedSourceMac));
    }

    [Fact]
    public void Frame_AfterItsPeerLeft_IsDropped()
    {
        using SessionBench bench = Joined();
        bench.Say(new LeftMessage(SessionBench.Anna.Id, CloseReason.Normal));
        Receive(bench, SessionBench.Anna, TestFrames.Plain(SessionBench.OwnMac, SessionBench.Anna.Mac));
        Assert.Empty(bench.Owner.Frames);
        Assert.Equal(["-2"], bench.Owner.Peers);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pieces_InEitherOrder_BecomeOneFrame(bool tailFirst)
    {
        using SessionBench bench = Joined();
        byte[] frame = TestFrames.Plain(SessionBench.OwnMac, Server, 1514);
        DatagramHeader head = new(DatagramKind.Head, 9, SessionBench.Gateway.Id);
        DatagramHeader tail = head with { Kind = DatagramKind.Tail };
        bench.Link.ReceiveDatagram(tailFirst ? tail : head, tailFirst ? frame.AsSpan(700) : frame.AsSpan(0, 700));
        bench.Link.ReceiveDatagram(tailFirst ? head : tail, tailFirst ? frame.AsSpan(0, 700) : frame.AsSpan(700));

        Assert.Equal(frame, Assert.Single(bench.Owner.Frames).Frame);
        Assert.Equal(1, bench.Session.Counters.ReassembledFrames);
    }

    [Fact]
    public void Piece_NothingComesAfterIt_IsCountedAllTheSame()
    {
        using SessionBench bench = Joined();
        bench.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Head, 9, SessionBench.Gateway.Id), new byte[700]);
        bench.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(1, bench.Session.Counters.Dropped(DropReason.Incomplete));
    }

    [Fact]
    public void Piece_TheLinkEnds_IsCountedAtOnce()
    {
        using SessionBench bench = Joined();
        bench.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Head, 9, SessionBench.Gateway.Id), new byte[700]);
        bench.Session.Stop();
        Assert.Equal(1, bench.Session.Counters.Dropped(DropReason.Incomplete));
    }

    [Fact]
    public void Pieces_SpoofedSourceMac_AreJudgedAsWholeFrame()
    {
        using SessionBench bench = Joined();
        byte[] frame = TestFrames.Plain(SessionBench.OwnMac, SessionBench.Ben.Mac, 1514);
        DatagramHeader head = new(DatagramKind.Head, 9, SessionBench.Anna.Id);
        bench.Link.ReceiveDatagram(head, frame.AsSpan(0, 700));
        bench.Link.ReceiveDatagram(head with { Kind = DatagramKind.Tail }, frame.AsSpan(700));
        Assert.Empty(bench.Owner.Frames);
        Assert.Equal(1, bench.Session.Counters.Dropped(DropReason.UnauthorizedSourceMac));
    }

    [Fact]
    public void Syn_FromTheRelay_LeavesWithAnMssThatFitsThisHop()
    {
        using SessionBench bench = Joined();
        bench.Link.MaxDatagramLength = 1300;
        Receive(bench, SessionBench.Gateway, TestFrames.Syn(SessionBench.OwnMac, Server, 1460));
        Assert.Equal(1300 - 4 - 14 - 20 - 20, TestFrames.MssOf(Assert.Single(bench.Owner.Frames).Frame));
    }

    [Fact]
    public void Malformed_AMillion_AreCountedAndNothingElseHappens()
    {
        using SessionBench bench = Joined();
        Random random = new(1);
        byte[] datagram = new byte[64];
        random.NextBytes(datagram);
        const int Count = 1_000_000;
        for (int i = 0; i < Count; i++)
        {
            datagram[0] = (byte)(0x60 | (i & 0xf)); // Version 6.
            bench.Link.ReceiveRawDatagram(datagram.AsSpan(0, i % 64));
        }

        Assert.Equal(Count, bench.Session.Counters.Dropped(DropReason.Malformed));
        Assert.True(bench.Session.IsJoined);
        Receive(bench, SessionBench.Anna, TestFrames.Plain(SessionBench.OwnMac, SessionBench.Anna.Mac));
        Assert.Single(bench.Owner.Frames);
    }

    [Fact]
    public void RandomDatagrams_NeverThrowAndNeverDeliverASpoofedFrame()
    {
        using SessionBench bench = Joined();
        Random random = new(2);
        byte[] datagram = new byte[FrameLimits.MaxDatagramLength + 8];
        for (int i = 0; i < 50_000; i++)
        {
            random.NextBytes(datagram);
            datagram[0] = (byte)(0x10 | random.Next(7));
            datagram[1] = (byte)random.Next(3);
            datagram[2] = 0;
            datagram[3] = (byte)random.Next(9);
            bench.Link.ReceiveRawDatagram(datagram.AsSpan(0, random.Next(datagram.Length)));
        }

        Assert.NotEmpty(bench.Owner.Frames);
        Assert.True(bench.Owner.Frames.TrueForAll(frame => frame.Source == SessionBench.Gateway.Id));
        Assert.True(bench.Session.IsJoined);
    }

    [Fact]
    public void BothDirections_AllocateNothing()
    {
        using SessionBench bench = Joined();
        bench.Link.KeepSent = false;
        bench.Owner.KeepFrames = false;
        byte[] small = TestFrames.Plain(SessionBench.OwnMac, SessionBench.Anna.Mac, 90);
        byte[] large = TestFrames.Plain(SessionBench.OwnMac, Server, 1514);
        byte[] syn = TestFrames.Syn(SessionBench.OwnMac, Server, 1460);
        byte[] spoofed = TestFrames.Plain(SessionBench.OwnMac, SessionBench.Ben.Mac, 90);
        byte[] outgoing = TestFrames.Plain(Server, SessionBench.OwnMac, 1514);

        byte splitId = 0;

        Allocations.AssertNone(Round, 1000, 10_000);
        Assert.Equal(3 * 11_000, bench.Owner.FrameCount);
        Assert.Equal(11_000, bench.Session.Counters.FramesOut);

        void Round()
        {
            Receive(bench, SessionBench.Anna, small);
            Receive(bench, SessionBench.Gateway, syn);
            Receive(bench, SessionBench.Anna, spoofed);
            DatagramHeader head = new(DatagramKind.Head, splitId++, SessionBench.Gateway.Id);
            bench.Link.ReceiveDatagram(head, large.AsSpan(0, 757));
            bench.Link.ReceiveDatagram(head with { Kind = DatagramKind.Tail }, large.AsSpan(757));
            bench.Session.Send(outgoing);
        }
    }

    private static SessionBench Joined()
    {
        SessionBench bench = new();
        bench.Join(SessionBench.Gateway, SessionBench.Anna, SessionBench.Ben);
        return bench;
    }

    private static void Receive(SessionBench bench, PeerInfo source, ReadOnlySpan<byte> frame) =>
        bench.Link.ReceiveDatagram(DatagramHeader.ForFrame(source.Id), frame);
}
