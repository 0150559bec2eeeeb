using System.Net;
using Softlan.Platform;
using Softlan.Roles.Relay;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>Rooms on one worker, links on both.</summary>
public sealed class FarGateTests : TwoWorkers
{
    private readonly RecordingLogger _log;

    public FarGateTests()
        : this(new RecordingLogger())
    {
    }

    private FarGateTests(RecordingLogger log)
        : base(new RelayOptions { StateDirectory = "/nowhere", ServerName = "relay", MaxPeers = 3 }, log) => _log = log;

    [Fact]
    public void RoomWithLinksOnBothWorkers_FramesPassBothWays()
    {
        MemoryLink gateway = Join(0, GatewayHello());
        MemoryLink bob = Join(1, ClientHello(2));
        Assert.Contains(gateway.SentControl, message => message.Contains("\"joined\"", StringComparison.Ordinal));
        Assert.Contains(bob.SentControl, message => message.Contains("\"welcome\"", StringComparison.Ordinal));

        byte[] up = TestFrames.Plain(LanMac(1), Mac(2), 1400);
        bob.ReceiveDatagram(DatagramHeader.ForFrame(0), up);
        Turn();
        Assert.Equal(up, Assert.Single(gateway.Sent).Body);

        byte[] down = TestFrames.Plain(Mac(2), LanMac(1), 1400);
        gateway.ReceiveDatagram(DatagramHeader.ForFrame(0), down);
        Turn();
        Assert.Equal(down, Assert.Single(bob.Sent).Body);
    }

    [Fact]
    public void FarClientMoves_TheRoomsWorkerHearsOfIt()
    {
        Join(0, GatewayHello());
        MemoryLink bob = Join(1, ClientHello(2));
        bob.Move(new IPEndPoint(IPAddress.Parse("198.51.100.9"), 40000));
        Turn();
        Assert.Equal(1, _log.Count("'player 2' in room DEN changed its network: its packets came from 192.0.2.7, and come from 198.51.100.9:"));
    }

    [Fact]
    public void GatewayIsToldBeforeItsFarClientIsWelcome()
    {
        MemoryLink gateway = Join(0, GatewayHello());
        gateway.HasUndeliveredControl = true;
        MemoryLink bob = Join(1, ClientHello(2));
        Assert.Contains(gateway.SentControl, message => message.Contains("\"joined\"", StringComparison.Ordinal));
        Assert.DoesNotContain(bob.SentControl, message => message.Contains("\"welcome\"", StringComparison.Ordinal));
        gateway.HasUndeliveredControl = false;
        Turn(10);
        Assert.Contains(bob.SentControl, message => message.Contains("\"welcome\"", StringComparison.Ordinal));
    }

    [Fact]
    public void FarGateway_WelcomeMustHaveArrivedBeforeFramesGoThere()
    {
        MemoryLink anna = Join(0, ClientHello(1));
        MemoryLink gateway = Connect(1);
        gateway.HasUndeliveredControl = true;
        Say(gateway, GatewayHello());
        anna.ReceiveDatagram(DatagramHeader.ForFrame(0), TestFrames.Plain(LanMac(1), Mac(1), 100));
        Turn();
        Assert.Empty(gateway.Sent);
        gateway.HasUndeliveredControl = false;
        Turn(10);
        anna.ReceiveDatagram(DatagramHeader.ForFrame(0), TestFrames.Plain(LanMac(1), Mac(1), 100));
        Turn();
        Assert.Single(gateway.Sent);
    }

    [Fact]
    public void FarPeerIsLost_TheOthersHearIt()
    {
        MemoryLink gateway = Join(0, GatewayHello());
        MemoryLink bob = Join(1, ClientHello(2));
        bob.Lose();
        Turn();
        Assert.Contains(gateway.SentControl, message => message.Contains("\"left\"", StringComparison.Ordinal));
        Assert.Equal(1, House.Peers);
    }

    [Fact]
    public void HandlerOfAFarLinkHasABug_OnlyThatLinkEnds()
    {
        FarGate gate = new(Second, new PeerCounters(), First, new PeerCounters());
        MemoryLink real = new(Second);
        FarLink far = gate.Pass(real, _ => { });
        gate.Open(far);
        List<Exception> bugs = [];
        far.HandlerFailed = bugs.Add;
        far.HandOver(new BuggyHandler());
        real.ReceiveDatagram(DatagramHeader.ForFrame(0), TestFrames.Plain(LanMac(1), Mac(2), 100));
        Turn();
        Assert.NotEmpty(bugs);
        Assert.Equal(CloseReason.ProtocolError, real.ClosedWith?.Reason);
    }

