using Softlan.Roles.Relay;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

public sealed class AdmissionTests
{
    [Fact]
    public void Hello_FirstInTheRoom_IsWelcome()
    {
        RelayBench relay = new();
        TestPeer ann = relay.JoinClient(1);
        Assert.Equal((Den, FrameLimits.MaxMtu), (ann.Welcome.Room, ann.Welcome.Mtu));
        Assert.NotEqual(0, ann.Id);
        Assert.Equal(43, ann.Welcome.Resume.Length);
        Assert.Empty(ann.Welcome.Peers);
    }

    [Fact]
    public void Hello_TooLate_IsClosed()
    {
        RelayBench relay = new();
        TestPeer silent = relay.Connect();
        relay.Lane.Advance(RelayPeer.HelloTimeout - TimeSpan.FromMilliseconds(1));
        Assert.Null(silent.ClosedWith);
        relay.Lane.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(CloseReason.ProtocolError, silent.ClosedWith);
        Assert.Empty(relay.Lobby.Links);
    }

    [Fact]
    public void Hello_InTime_IsNotClosedLater()
    {
        RelayBench relay = new();
        TestPeer ann = relay.JoinClient(1);
        relay.Lane.Advance(TimeSpan.FromMinutes(5));
        Assert.Null(ann.ClosedWith);
    }

    [Fact]
    public void Room_CodeInOtherCase_IsTheSameRoom()
    {
        RelayBench relay = new();
        relay.Join(ClientHello(1, Code("den")));
        Assert.Single(relay.Join(ClientHello(2, Code("DeN"))).Welcome.Peers);
    }

    [Fact]
    public void Mac_OfAnotherClient_IsTaken_UntilItLeaves()
    {
        RelayBench relay = new();
        TestPeer ann = relay.JoinClient(1);
        AssertRejected(relay.JoinClient(1), RejectReason.MacTaken);
        Assert.True(relay.Join(ClientHello(1, Code("OTHER"))).IsWelcome);
        ann.Lose();
        Assert.True(relay.JoinClient(1).IsWelcome);
    }

    [Theory]
    [InlineData("00:00:00:00:00:00")]
    [InlineData("3c:00:00:00:00:01")]
    [InlineData("03:00:00:00:00:01")]
    [InlineData("ff:ff:ff:ff:ff:ff")]
    public void Mac_NotLocalUnicast_IsBad(string mac)
    {
        Assert.True(MacAddress.TryParse(mac, out MacAddress address));
        AssertRejected(new RelayBench().Join(ClientHello(1) with { Mac = address }), RejectReason.BadMac);
    }

    [Fact]
    public void Gateway_SecondInTheRoom_IsRejected_UntilTheFirstLeaves()
    {
        RelayBench relay = new();
        TestPeer lan = relay.JoinGateway();
        AssertRejected(relay.JoinGateway(), RejectReason.GatewayTaken);
        lan.Lose();
        Assert.True(relay.JoinGateway().IsWelcome);
    }

    [Fact]
    public void Room_Full_TakesNoClientButAGateway()
    {
        RelayBench relay = new(options => options with { MaxClientsPerRoom = 2 });
        relay.JoinClient(1);
        TestPeer bob = relay.JoinClient(2);
        AssertRejected(relay.JoinClient(3), RejectReason.RoomFull);
        Assert.True(relay.JoinGateway().IsWelcome);
        AssertRejected(relay.JoinClient(3), RejectReason.RoomFull);
        bob.Lose();
        Assert.True(relay.JoinClient(3).IsWelcome);
    }

    [Fact]
    public void Server_Full_OfRooms_TakesPeersInOldOnesOnly()
    {
        RelayBench relay = new(options => options with { MaxRooms = 1 });
        TestPeer ann = relay.JoinClient(1);
        TestPeer another = relay.Join(ClientHello(2, Code("OTHER")));
        AssertRejected(another, RejectReason.ServerFull);
        Assert.Equal("The relay is full: it has 1 room (--max-rooms).", another.RejectText);
        Assert.True(relay.JoinClient(3).IsWelcome);
        ann.Lose();
        AssertRejected(relay.Join(ClientHello(2, Code("OTHER"))), RejectReason.ServerFull);
    }

