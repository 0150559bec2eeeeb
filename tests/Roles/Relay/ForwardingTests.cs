using Softlan.Tests.Fakes;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>Protocol.md, section 5: what a relay forwards, rule by rule.</summary>
public sealed class ForwardingTests
{
    private readonly RelayBench _relay = new();

    [Fact]
    public void Frame_ToAnotherClient_ArrivesThereOnlyWithTheSendersId()
    {
        (TestPeer ann, TestPeer bob, TestPeer cem, TestPeer lan) = Party();
        byte[] frame = TestFrames.Plain(Mac(2), Mac(1), 60);
        ann.Send(frame, claimedSource: cem.Id);

        SentDatagram sent = Assert.Single(bob.Link.Sent);
        Assert.Equal(DatagramHeader.ForFrame(ann.Id), sent.Header);
        Assert.Equal(frame, sent.Body);
        AssertNothing(ann, cem, lan);
        Assert.Equal(0, ann.Counters.TotalDropped);
        Assert.Equal((1, 60), (ann.Counters.FramesIn, ann.Counters.BytesIn));
        Assert.Equal((1, 60), (bob.Counters.FramesOut, bob.Counters.BytesOut));
    }

    [Theory]
    [InlineData("ff:ff:ff:ff:ff:ff")]
    [InlineData("01:00:5e:00:00:fb")]
    [InlineData("33:33:00:00:00:01")]
    public void Frame_ToAGroup_ArrivesOnceAtEverybodyElse(string destination)
    {
        (TestPeer ann, TestPeer bob, TestPeer cem, TestPeer lan) = Party();
        Assert.True(MacAddress.TryParse(destination, out MacAddress group));
        ann.Send(TestFrames.Plain(group, Mac(1)));

        Assert.All([bob, cem, lan], peer => Assert.Single(peer.Frames));
        AssertNothing(ann);
        Assert.Equal(1, ann.Counters.BroadcastIn);
        Assert.Equal(1, lan.Counters.BroadcastOut);
    }

    [Fact]
    public void Frame_FromAClientToAnUnknownMac_GoesToTheGatewayOnly()
    {
        (TestPeer ann, TestPeer bob, TestPeer cem, TestPeer lan) = Party();
        ann.Send(TestFrames.Plain(LanMac(5), Mac(1)));

        Assert.Single(lan.Frames);
        AssertNothing(ann, bob, cem);
    }

    [Fact]
    public void Frame_FromTheGatewayToAClient_ArrivesThereOnly()
    {
        (TestPeer ann, TestPeer bob, TestPeer cem, TestPeer lan) = Party();
        lan.Send(TestFrames.Plain(Mac(2), LanMac(5)));

        Assert.Single(bob.Frames);
        AssertNothing(ann, cem, lan);
    }

    [Fact]
    public void Frame_InAnotherRoom_StaysThere()
    {
        (TestPeer ann, TestPeer bob, TestPeer cem, TestPeer lan) = Party();
        TestPeer other = _relay.Join(ClientHello(1, Code("OTHER")));
        other.Send(TestFrames.Plain(MacAddress.Broadcast, Mac(1)));
        other.Send(TestFrames.Plain(Mac(2), Mac(1)));

        AssertNothing(ann, bob, cem, lan);
        Assert.Equal(1, other.Counters.Dropped(DropReason.UnknownDestination));
    }

    [Theory]
    [InlineData(nameof(DropReason.InvalidSourceMac), "01:00:5e:00:00:01", "02:00:00:00:00:02")]
    [InlineData(nameof(DropReason.InvalidSourceMac), "ff:ff:ff:ff:ff:ff", "02:00:00:00:00:02")]
    [InlineData(nameof(DropReason.InvalidSourceMac), "00:00:00:00:00:00", "02:00:00:00:00:02")]
    [InlineData(nameof(DropReason.UnauthorizedSourceMac), "02:00:00:00:00:03", "02:00:00:00:00:02")]
    [InlineData(nameof(DropReason.UnauthorizedSourceMac), "3c:00:00:00:00:05", "ff:ff:ff:ff:ff:ff")]
    [InlineData(nameof(DropReason.SwitchControl), "02:00:00:00:00:01", "01:80:c2:00:00:00")]
    [InlineData(nameof(DropReason.UnknownDestination), "02:00:00:00:00:01", "02:00:00:00:00:01")]
    public void Frame_FromAClient_IsDropped(string reason, string source, string destination) =>
        AssertDropped(fromGateway: false, Enum.Parse<DropReason>(reason), Frame(source, destination));

