using Softlan.Roles.Relay;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>Who is told of whom, and when frames may begin to flow.</summary>
public sealed class JoinOrderTests
{
    private readonly RelayBench _relay = new();

    [Fact]
    public void Client_IsWelcomedOnlyWhenTheGatewayHasAcknowledgedItsMac()
    {
        TestPeer bob = _relay.JoinClient(2);
        TestPeer lan = _relay.JoinGateway();
        lan.Link.HasUndeliveredControl = true;
        TestPeer ann = _relay.JoinClient(1);

        Assert.Equal(Mac(1), lan.Heard.OfType<JoinedMessage>().Single().Peer.Mac);
        Assert.False(ann.IsWelcome);
        Assert.Empty(bob.Heard.OfType<JoinedMessage>().Where(joined => joined.Peer.Role == PeerRole.Client));
        ann.Send(TestFrames.Plain(MacAddress.Broadcast, Mac(1)));
        Assert.Empty(lan.Link.Sent);
        Assert.Equal(1, ann.Counters.Dropped(DropReason.NotConnected));

        _relay.Lane.Advance(TimeSpan.FromMilliseconds(20));
        Assert.False(ann.IsWelcome);
        lan.Link.HasUndeliveredControl = false;
        _relay.Lane.Advance(TimeSpan.FromMilliseconds(2));
        Assert.True(ann.IsWelcome);
        Assert.Contains(ann.Id, bob.JoinedIds);
        Assert.Single(lan.JoinedIds);
        ann.Send(TestFrames.Plain(MacAddress.Broadcast, Mac(1)));
        Assert.Single(lan.Link.Sent);
    }

    [Fact]
    public void Client_GatewayNeverAcknowledges_IsWelcomedAllTheSame()
    {
        _relay.JoinGateway().Link.HasUndeliveredControl = true;
        TestPeer ann = _relay.JoinClient(1);
        _relay.Lane.Advance(DeliveryWait.Longest);
        Assert.True(ann.IsWelcome);
    }

    [Fact]
    public void Client_LeavesWhileTheGatewayIsTold_IsNeverAnnouncedToOthers()
    {
        TestPeer bob = _relay.JoinClient(2);
        TestPeer lan = _relay.JoinGateway();
        lan.Link.HasUndeliveredControl = true;
        TestPeer ann = _relay.JoinClient(1);
        ann.Lose();
        _relay.Lane.Advance(TimeSpan.FromSeconds(2));

        Assert.Single(lan.LeftIds);
        Assert.Empty(bob.LeftIds);
        Assert.False(ann.IsWelcome);
        Assert.True(_relay.JoinClient(1).IsWelcome || _relay.House.Peers == 3);
    }

    [Fact]
    public void Client_GetsNoFramesBeforeItsWelcomeHasArrived()
    {
        TestPeer bob = _relay.JoinClient(2);
        TestPeer ann = _relay.Connect();
        ann.Link.HasUndeliveredControl = true;
        ann.Say(ClientHello(1));
        _relay.Lane.Run();
        bob.Send(TestFrames.Plain(MacAddress.Broadcast, Mac(2)));
        bob.Send(TestFrames.Plain(Mac(1), Mac(2)));
        Assert.Empty(ann.Link.Sent);
        Assert.Equal(1, bob.Counters.Dropped(DropReason.UnknownDestination));

        ann.Link.HasUndeliveredControl = false;
        _relay.Lane.Advance(TimeSpan.FromMilliseconds(2));
        bob.Send(TestFrames.Plain(Mac(1), Mac(2)));
        Assert.Single(ann.Link.Sent);
    }

    [Fact]
    public void Client_ThatSends_HasItsWelcome()
    {
        TestPeer bob = _relay.JoinClient(2);
        TestPeer ann = _relay.Connect();
        ann.Link.HasUndeliveredControl = true;
        ann.Say(ClientHello(1));
        ann.Send(TestFrames.Plain(Mac(2), Mac(1)));
        bob.Send(TestFrames.Plain(Mac(1), Mac(2)));
        Assert.Single(ann.Link.Sent);
        Assert.Single(bob.Link.Sent);
    }