    [Fact]
    public void Server_Full_OfPeers_TakesNobody()
    {
        RelayBench relay = new(options => options with { MaxPeers = 2 });
        TestPeer ann = relay.JoinClient(1);
        relay.Join(ClientHello(2, Code("OTHER")));
        TestPeer another = relay.JoinClient(3);
        AssertRejected(another, RejectReason.ServerFull);
        Assert.Equal("The relay is full: it has 2 peers (--max-peers).", another.RejectText);
        ann.Lose();
        Assert.True(relay.JoinClient(3).IsWelcome);
    }

    [Theory]
    [InlineData(1500, 1500, 1500, true)]
    [InlineData(1400, 1500, 1400, true)]
    [InlineData(1400, 1399, 1400, false)]
    [InlineData(9000, 1500, 1500, true)]
    [InlineData(1280, 1280, 1280, true)]
    public void Mtu_IsFixedByTheFirst(int first, int second, int roomMtu, bool secondFits)
    {
        RelayBench relay = new();
        TestPeer ann = relay.Join(ClientHello(1) with { Mtu = first });
        TestPeer bob = relay.Join(ClientHello(2) with { Mtu = second });
        Assert.Equal(roomMtu, ann.Welcome.Mtu);
        Assert.Equal(secondFits, bob.IsWelcome);
        Assert.Equal(secondFits ? null : RejectReason.MtuTooSmall, bob.Rejected);
    }

    [Fact]
    public void Mtu_OfTheRelay_CapsTheRoom() =>
        Assert.Equal(1400, new RelayBench(options => options with { MaxMtu = 1400 }).JoinClient(1).Welcome.Mtu);

    [Fact]
    public void Mtu_TooSmallForAnyRoom_IsRejected() =>
        AssertRejected(new RelayBench().Join(ClientHello(1) with { Mtu = 1279 }), RejectReason.MtuTooSmall);

    [Fact]
    public void Room_EmptiedAndOpenedAgain_GetsANewMtu()
    {
        RelayBench relay = new();
        relay.Join(ClientHello(1) with { Mtu = 1400 }).Lose();
        Assert.Equal(1500, relay.JoinClient(1).Welcome.Mtu);
    }

    [Fact]
    public void Room_Empty_IsForgottenWhenNobodyCanComeBack()
    {
        RelayBench relay = new(options => options with { MaxRooms = 1 });
        relay.Join(ClientHello(1, Code("room-0"))).Lose();
        relay.Lobby.Sweep();
        Assert.Equal(1, relay.House.KnownRooms);
        relay.Lane.Advance(SeatBook.Memory);
        relay.Lobby.Sweep();
        Assert.Equal(0, relay.House.KnownRooms);
    }

    [Fact]
    public void Rooms_TooManyAreRememberedForThoseWhoMayComeBack_TheLongestEmptyGoesFirst()
    {
        RelayBench relay = new(options => options with { MaxRooms = 1 });
        string[] tokens = new string[3];
        for (int i = 0; i < 3; i++)
        {
            // Twice as many as may be open are remembered, and the third takes the place of the first.
            TestPeer peer = relay.Join(ClientHello(1, Code($"room-{i}")));
            Assert.True(peer.IsWelcome);
            tokens[i] = peer.Welcome.Resume;
            peer.Lose();
            relay.Lane.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, relay.House.KnownRooms);
        TestPeer back = relay.Join(ClientHello(1, Code("room-2")) with { Resume = tokens[2] });
        Assert.Equal(tokens[2], back.Welcome.Resume);
        AssertRejected(relay.Join(ClientHello(2, Code("room-3"))), RejectReason.ServerFull); // One room is open, and that is all.
    }