    [Theory]
    [InlineData(nameof(DropReason.InvalidSourceMac), "03:00:5e:00:00:01", "02:00:00:00:00:02")]
    [InlineData(nameof(DropReason.LoopedSourceMac), "02:00:00:00:00:02", "02:00:00:00:00:01")]
    [InlineData(nameof(DropReason.LoopedSourceMac), "02:00:00:00:00:02", "ff:ff:ff:ff:ff:ff")]
    [InlineData(nameof(DropReason.SwitchControl), "3c:00:00:00:00:05", "01:80:c2:00:00:0e")]
    [InlineData(nameof(DropReason.UnknownDestination), "3c:00:00:00:00:05", "3c:00:00:00:00:06")]
    [InlineData(nameof(DropReason.UnknownDestination), "3c:00:00:00:00:05", "02:00:00:00:00:63")]
    public void Frame_FromTheGateway_IsDropped(string reason, string source, string destination) =>
        AssertDropped(fromGateway: true, Enum.Parse<DropReason>(reason), Frame(source, destination));

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void DhcpServer_PassesFromTheGatewayOnly(bool fromGateway, bool dropped)
    {
        (TestPeer ann, TestPeer bob, TestPeer cem, TestPeer lan) = Party();
        TestPeer sender = fromGateway ? lan : ann;
        sender.Send(TestFrames.DhcpOffer(fromGateway ? LanMac(5) : Mac(1)));

        Assert.Equal(dropped ? 1 : 0, sender.Counters.Dropped(DropReason.DhcpServer));
        Assert.All([bob, cem], peer => Assert.Equal(dropped ? 0 : 1, peer.Frames.Count()));
    }

    [Fact]
    public void Frame_WrongInSeveralWays_IsCountedUnderTheFirstRule()
    {
        // Spoofed source, switch control and unknown destination at once.
        AssertDropped(fromGateway: false, DropReason.UnauthorizedSourceMac, Frame("02:00:00:00:00:03", "01:80:c2:00:00:00"));
        AssertDropped(fromGateway: false, DropReason.VlanTagged, TestFrames.Plain(Mac(2), Mac(1), 1518, EtherTypes.VlanCustomer));
    }

    [Theory]
    [InlineData(1414, true)]
    [InlineData(1415, false)]
    public void Frame_LargerThanTheRoomsMtu_IsDropped(int length, bool fits)
    {
        TestPeer ann = _relay.Join(ClientHello(1) with { Mtu = 1400 });
        TestPeer bob = _relay.JoinClient(2);
        bob.Link.MaxDatagramLength = FrameLimits.MaxDatagramLength;
        ann.Send(TestFrames.Plain(Mac(2), Mac(1), length));

        Assert.Equal(fits ? 0 : 1, ann.Counters.Dropped(DropReason.MtuExceeded));
        Assert.Equal(fits ? 1 : 0, bob.Frames.Count());
    }

    [Fact]
    public void Room_WithoutAGateway_IsALanOfItsOwn()
    {
        TestPeer ann = _relay.JoinClient(1);
        TestPeer bob = _relay.JoinClient(2);
        ann.Send(TestFrames.Plain(MacAddress.Broadcast, Mac(1)));
        ann.Send(TestFrames.Plain(LanMac(5), Mac(1)));
        bob.Send(TestFrames.Plain(Mac(1), Mac(2)));

        Assert.Single(bob.Frames);
        Assert.Single(ann.Frames);
        Assert.Equal(1, ann.Counters.Dropped(DropReason.UnknownDestination));
    }