    [Fact]
    public void FarPeerSaysMoreThanMayWait_WhileTheRoomsWorkerIsBusy_IsClosed()
    {
        Join(0, GatewayHello());
        MemoryLink bob = Join(1, ClientHello(2));
        string large = $$"""{"type":"from-the-future","text":"{{new string('x', 60_000)}}"}""";
        bob.ReceiveControl(large);
        bob.ReceiveControl(large);
        Assert.Null(bob.ClosedWith);
        bob.ReceiveControl(large);
        Assert.Equal((CloseReason.ProtocolError, "too many control messages"), bob.ClosedWith);
        Turn();
        Assert.Equal(1, House.Peers);
    }

    [Fact]
    public void FarPeerSaysManySmallMessages_WhileTheRoomsWorkerIsBusy_IsClosed()
    {
        Join(0, GatewayHello());
        MemoryLink bob = Join(1, ClientHello(2));
        int taken = 0;
        while (bob.ClosedWith is null && taken < 10_000)
        {
            bob.ReceiveControl("{}");
            taken++;
        }

        Assert.InRange(taken, 100, 1000);
    }

    [Fact]
    public void FarPeerSaysAsMuchAsMayWaitAgainAndAgain_StaysWhenTheRoomsWorkerKeepsUp()
    {
        Join(0, GatewayHello());
        MemoryLink bob = Join(1, ClientHello(2));
        string large = $$"""{"type":"from-the-future","text":"{{new string('x', 4000)}}"}""";
        for (int i = 0; i < 20; i++)
        {
            for (int waiting = 0; waiting < 30; waiting++)
            {
                bob.ReceiveControl(large);
            }

            Turn(3000);
        }

        Assert.Null(bob.ClosedWith);
    }

    [Fact]
    public void FarPeerIsRejected_ItIsToldAndClosed()
    {
        Join(0, ClientHello(1));
        MemoryLink other = Join(1, ClientHello(1));
        Assert.Contains(other.SentControl, message => message.Contains("mac-taken", StringComparison.Ordinal));
        Assert.Equal(CloseReason.Normal, other.ClosedWith?.Reason);
        Assert.Equal(1, House.Peers);
    }

    [Fact]
    public void FarPathChanges_LargeFramesAreCutForIt()
    {
        MemoryLink gateway = Join(0, GatewayHello());
        MemoryLink bob = Join(1, ClientHello(2));
        bob.MaxDatagramLength = 1200;
        Turn();
        gateway.ReceiveDatagram(DatagramHeader.ForFrame(0), TestFrames.Plain(Mac(2), LanMac(1), 1400));
        Turn();
        Assert.Equal([DatagramKind.Head, DatagramKind.Tail], bob.Sent.Select(one => one.Header.Kind));
    }

    [Fact]
    public void FarPeerMoves_ItsRoomKnowsFromWhere()
    {
        Join(0, GatewayHello());
        MemoryLink bob = Join(1, ClientHello(2));
        RelayPeer far = House.Lobbies[0].Links.Single(peer => peer.Member?.Mac == Mac(2));
        for (int port = 1; port <= 1000; port++)
        {
            bob.Move(new IPEndPoint(IPAddress.Parse("198.51.100.4"), port));
        }

        Turn();
        Assert.Equal(bob.RemoteEndPoint, far.RemoteEndPoint);
        bob.Move(new IPEndPoint(IPAddress.Parse("198.51.100.5"), 1));
        Turn();
        Assert.Equal(bob.RemoteEndPoint, far.RemoteEndPoint);
    }

    [Fact]
    public void FarJoin_IsChargedToTheAddressOfTheHandshake()
    {
        Join(0, GatewayHello());
        MemoryLink bob = Connect(1);
        IPAddress before = bob.RemoteEndPoint.Address;
        bob.RemoteEndPoint = new IPEndPoint(IPAddress.Parse("203.0.113.9"), 4000);
        Say(bob, ClientHello(2));
        RelayPeer far = House.Lobbies[0].Links.Single(peer => peer.Member?.Mac == Mac(2));
        Assert.Equal((before, bob.RemoteEndPoint), (far.ProvenAddress, far.RemoteEndPoint));
    }

    [Fact]
    public void Limits_AreThoseOfTheWholeRelay()
    {
        Join(0, ClientHello(1));
        Join(1, ClientHello(2));
        Join(1, ClientHello(3, Code("OTHER")));
        MemoryLink oneTooMany = Join(0, ClientHello(4));
        Assert.Contains(oneTooMany.SentControl, message => message.Contains("server-full", StringComparison.Ordinal));
        Assert.Equal(2, House.OpenRooms);
    }

    [Fact]
    public void JoinsOfAnAddress_AreCountedOnAllWorkersTogether()
    {
        for (int n = 0; n <= RelayOptions.DefaultMaxLinksPerAddress; n++)
        {
            MemoryLink comer = Join(n % 2, ClientHello(1, Code($"room-{n % 3}")));
            string expected = n < RelayOptions.DefaultMaxLinksPerAddress ? "\"welcome\"" : "joined from this address";
            Assert.Contains(expected, comer.SentControl[0], StringComparison.Ordinal);
            comer.Lose();
            Turn();
        }
    }