    [Theory]
    [InlineData("""{"type":"hello","version":2}""", nameof(RejectReason.BadVersion))]
    [InlineData("""{"type":"hello","version":1}""", nameof(RejectReason.BadHello))]
    [InlineData(
        """{"type":"hello","version":1,"role":"king","room":"DEN","mac":"02:00:00:00:00:01","maxDatagram":1400,"software":"x"}""",
        nameof(RejectReason.BadHello))]
    [InlineData(
        """{"type":"hello","version":1,"role":"client","room":"no room","mac":"02:00:00:00:00:01","maxDatagram":1400,"software":"x"}""",
        nameof(RejectReason.BadHello))]
    [InlineData(
        """{"type":"hello","version":1,"role":"client","room":"DEN","mac":"02:00:00:00:00:01","maxDatagram":10,"software":"x"}""",
        nameof(RejectReason.BadHello))]
    [InlineData(
        """{"type":"hello","version":1,"role":"client","room":"DEN","mac":"02:00:00:00:00:01","maxDatagram":1400,"software":"x","mtu":-1}""",
        nameof(RejectReason.BadHello))]
    [InlineData(
        """{"type":"hello","version":1,"role":"client","room":"DEN","mac":"02:00:00:00:00:01","maxDatagram":1400,"software":"x","name":"a\u0007b"}""",
        nameof(RejectReason.BadHello))]
    [InlineData("[", nameof(RejectReason.BadHello))]
    [InlineData("\u0000\u0001", nameof(RejectReason.BadHello))]
    [InlineData("{}", nameof(RejectReason.BadHello))]
    public void Hello_Hostile_IsRejectedAndClosed(string json, string reason)
    {
        RelayBench relay = new();
        TestPeer hostile = relay.Connect();
        hostile.Link.ReceiveControl(json);
        relay.Lane.Run();
        AssertRejected(hostile, Enum.Parse<RejectReason>(reason));
        Assert.Equal((0, 0), (relay.House.Peers, relay.Lobby.Links.Count));
    }

    [Theory]
    [InlineData("""{"type":"stats"}""")]
    [InlineData("""{"type":"left","id":3,"reason":"normal"}""")]
    public void FirstMessage_NotAHello_IsClosed(string json)
    {
        RelayBench relay = new();
        TestPeer hostile = relay.Connect();
        hostile.Link.ReceiveControl(json);
        Assert.Equal(CloseReason.ProtocolError, hostile.ClosedWith);
    }

    [Fact]
    public void Hello_ASecondTime_IsAProtocolErrorAndTheOthersAreTold()
    {
        RelayBench relay = new();
        TestPeer ann = relay.JoinClient(1);
        TestPeer bob = relay.JoinClient(2);
        ann.Say(ClientHello(1));
        Assert.Equal(CloseReason.ProtocolError, ann.ClosedWith);
        Assert.Equal(new LeftMessage(ann.Id, CloseReason.ProtocolError), bob.Heard.OfType<LeftMessage>().Single());
    }

    [Theory]
    [InlineData(ControlCodec.MaxMessageFromPeer, false)]
    [InlineData(ControlCodec.MaxMessageFromPeer + 1, true)]
    public void ControlMessage_LongerThanAnyOfAPeers_IsAsOneThatCannotBeRead(int length, bool ends)
    {
        const string Begin = """{"type":"from-the-future","x":""";
        string json = $"{Begin}\"{new string('x', length - Begin.Length - 3)}\"}}";
        RelayBench relay = new();
        TestPeer ann = relay.JoinClient(1);
        ann.Link.ReceiveControl(json);
        Assert.Equal(ends ? CloseReason.ProtocolError : null, ann.ClosedWith);

        string hello = System.Text.Encoding.UTF8.GetString(ControlCodec.Write(ClientHello(2)));
        TestPeer bob = relay.Connect();
        bob.Link.ReceiveControl(hello.PadRight(length));
        relay.Lane.Run();
        Assert.Equal(ends ? RejectReason.BadHello : null, bob.Rejected);
        Assert.Equal(!ends, bob.IsWelcome);
    }