    [Theory]
    [InlineData(nameof(DropReason.QueueFull))]
    [InlineData(nameof(DropReason.TooOld))]
    public void Target_RefusesAFrame_ItAloneCountsTheDrop(string name)
    {
        DropReason reason = Enum.Parse<DropReason>(name);
        (TestPeer ann, TestPeer bob, TestPeer cem, TestPeer lan) = Party();
        bob.Link.Refuses = reason;
        ann.Send(TestFrames.Plain(MacAddress.Broadcast, Mac(1)));

        Assert.Equal(1, bob.Counters.Dropped(reason));
        Assert.Equal(0, bob.Counters.FramesOut);
        Assert.Equal(0, ann.Counters.TotalDropped);
        Assert.All([cem, lan], peer => Assert.Single(peer.Frames));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Piece_NothingComesAfterIt_IsCountedAllTheSame(bool linkEnds)
    {
        TestPeer ann = _relay.JoinClient(1);
        ann.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Head, 1, 0), new byte[700]);
        Assert.Equal(0, _relay.Lobby.Sum().Dropped(DropReason.Incomplete));
        if (linkEnds)
        {
            ann.Lose();
        }
        else
        {
            _relay.Lane.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, _relay.Lobby.Sum().Dropped(DropReason.Incomplete));
    }

    [Fact]
    public void Target_RefusesALongFrame_TheNextOneHasItsId()
    {
        (TestPeer ann, TestPeer bob, _, _) = Party();
        byte[] large = TestFrames.Plain(Mac(2), Mac(1), 1514);
        ann.SendSplit(large, 700, 1);
        bob.Link.Refuses = DropReason.QueueFull;
        ann.SendSplit(large, 700, 2);
        bob.Link.Refuses = DropReason.None;
        ann.SendSplit(large, 700, 3);

        Assert.Equal([1, 1, 2, 2], bob.Link.Sent.Select(sent => (int)sent.Header.SplitId));
        Assert.Equal((2, 2), (bob.Counters.SplitFrames, bob.Counters.FramesOut));
        Assert.Equal(1, bob.Counters.Dropped(DropReason.QueueFull));
    }

    [Fact]
    public void Frame_AfterTheTargetLeft_GoesNowhereNear()
    {
        (TestPeer ann, TestPeer bob, TestPeer cem, TestPeer lan) = Party();
        bob.Lose();
        ann.Send(TestFrames.Plain(Mac(2), Mac(1)));
        ann.Send(TestFrames.Plain(MacAddress.Broadcast, Mac(1)));

        AssertNothing(bob);
        Assert.Single(cem.Frames);
        Assert.Equal(2, lan.Frames.Count()); // The unicast as well: Bob's MAC is unknown now, so it may be on the LAN.
        bob.Send(TestFrames.Plain(Mac(1), Mac(2)));
        AssertNothing(ann);
    }

    [Fact]
    public void Frame_BeforeTheWelcome_IsDropped()
    {
        (TestPeer ann, _, _, _) = Party();
        TestPeer stranger = _relay.Connect();
        stranger.Send(TestFrames.Plain(Mac(1), Mac(9)));

        AssertNothing(ann);
        Assert.Equal(1, stranger.Counters.Dropped(DropReason.NotConnected));
    }

    [Fact]
    public void Padding_IsIgnored()
    {
        (TestPeer ann, TestPeer bob, TestPeer cem, TestPeer lan) = Party();
        ann.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Padding, 0, 0), new byte[700]);
        AssertNothing(ann, bob, cem, lan);
        Assert.Equal(0, ann.Counters.TotalDropped);
    }

    private static byte[] Frame(string source, string destination) =>
        MacAddress.TryParse(source, out MacAddress from) && MacAddress.TryParse(destination, out MacAddress to)
            ? TestFrames.Plain(to, from)
            : throw new ArgumentException($"{source} {destination}");

    private static void AssertNothing(params TestPeer[] peers) => Assert.All(peers, peer => Assert.Empty(peer.Link.Sent));

    private static void AssertDropped(bool fromGateway, DropReason reason, byte[] frame)
    {
        (TestPeer ann, TestPeer bob, TestPeer cem, TestPeer lan) = Party(new RelayBench());
        TestPeer sender = fromGateway ? lan : ann;
        sender.Send(frame, sender.Id);

        AssertNothing(ann, bob, cem, lan);
        Assert.Equal(1, sender.Counters.Dropped(reason));
        Assert.Equal(1, sender.Counters.TotalDropped);
    }

    private (TestPeer Ann, TestPeer Bob, TestPeer Cem, TestPeer Lan) Party() => Party(_relay);

    private static (TestPeer Ann, TestPeer Bob, TestPeer Cem, TestPeer Lan) Party(RelayBench relay) =>
        (relay.JoinClient(1), relay.JoinClient(2), relay.JoinClient(3), relay.JoinGateway());
}
