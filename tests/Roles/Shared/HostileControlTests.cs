using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

/// <summary>Control messages of a relay that is broken or hostile.</summary>
public sealed class HostileControlTests
{
    [Theory]
    [InlineData("")]
    [InlineData("not JSON")]
    [InlineData("{}")]
    [InlineData("{\"type\":\"welcome\"}")]
    [InlineData("{\"type\":\"welcome\",\"peer\":0,\"room\":\"ROOM1\",\"mtu\":1500,\"resume\":\"t\",\"peers\":[]}")]
    [InlineData("{\"type\":\"welcome\",\"peer\":70000,\"room\":\"ROOM1\",\"mtu\":1500,\"resume\":\"t\",\"peers\":[]}")]
    [InlineData("{\"type\":\"welcome\",\"peer\":7,\"room\":\"ROOM1\",\"mtu\":9000,\"resume\":\"t\",\"peers\":[]}")]
    [InlineData(
        "{\"type\":\"welcome\",\"peer\":7,\"room\":\"ROOM1\",\"mtu\":1500,\"resume\":\"t\","
        + "\"peers\":[{\"id\":2,\"role\":\"client\",\"mac\":\"00:11:22:33:44:55\",\"name\":\"\"}]}")]
    [InlineData("{\"type\":\"joined\",\"peer\":{\"id\":2,\"role\":\"client\",\"mac\":\"02:00:00:00:00:02\",\"name\":\"\"}}")]
    [InlineData(
        "{\"type\":\"hello\",\"version\":1,\"role\":\"client\",\"room\":\"R\","
        + "\"mac\":\"02:00:00:00:00:02\",\"maxDatagram\":1200,\"software\":\"x\"}")]
    public void BeforeTheWelcome_Nonsense_ClosesAndTriesAgain(string message)
    {
        using SessionBench bench = new();
        bench.Start();
        bench.Link.Connect();
        bench.Link.ReceiveControl(message);

        Assert.Equal(CloseReason.ProtocolError, bench.Link.ClosedWith!.Value.Reason);
        Assert.Single(bench.Owner.Disconnected);
        Assert.Null(bench.Owner.Fatal);
        Assert.Empty(bench.Owner.Joined);

        bench.Lane.Advance(bench.Owner.Disconnected[0].RetryIn);
        bench.Welcome();
        Assert.True(bench.Session.IsJoined);
    }

    /// <summary>The player is told why nothing gets through, and what to do; only about itself, and not as often as a relay likes.</summary>
    [Fact]
    public void Outside_IsSaid()
    {
        using SessionBench bench = new();
        bench.Join(SessionBench.Anna);
        bench.Say(new OutsideMessage(SessionBench.Anna.Id, SessionBench.Anna.Mac, IsOutside: true));
        Assert.Equal(0, bench.Log.Count("our MAC address"));
        bench.Say(new OutsideMessage(SessionBench.Self, SessionBench.OwnMac, IsOutside: true));
        Assert.Equal(1, bench.Log.Count($"has our MAC address {SessionBench.OwnMac}"));
        bench.Say(new OutsideMessage(SessionBench.Self, SessionBench.OwnMac, IsOutside: false));
        Assert.Equal(1, bench.Log.Count("any more: our frames get through"));
        for (int i = 0; i < 1000; i++)
        {
            bench.Say(new OutsideMessage(SessionBench.Self, SessionBench.OwnMac, IsOutside: true));
        }

        Assert.InRange(bench.Log.Count("our MAC address"), 3, 200);
        Assert.True(bench.Session.IsJoined);
    }

    [Fact]
    public void Outside_IsSaid_WhileMoreComeAndGoThanCanBe()
    {
        using SessionBench bench = new();
        bench.Join();
        for (int i = 0; i < 1000; i++)
        {
            bench.Say(new JoinedMessage(SessionBench.Anna));
            bench.Say(new LeftMessage(SessionBench.Anna.Id, CloseReason.Normal));
        }

        bench.Say(new OutsideMessage(SessionBench.Self, SessionBench.OwnMac, IsOutside: true));
        Assert.Equal(1, bench.Log.Count("our MAC address"));
    }

    [Fact]
    public void Lan_IsSaidAndKnown()
    {
        using SessionBench bench = new();
        bench.Join(SessionBench.Gateway);
        Assert.True(bench.Session.ReachesLan);
        bench.Say(new LanMessage(IsConnected: false));
        Assert.Equal(1, bench.Log.Count("The gateway cannot reach the party's LAN"));
        Assert.False(bench.Session.ReachesLan);
        bench.Say(new LanMessage(IsConnected: true));
        Assert.Equal(1, bench.Log.Count("The gateway reaches the party's LAN again"));
        Assert.True(bench.Session.ReachesLan);
        Assert.Equal([false, true], bench.Owner.Lan);
    }

