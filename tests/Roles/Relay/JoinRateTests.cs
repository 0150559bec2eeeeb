using System.Net;
using Softlan.Roles.Relay;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>Joining too often: whom the relay rejects for it, and what does not count.</summary>
public sealed class JoinRateTests
{
    private readonly RelayBench _relay = new(options => options with { MaxLinksPerAddress = 4 });

    [Fact]
    public void Join_WithNewMacsAgainAndAgain_IsRejectedAndNobodyHearsOfIt()
    {
        _relay.From = IPAddress.Parse("192.0.2.8");
        TestPeer bob = _relay.JoinClient(100);
        _relay.From = IPAddress.Parse("192.0.2.7");
        List<TestPeer> comers = [];
        for (int n = 1; n <= 20; n++)
        {
            TestPeer comer = _relay.JoinClient(n);
            comer.Lose();
            comers.Add(comer);
        }

        Assert.Equal(4, comers.Count(comer => comer.IsWelcome));
        Assert.All(comers.Skip(4), comer => Assert.Equal(RejectReason.ServerFull, comer.Rejected));
        Assert.Equal(
            "Too many have joined from this address within a few minutes (--max-links-per-address); try again in a minute.",
            comers[^1].RejectText);
        Assert.Equal((4, 4), (bob.JoinedIds.Count(), bob.LeftIds.Count()));

        _relay.Lane.Advance(JoinLimit.Refill);
        Assert.True(_relay.JoinClient(21).IsWelcome);
        Assert.Equal(RejectReason.ServerFull, _relay.JoinClient(22).Rejected);
    }

    [Fact]
    public void Join_OfARoomfulFromOneAddress_IsWelcomeWithTheDefaults()
    {
        RelayBench relay = new(options => options with { MaxLinksPerAddress = RelayOptions.DefaultMaxLinksPerAddress });
        List<TestPeer> players = [.. Enumerable.Range(1, RelayOptions.DefaultMaxClientsPerRoom).Select(relay.JoinClient)];
        relay.Lane.Advance(TimeSpan.FromSeconds(1)); // Those who came before are told of each.
        Assert.All(players, player => Assert.True(player.IsWelcome));
    }

    [Fact]
    public void Resume_WithTheSameMac_WhileTheOldLinkIsUp_CostsNothing()
    {
        TestPeer bob = _relay.JoinClient(100);
        TestPeer ann = _relay.JoinClient(1);
        TestPeer lan = _relay.JoinGateway();
        for (int i = 0; i < 100; i++)
        {
            ann = _relay.Join(ClientHello(1) with { Resume = ann.Welcome.Resume });
            lan = _relay.Join(GatewayHello() with { Resume = lan.Welcome.Resume });
            Assert.True(ann.IsWelcome && lan.IsWelcome);
        }

        Assert.Empty(bob.LeftIds);
        Assert.True(_relay.JoinClient(2).IsWelcome);
    }

    /// <summary>A line that breaks again and again, but not a program that does nothing else.</summary>
    [Fact]
    public void Resume_ToAVacantPlace_CostsNothingNowAndThen_AndBeyondThatAJoin()
    {
        TestPeer bob = _relay.JoinClient(100);
        TestPeer ann = _relay.JoinClient(1);
        string token = ann.Welcome.Resume;
        Return(Seat.ReturnsAtOnce);
        Assert.True(_relay.JoinClient(2).IsWelcome);
        Return(1); // The last join of the address.
        ann.Lose();
        int heard = bob.Heard.Count;
        for (int i = 0; i < 100; i++)
        {
            TestPeer tooOften = _relay.Join(ClientHello(1) with { Resume = token });
            Assert.Equal(RejectReason.ServerFull, tooOften.Rejected);
            Assert.Equal("You came back to this room too often within a minute; try again in a few seconds.", tooOften.RejectText);
        }

        Assert.Equal(heard, bob.Heard.Count);
        _relay.Lane.Advance(Seat.ReturnInterval);
        Return(1);
        Assert.True(_relay.JoinClient(3).IsWelcome); // The one that the address has got back since then.

        void Return(int times)
        {
            for (int i = 0; i < times; i++)
            {
                ann.Lose();
                ann = _relay.Join(ClientHello(1) with { Resume = token });
                Assert.True(ann.IsWelcome);
            }
        }
    }