    [Fact]
    public void Gateway_New_GetsTheListFirst_AndIsAnnouncedWhenItHasIt()
    {
        TestPeer ann = _relay.JoinClient(1);
        TestPeer bob = _relay.JoinClient(2);
        TestPeer lan = _relay.Connect();
        lan.Link.HasUndeliveredControl = true;
        lan.Say(GatewayHello());
        _relay.Lane.Run();

        Assert.Equal([ann.Id, bob.Id], lan.Welcome.Peers.Select(peer => peer.Id));
        Assert.Empty(ann.JoinedIds.Except([bob.Id]));
        ann.Send(TestFrames.Plain(LanMac(1), Mac(1)));
        Assert.Empty(lan.Link.Sent);
        Assert.Equal(1, ann.Counters.Dropped(DropReason.UnknownDestination));

        lan.Link.HasUndeliveredControl = false;
        _relay.Lane.Advance(TimeSpan.FromMilliseconds(2));
        Assert.Contains(lan.Id, ann.JoinedIds);
        Assert.Contains(lan.Id, bob.JoinedIds);
        ann.Send(TestFrames.Plain(LanMac(1), Mac(1)));
        Assert.Single(lan.Link.Sent);
    }

    [Fact]
    public void Gateway_ComesWhileAClientWaits_KnowsOfIt()
    {
        TestPeer first = _relay.JoinGateway();
        first.Link.HasUndeliveredControl = true;
        TestPeer ann = _relay.JoinClient(1);
        first.Lose();
        TestPeer second = _relay.JoinGateway();
        Assert.Equal(Mac(1), second.Welcome.Peers.Single().Mac);
        _relay.Lane.Advance(DeliveryWait.Longest);

        Assert.True(ann.IsWelcome);
        Assert.Empty(second.JoinedIds);
        Assert.Equal([second.Id], ann.Welcome.Peers.Select(peer => peer.Id).Concat(ann.JoinedIds));
    }

    [Fact]
    public void Everybody_HearsOfEverybodyOnce()
    {
        TestPeer[] peers = [_relay.JoinClient(1), _relay.JoinGateway(), _relay.JoinClient(2), _relay.JoinClient(3)];
        Assert.All(peers, peer => Assert.Equal(
            peers.Where(other => other != peer).Select(other => other.Id).Order(),
            peer.Welcome.Peers.Select(known => known.Id).Concat(peer.JoinedIds).Order()));
    }

    [Theory]
    [InlineData(false, "TimedOut")]
    [InlineData(true, "Normal")]
    public void Peer_Leaves_TheOthersHearOnceAndWhy(bool saysBye, string reason)
    {
        TestPeer ann = _relay.JoinClient(1);
        TestPeer bob = _relay.JoinClient(2);
        TestPeer lan = _relay.JoinGateway();
        if (saysBye)
        {
            ann.Say(new ByeMessage(CloseReason.Normal, "done"));
        }

        ann.Lose();
        LeftMessage expected = new(ann.Id, Enum.Parse<CloseReason>(reason));
        Assert.All([bob, lan], peer => Assert.Equal(expected, peer.Heard.OfType<LeftMessage>().Single()));
        Assert.Equal(2, _relay.House.Peers);
    }

    [Fact]
    public void Welcome_OfACrowdedRoom_IsContinuedByJoinedMessages()
    {
        RelayBench relay = new(options => options with { MaxClientsPerRoom = 400 });
        for (int n = 1; n <= 300; n++)
        {
            relay.JoinClient(n);
        }

        TestPeer last = relay.JoinClient(301);
        relay.Lane.Advance(RoomNews.Interval * RoomNews.MaxIntervals);
        Assert.Equal(ControlCodec.MaxPeersInWelcome, last.Welcome.Peers.Count);
        Assert.Equal(300, last.Welcome.Peers.Select(peer => peer.Id).Concat(last.JoinedIds).Distinct().Count());
    }
}