    [Fact]
    public void Lan_GatewayComesAnew_ReachesItUntilItSaysOtherwise()
    {
        using SessionBench bench = new();
        bench.Join(SessionBench.Gateway);
        bench.Say(new LanMessage(IsConnected: false));
        bench.Say(new LeftMessage(SessionBench.Gateway.Id, CloseReason.Normal));
        bench.Say(new JoinedMessage(SessionBench.Anna));
        Assert.False(bench.Session.ReachesLan);
        bench.Say(new JoinedMessage(SessionBench.Gateway));
        Assert.True(bench.Session.ReachesLan);
    }

    [Fact]
    public void UnknownTypes_AreIgnored()
    {
        using SessionBench bench = new();
        bench.Join();
        bench.Link.ReceiveControl("{\"type\":\"weather\",\"sunny\":true}");
        Assert.True(bench.Session.IsJoined);
    }

    [Fact]
    public void Welcome_Twice_ClosesAndTriesAgain()
    {
        using SessionBench bench = new();
        bench.Join();
        bench.Say(new WelcomeMessage(8, SessionBench.Room, 1500, "other", []));
        Assert.False(bench.Session.IsJoined);
        Assert.Equal(CloseReason.ProtocolError, bench.Link.ClosedWith!.Value.Reason);
    }

    [Fact]
    public void Joined_TwiceTheSame_IsReportedOnce()
    {
        using SessionBench bench = new();
        bench.Join();
        bench.Say(new JoinedMessage(SessionBench.Anna));
        bench.Say(new JoinedMessage(SessionBench.Anna));
        Assert.Equal(["+2"], bench.Owner.Peers);
    }

    [Fact]
    public void Joined_SameIdOtherMac_TheLatestCounts()
    {
        using SessionBench bench = new();
        bench.Join(SessionBench.Anna);
        bench.Say(new JoinedMessage(SessionBench.Anna with { Mac = SessionBench.Ben.Mac }));
        Assert.False(bench.Session.Peers.IsClientMac(SessionBench.Anna.Mac));
        Assert.True(bench.Session.Peers.IsClientMac(SessionBench.Ben.Mac));
        Assert.Equal(1, bench.Session.Peers.Count);
    }

    [Fact]
    public void Joined_OurselvesOrLeftNobody_ChangesNothing()
    {
        using SessionBench bench = new();
        bench.Join(SessionBench.Anna);
        bench.Say(new JoinedMessage(new PeerInfo(SessionBench.Self, PeerRole.Client, SessionBench.OwnMac, "me")));
        bench.Say(new LeftMessage(99, CloseReason.Normal));
        bench.Say(new LeftMessage(SessionBench.Self, CloseReason.Kicked));
        Assert.Empty(bench.Owner.Peers);
        Assert.Equal(1, bench.Session.Peers.Count);
    }

    [Fact]
    public void Joined_MorePeersThanARoomCanHave_ClosesAndTriesAgain()
    {
        using SessionBench bench = new();
        bench.Join();
        for (int i = 0; bench.Session.IsJoined; i++)
        {
            Assert.InRange(i, 0, RemotePeers.MaxPeers);
            bench.Say(new JoinedMessage(
                new PeerInfo((ushort)(100 + i), PeerRole.Client, MacAddress.FromUInt64(0x02_00_00_00_00_00 + (ulong)i), "x")));
        }

        Assert.Equal(0, bench.Session.Peers.Count);
        Assert.Null(bench.Owner.Fatal);
    }

    [Fact]
    public void LateEvents_OfAFormerLink_AreNotHeard()
    {
        using SessionBench bench = new();
        bench.Join(SessionBench.Anna);
        Fakes.MemoryLink former = bench.Link;
        former.Lose(LinkCloseKind.Reset);
        bench.Lane.Advance(bench.Owner.Disconnected[^1].RetryIn);
        bench.Welcome(SessionBench.Anna);

        former.ReceiveControl("garbage");
        former.ReceiveDatagram(DatagramHeader.ForFrame(SessionBench.Anna.Id), TestFrames.Plain(SessionBench.OwnMac, SessionBench.Anna.Mac));
        Assert.True(bench.Session.IsJoined);
        Assert.Empty(bench.Owner.Frames);
    }
}