    [Fact]
    public void ControlMessages_TooMany_CloseTheConnection()
    {
        RelayBench relay = new();
        TestPeer ann = relay.JoinClient(1);
        for (int i = 0; i < 98; i++)
        {
            ann.Link.ReceiveControl("""{"type":"from-the-future"}""");
        }

        Assert.Null(ann.ClosedWith);
        for (int i = 0; i < 3; i++)
        {
            ann.Link.ReceiveControl("""{"type":"from-the-future"}""");
        }

        Assert.Equal(CloseReason.ProtocolError, ann.ClosedWith);
    }

    [Fact]
    public void ControlMessages_TheBurstIsUsedUp_TenASecondPass()
    {
        const string Message = """{"type":"from-the-future"}""";
        RelayBench relay = new();
        TestPeer ann = relay.JoinClient(1);
        for (int i = 0; i < 99; i++)
        {
            ann.Link.ReceiveControl(Message); // The hello was the first of a hundred.
        }

        relay.Lane.Advance(TimeSpan.FromSeconds(1));
        for (int i = 0; i < 10; i++)
        {
            ann.Link.ReceiveControl(Message);
        }

        Assert.Null(ann.ClosedWith);
        ann.Link.ReceiveControl(Message);
        Assert.Equal(CloseReason.ProtocolError, ann.ClosedWith);
    }

    [Fact]
    public void Leave_ThePeersLastStatsAndUnknownMessagesAreToldAtDebug()
    {
        RecordingLogger log = new();
        RelayBench relay = new(logger: log);
        TestPeer ann = relay.JoinClient(1);
        PeerCounters counters = new();
        counters.Drop(DropReason.PortBusy, 3);
        ann.Say(new StatsMessage(new PeerCounters(), TimeSpan.FromMilliseconds(90)));
        ann.Say(new StatsMessage(counters, TimeSpan.FromMilliseconds(20)));
        ann.Link.ReceiveControl("""{"type":"from-the-future"}""");
        Assert.DoesNotContain(log.Lines, line => line.StartsWith("Debug", StringComparison.Ordinal));
        ann.Lose();
        Assert.Equal(
            [
                $"Debug: Peer 1 'player 1', which was at {ann.Link.RemoteEndPoint}, "
                + "last reported: round trip 00:00:00.0200000, drops PortBusy 3",
                $"Debug: Peer 1 'player 1', which was at {ann.Link.RemoteEndPoint}, sent 1 messages of types unknown to this version",
            ],
            log.Lines.Where(line => line.StartsWith("Debug", StringComparison.Ordinal)));
    }

    [Fact]
    public void Drain_SaysByeToAll_AndRejectsNewOnes()
    {
        RelayBench relay = new();
        TestPeer ann = relay.JoinClient(1);
        TestPeer pending = relay.Connect();
        bool drained = false;
        relay.Lobby.Drained = () => drained = true;
        relay.Lobby.Drain();
        TestPeer late = relay.Connect();
        late.Say(ClientHello(2));

        Assert.Equal(CloseReason.ShuttingDown, ann.Heard.OfType<ByeMessage>().Single().Reason);
        Assert.Equal(CloseReason.ShuttingDown, ann.ClosedWith);
        Assert.Equal(CloseReason.ShuttingDown, pending.ClosedWith);
        Assert.Equal(RejectReason.Draining, late.Rejected);
        Assert.False(drained);
        relay.Lane.Run();
        Assert.True(drained);
    }

    private static void AssertRejected(TestPeer peer, RejectReason reason)
    {
        Assert.Equal(reason, peer.Rejected);
        Assert.False(peer.IsWelcome);
        Assert.NotNull(peer.ClosedWith);
        Assert.EndsWith(".", peer.Heard.OfType<RejectMessage>().Single().Text, StringComparison.Ordinal);
    }
}