    /// <summary>The others would hear each time that somebody left and somebody joined.</summary>
    [Fact]
    public void Resume_UnderEverNewNames_CostsAsMuchAsComingBack()
    {
        TestPeer bob = _relay.JoinClient(100);
        TestPeer ann = _relay.JoinClient(1);
        string token = ann.Welcome.Resume;
        int welcome = Enumerable.Range(0, 50).Count(n => _relay.Join(ClientHello(1) with { Resume = token, Name = $"ann {n}" }).IsWelcome);
        Assert.Equal(Seat.ReturnsAtOnce + 2, welcome);
        Assert.Equal(welcome, bob.LeftIds.Count());
    }

    /// <summary>A peer may write any address into its packets once it is connected, and must not use up another's joins.</summary>
    [Fact]
    public void Join_FromAnAddressThatIsNotProven_IsChargedToTheOneOfTheHandshake()
    {
        IPEndPoint victim = new(IPAddress.Parse("203.0.113.9"), 4000);
        for (int n = 1; n <= 4; n++)
        {
            TestPeer liar = _relay.Connect();
            liar.Link.RemoteEndPoint = victim;
            liar.Say(ClientHello(n));
            Assert.True(liar.IsWelcome);
        }

        Assert.Equal(RejectReason.ServerFull, _relay.JoinClient(5).Rejected);
        _relay.From = victim.Address;
        Assert.True(_relay.JoinClient(6).IsWelcome);
    }

    [Fact]
    public void Resume_WithAnotherMac_CostsAJoin_AndTheOldLinkStaysWhenThereIsNone()
    {
        TestPeer bob = _relay.JoinClient(100);
        TestPeer ann = _relay.JoinClient(1);
        ann = _relay.Join(ClientHello(2) with { Resume = ann.Welcome.Resume });
        ann = _relay.Join(ClientHello(3) with { Resume = ann.Welcome.Resume });
        int heard = bob.Heard.Count;
        TestPeer another = _relay.Join(ClientHello(4) with { Resume = ann.Welcome.Resume });
        Assert.Equal(RejectReason.ServerFull, another.Rejected);
        Assert.Contains("--max-links-per-address", another.RejectText, StringComparison.Ordinal);
        Assert.Null(ann.ClosedWith);
        Assert.Equal(heard, bob.Heard.Count);
        Assert.True(_relay.Join(ClientHello(3) with { Resume = ann.Welcome.Resume }).IsWelcome);
    }

    [Fact]
    public void Resume_InAnotherRole_CostsAJoin()
    {
        TestPeer ann = _relay.JoinClient(1);
        _relay.JoinClient(2);
        _relay.JoinClient(3);
        ann.Lose();
        TestPeer lan = _relay.Join(GatewayHello() with { Resume = ann.Welcome.Resume });
        Assert.True(lan.IsWelcome);
        lan.Lose();
        Assert.Equal(RejectReason.ServerFull, _relay.Join(ClientHello(1) with { Resume = ann.Welcome.Resume }).Rejected);
    }

    [Fact]
    public void Hello_RejectedForAnotherReason_CostsNothing()
    {
        TestPeer ann = _relay.JoinClient(1);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(RejectReason.MacTaken, _relay.JoinClient(1).Rejected);
            Assert.Equal(RejectReason.BadMac, _relay.Join(ClientHello(2) with { Mac = MacAddress.Zero }).Rejected);
        }

        Assert.All([2, 3, 4], n => Assert.True(_relay.JoinClient(n).IsWelcome));

        // With no join left the other reasons still come first.
        Assert.Equal(RejectReason.MacTaken, _relay.JoinClient(1).Rejected);
        Assert.Null(ann.ClosedWith);
    }

    [Fact]
    public void Hello_OneTooManyForANewRoom_LeavesNoRoomBehind()
    {
        for (int n = 1; n <= 4; n++)
        {
            _relay.JoinClient(n);
        }

        Assert.Equal(RejectReason.ServerFull, _relay.Join(ClientHello(5, Code("OTHER"))).Rejected);
        Assert.Equal((1, 1, 4), (_relay.House.KnownRooms, _relay.House.OpenRooms, _relay.House.Peers));
    }
}
