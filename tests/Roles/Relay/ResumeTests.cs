using Softlan.Roles.Relay;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>Coming back to a seat by its token.</summary>
public sealed class ResumeTests
{
    private readonly RelayBench _relay = new();

    [Fact]
    public void Resume_WhileTheOldLinkIsUp_ReplacesItAndNobodyNotices()
    {
        TestPeer ann = _relay.JoinClient(1);
        TestPeer bob = _relay.JoinClient(2);
        TestPeer lan = _relay.JoinGateway();
        TestPeer again = _relay.Join(ClientHello(1) with { Resume = ann.Welcome.Resume });

        Assert.Equal(CloseReason.Replaced, ann.ClosedWith);
        Assert.Equal((ann.Id, ann.Welcome.Resume), (again.Id, again.Welcome.Resume));
        Assert.Equal([bob.Id, lan.Id], again.Welcome.Peers.Select(peer => peer.Id).Order());
        Assert.All([bob, lan], peer => Assert.Empty(peer.LeftIds));
        Assert.All([bob, lan], peer => Assert.DoesNotContain(ann.Id, peer.JoinedIds.Skip(1)));

        bob.Send(TestFrames.Plain(Mac(1), Mac(2)));
        Assert.Single(again.Frames);
        Assert.Empty(ann.Frames);
        ann.Send(TestFrames.Plain(Mac(2), Mac(1)));
        Assert.Empty(bob.Frames);
        again.Send(TestFrames.Plain(Mac(2), Mac(1)));
        Assert.Single(bob.Frames);
        Assert.Equal(3, _relay.House.Peers);
    }

    [Fact]
    public void Resume_OfTheGateway_NeverHitsGatewayTaken()
    {
        TestPeer ann = _relay.JoinClient(1);
        TestPeer lan = _relay.JoinGateway();
        TestPeer again = _relay.Join(GatewayHello() with { Resume = lan.Welcome.Resume });

        Assert.Equal(lan.Id, again.Id);
        Assert.Equal((CloseReason.Replaced, "this gateway connected again"), lan.Link.ClosedWith);
        Assert.Equal(Mac(1), again.Welcome.Peers.Single().Mac);
        Assert.Empty(ann.LeftIds);
        ann.Send(TestFrames.Plain(LanMac(1), Mac(1)));
        Assert.Single(again.Frames);
    }

    [Fact]
    public void Resume_WithinAMinute_GetsTheIdBack()
    {
        TestPeer bob = _relay.JoinClient(2);
        TestPeer ann = _relay.JoinClient(1);
        ann.Lose();
        _relay.Lane.Advance(SeatBook.Memory - TimeSpan.FromSeconds(1));
        TestPeer again = _relay.Join(ClientHello(1) with { Resume = ann.Welcome.Resume });

        Assert.Equal(ann.Id, again.Id);
        Assert.Equal([ann.Id, ann.Id], bob.JoinedIds);
        Assert.Equal([ann.Id], bob.LeftIds);
    }

    [Fact]
    public void Resume_AfterAMinute_IsANewcomer()
    {
        _relay.JoinClient(2);
        TestPeer ann = _relay.JoinClient(1);
        ann.Lose();
        _relay.Lane.Advance(SeatBook.Memory);
        TestPeer again = _relay.Join(ClientHello(1) with { Resume = ann.Welcome.Resume });
        Assert.True(again.IsWelcome);
        Assert.NotEqual(ann.Welcome.Resume, again.Welcome.Resume);
    }