    [Fact]
    public void SameRoomFromBothWorkersAtOnce_IsOneRoom()
    {
        MemoryLink anna = Connect(0);
        MemoryLink bob = Connect(1);
        anna.ReceiveControl(Text(ClientHello(1)));
        bob.ReceiveControl(Text(ClientHello(2)));
        Turn(10);
        anna.ReceiveDatagram(DatagramHeader.ForFrame(0), TestFrames.Plain(MacAddress.Broadcast, Mac(1), 100));
        Turn();
        Assert.Single(bob.Sent);
        Assert.Equal(1, House.OpenRooms);
    }

    [Fact]
    public void RoomIsForgotten_AnotherWorkerCanHaveItNext()
    {
        MemoryLink anna = Join(0, ClientHello(1));
        anna.Lose();
        Turn();
        First.Advance(TimeSpan.FromMinutes(2));
        House.Lobbies[0].Sweep();
        Assert.Equal(0, House.KnownRooms);
        MemoryLink bob = Join(1, ClientHello(2));
        Assert.Contains(bob.SentControl, message => message.Contains("\"welcome\"", StringComparison.Ordinal));
    }

    [Fact]
    public void RejectedHello_LeavesNoRoomBehind()
    {
        Join(0, ClientHello(1) with { Mac = MacAddress.FromUInt64(0x00_11_22_33_44_55) });
        Assert.Equal(0, House.KnownRooms);
    }

    [Fact]
    public void Sum_HasWhatFarLinksCountOnEitherSide()
    {
        Join(0, GatewayHello());
        MemoryLink bob = Join(1, ClientHello(2));
        bob.Counters.Drop(DropReason.TooOld);
        bob.ReceiveDatagram(DatagramHeader.ForFrame(0), TestFrames.Plain(LanMac(1), Mac(9), 100));
        Turn();
        PeerCounters sum = new();
        sum.Add(House.Lobbies[0].Sum());
        sum.Add(House.Lobbies[1].Sum());
        Assert.Equal(1, sum.Dropped(DropReason.TooOld));
        Assert.Equal(1, sum.Dropped(DropReason.UnauthorizedSourceMac));
        Assert.Equal(1, sum.DatagramsIn);

        bob.Lose();
        Turn();
        Assert.Equal(1, House.Lobbies[1].Sum().Dropped(DropReason.TooOld));
        Assert.Equal(1, House.Lobbies[0].Sum().Dropped(DropReason.UnauthorizedSourceMac));
    }

    [Fact]
    public void FarLinkHasEnded_WhatIsStillOnItsWayIsCountedOnEitherSide()
    {
        MemoryLink gateway = Join(0, GatewayHello());
        MemoryLink bob = Join(1, ClientHello(2));
        bob.ReceiveDatagram(DatagramHeader.ForFrame(0), TestFrames.Plain(LanMac(1), Mac(2), 100));
        gateway.ReceiveDatagram(DatagramHeader.ForFrame(0), TestFrames.Plain(Mac(2), LanMac(1), 100));
        bob.Lose();
        Second.Advance(TimeSpan.Zero);
        Assert.Empty(bob.Sent);
        Assert.Equal(1, House.Lobbies[1].Sum().Dropped(DropReason.NotConnected));

        MemoryLink cem = Join(1, ClientHello(3));
        cem.ReceiveDatagram(DatagramHeader.ForFrame(0), TestFrames.Plain(LanMac(1), Mac(3), 100));
        House.Lobbies[0].Links.Single(peer => peer.Member?.Mac == Mac(3)).Close(CloseReason.Kicked, "a test said so");
        Turn();
        Assert.Equal(1, House.Lobbies[0].Sum().Dropped(DropReason.NotConnected));
    }

    [Fact]
    public void Drain_FarPeersHearTheGoodbyeToo()
    {
        Join(0, GatewayHello());
        MemoryLink bob = Join(1, ClientHello(2));
        int drained = 0;
        foreach (Lobby lobby in House.Lobbies)
        {
            lobby.Drained = () => drained++;
            lobby.Drain();
        }

        Turn();
        Assert.Contains(bob.SentControl, message => message.Contains("shutting-down", StringComparison.Ordinal));
        Assert.Equal(2, drained);
    }

    private sealed class BuggyHandler : IFrameLinkHandler
    {
        public void OnConnected(IFrameLink link) => throw new InvalidOperationException("a bug");

        public void OnDatagram(IFrameLink link, ReadOnlySpan<byte> datagram) => throw new InvalidOperationException("a bug");

        public void OnControl(IFrameLink link, ReadOnlySpan<byte> message) => throw new InvalidOperationException("a bug");

        public void OnClosed(IFrameLink link, LinkClosed closed) => throw new InvalidOperationException("a bug");
    }
}