    [Fact]
    public void Resume_InARoomThatWasEmptyMeanwhile_GetsTheIdBack()
    {
        TestPeer ann = _relay.JoinClient(1);
        ann.Lose();
        _relay.Lobby.Sweep();
        Assert.Equal(ann.Id, _relay.Join(ClientHello(1) with { Resume = ann.Welcome.Resume }).Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("short")]
    public void Resume_WithAWrongToken_IsNoHelp(string token)
    {
        _relay.JoinClient(1);
        TestPeer thief = _relay.Join(ClientHello(1) with { Resume = token.Length == 0 ? null : token });
        Assert.Equal(RejectReason.MacTaken, thief.Rejected);
    }

    [Fact]
    public void Resume_WithTheTokenOfAnotherRoom_IsNoHelp()
    {
        TestPeer ann = _relay.JoinClient(1);
        _relay.Join(ClientHello(1, Code("OTHER")));
        Assert.Equal(RejectReason.MacTaken, _relay.Join(ClientHello(1, Code("OTHER")) with { Resume = ann.Welcome.Resume }).Rejected);
        Assert.Null(ann.ClosedWith);
    }

    [Fact]
    public void Resume_WithAnotherMac_LeavesAndJoins()
    {
        TestPeer bob = _relay.JoinClient(2);
        TestPeer lan = _relay.JoinGateway();
        TestPeer ann = _relay.JoinClient(1);
        TestPeer again = _relay.Join(ClientHello(7) with { Resume = ann.Welcome.Resume });

        Assert.Equal(ann.Id, again.Id);
        Assert.Equal(CloseReason.Replaced, ann.ClosedWith);
        Assert.All([bob, lan], peer =>
        {
            Assert.Equal(new LeftMessage(ann.Id, CloseReason.Replaced), peer.Heard.OfType<LeftMessage>().Single());
            Assert.Equal(Mac(7), peer.Heard.OfType<JoinedMessage>().Last().Peer.Mac);
        });
        Assert.True(_relay.JoinClient(1).IsWelcome);
    }

    [Fact]
    public void Resume_WithAMacThatIsTaken_LeavesTheOldLinkAlone()
    {
        TestPeer ann = _relay.JoinClient(1);
        _relay.JoinClient(2);
        TestPeer again = _relay.Join(ClientHello(2) with { Resume = ann.Welcome.Resume });
        Assert.Equal(RejectReason.MacTaken, again.Rejected);
        Assert.Null(ann.ClosedWith);
    }

    [Fact]
    public void Resume_InAFullRoomAndServer_IsPossible()
    {
        RelayBench relay = new(options => options with { MaxPeers = 1, MaxClientsPerRoom = 1, MaxRooms = 1 });
        TestPeer ann = relay.JoinClient(1);
        Assert.True(relay.Join(ClientHello(1) with { Resume = ann.Welcome.Resume }).IsWelcome);
        Assert.Equal((1, 1), (relay.House.Peers, relay.House.OpenRooms));
    }

    [Fact]
    public void Resume_OfAnOldLinkThatWaitsForTheGateway_Works()
    {
        TestPeer lan = _relay.JoinGateway();
        TestPeer bob = _relay.JoinClient(2);
        TestPeer ann = _relay.JoinClient(1);
        string token = ann.Welcome.Resume;
        ann.Lose();
        lan.Link.HasUndeliveredControl = true;
        TestPeer waiting = _relay.Join(ClientHello(1) with { Resume = token });
        TestPeer again = _relay.Join(ClientHello(1) with { Resume = token });
        lan.Link.HasUndeliveredControl = false;
        _relay.Lane.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(CloseReason.Replaced, waiting.ClosedWith);
        Assert.False(waiting.IsWelcome);
        Assert.Equal(ann.Id, again.Id);
        Assert.Equal([ann.Id, ann.Id], bob.JoinedIds.Where(id => id == ann.Id));
        Assert.Equal(3, _relay.House.Peers);
    }

    [Fact]
    public void OldLink_ClosedAfterItWasReplaced_ChangesNothing()
    {
        TestPeer ann = _relay.JoinClient(1);
        TestPeer bob = _relay.JoinClient(2);
        _relay.Join(ClientHello(1) with { Resume = ann.Welcome.Resume });
        ann.Link.Lose();
        _relay.Lane.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(bob.LeftIds);
        Assert.Equal(2, _relay.House.Peers);
        Assert.Equal(2, _relay.Lobby.Links.Count);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(7, false)]
    [InlineData(7, true)]
    public void Resume_AfterAFlood_FindsTheLimitsAsTheyWere(int mac, bool linkIsLost)
    {
        RelayBench relay = new(options => options with { ClientRate = BitRate.FromBitsPerSecond(800_000), ClientBroadcastRate = 10 });
        TestPeer bob = relay.JoinClient(2);
        TestPeer ann = relay.JoinClient(1);
        Send(ann, 30, Mac(1), MacAddress.Broadcast);
        Send(ann, 200, Mac(1), Mac(2));
        Assert.Equal(20, bob.Frames.Count(frame => frame[0] == 0xff));
        int heard = bob.Frames.Count();
        if (linkIsLost)
        {
            ann.Lose();
        }

        TestPeer again = relay.Join(ClientHello(mac) with { Resume = ann.Welcome.Resume });
        Assert.True(again.IsWelcome);
        Send(again, 5, Mac(mac), MacAddress.Broadcast);
        Send(again, 5, Mac(mac), Mac(2));
        Assert.Equal(heard, bob.Frames.Count());
        Assert.Equal(10, again.Counters.Dropped(DropReason.RateLimited));

        relay.Lane.Advance(TimeSpan.FromMilliseconds(500));
        Send(again, 30, Mac(mac), MacAddress.Broadcast);
        Assert.Equal(heard + 5, bob.Frames.Count());
    }

    [Fact]
    public void Resume_OfAGatewayAfterAFlood_FindsItsLimitsAsTheyWere()
    {
        TestPeer bob = _relay.JoinClient(2);
        TestPeer lan = _relay.JoinGateway();
        Send(lan, 3000, LanMac(1), MacAddress.Broadcast);
        lan.Lose();
        TestPeer again = _relay.Join(GatewayHello() with { Resume = lan.Welcome.Resume });
        Send(again, 10, LanMac(1), MacAddress.Broadcast);
        Assert.Equal(SendLimits.GatewayBroadcastRate, bob.Frames.Count());
        Send(again, 10, LanMac(1), MacAddress.FromUInt64(0x01005e000001));
        Assert.Equal(SendLimits.GatewayBroadcastRate + 10, bob.Frames.Count());
    }

    /// <summary>A gateway's limits are others than a player's.</summary>
    [Fact]
    public void Resume_InAnotherRole_HasTheLimitsOfThatRole()
    {
        TestPeer bob = _relay.JoinClient(2);
        TestPeer ann = _relay.JoinClient(1);
        Send(ann, 600, Mac(1), MacAddress.Broadcast);
        Assert.Equal(512, bob.Frames.Count());
        ann.Lose();
        TestPeer lan = _relay.Join(GatewayHello() with { Resume = ann.Welcome.Resume });
        Assert.Equal(ann.Id, lan.Id);
        Send(lan, 3000, LanMac(1), MacAddress.Broadcast);
        Assert.Equal(512 + SendLimits.GatewayBroadcastRate, bob.Frames.Count());
    }

    [Fact]
    public void Ids_LeftTwiceInOneInstant_RestOnce()
    {
        SeatBook seats = new();
        Seat seat = seats.TryCreate(TimeSpan.Zero)!;
        for (int i = 0; i < 3; i++)
        {
            seats.Occupy(seat, null!);
            seats.Vacate(seat, TimeSpan.Zero);
        }

        Assert.False(seats.IsForgotten(SeatBook.Memory - TimeSpan.FromTicks(1)));
        Assert.True(seats.IsForgotten(SeatBook.Memory));
    }

    [Fact]
    public void Ids_AllUsedUp_AreGivenOutAgainAfterAMinute()
    {
        SeatBook seats = new();
        TimeSpan left = TimeSpan.FromSeconds(1);
        for (int i = 0; i < ushort.MaxValue; i++)
        {
            Seat seat = Sit(seats);
            if (i == 17)
            {
                seats.Vacate(seat, left);
            }
        }

        TimeSpan rested = left + TimeSpan.FromMinutes(1);
        Assert.Null(seats.TryCreate(left));
        Assert.Null(seats.TryCreate(rested - TimeSpan.FromTicks(1)));
        Assert.Equal(18, seats.TryCreate(rested)!.Id);
    }

    [Fact]
    public void Seats_MoreThanAreRemembered_TheOneThatWasLeftFirstIsForgotten()
    {
        const int Remembered = 256;
        SeatBook seats = new();
        Seat[] left = [.. Enumerable.Range(0, Remembered + 1).Select(_ => Sit(seats))];
        foreach (Seat seat in left)
        {
            seats.Vacate(seat, TimeSpan.Zero);
        }

        Assert.Null(seats.Find(left[0].Token, TimeSpan.Zero));
        Assert.All(left.Skip(1), seat => Assert.Same(seat, seats.Find(seat.Token, TimeSpan.Zero)));
        Assert.NotEqual(left[0].Id, Sit(seats).Id);
    }

    private static Seat Sit(SeatBook seats)
    {
        Member anybody = null!;
        Seat seat = seats.TryCreate(TimeSpan.Zero)!;
        seats.Occupy(seat, anybody);
        return seat;
    }

    private static void Send(TestPeer from, int count, MacAddress source, MacAddress destination)
    {
        for (int i = 0; i < count; i++)
        {
            from.Send(TestFrames.Plain(destination, source, 1000));
        }
    }
}
