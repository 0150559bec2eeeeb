using Softlan.Roles.Relay;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>The room of the join command has its place, whoever comes first.</summary>
public sealed class KeptRoomTests() : TwoWorkers(
    new RelayOptions { StateDirectory = "/nowhere", ServerName = "relay", MaxRooms = 2, MaxLinksPerAddress = 65536 })
{
    private static readonly RoomCode Mistyped = Code("DEM");

    [Fact]
    public void OnlyRoom_AnotherCodeComesFirst_IsRejectedAndTheGatewayGetsIn()
    {
        RelayBench relay = new(options => options with { MaxRooms = 1 });
        relay.House.KeptRoom = Den;
        TestPeer stray = relay.Join(ClientHello(1, Mistyped));
        Assert.Equal(RejectReason.ServerFull, stray.Rejected);
        Assert.Equal("The relay keeps its last place for the room of its join command (--max-rooms 1).", stray.RejectText);
        Assert.Equal(0, relay.House.KnownRooms);
        Assert.True(relay.JoinGateway().IsWelcome);
        Assert.Equal("The relay is full: it has 1 room (--max-rooms).", relay.Join(ClientHello(1, Mistyped)).RejectText);
    }

    [Fact]
    public void Rooms_KeptOneIsNotOpen_OneFewerIsLeftForTheOthers()
    {
        RelayBench relay = new(options => options with { MaxRooms = 3 });
        relay.House.KeptRoom = Den;
        Assert.True(relay.Join(ClientHello(1, Code("A"))).IsWelcome);
        Assert.True(relay.Join(ClientHello(2, Code("B"))).IsWelcome);
        Assert.Equal(RejectReason.ServerFull, relay.Join(ClientHello(3, Code("C"))).Rejected);
        TestPeer first = relay.Join(ClientHello(4, Code("den"))); // Codes are compared without case.
        Assert.True(first.IsWelcome);
        Assert.Equal(RejectReason.ServerFull, relay.Join(ClientHello(3, Code("C"))).Rejected);

        // Kept again as soon as it is empty, and not twice.
        first.Lose();
        Assert.Equal(RejectReason.ServerFull, relay.Join(ClientHello(3, Code("C"))).Rejected);
        Assert.True(relay.JoinClient(4).IsWelcome);
    }

    [Fact]
    public void Rooms_KeptOneIsOpen_AllTheOtherPlacesAreForAnybody()
    {
        RelayBench relay = new(options => options with { MaxRooms = 2 });
        relay.House.KeptRoom = Den;
        relay.JoinClient(1);
        relay.JoinClient(2);
        Assert.True(relay.Join(ClientHello(3, Code("A"))).IsWelcome);
    }

    [Fact]
    public void KnownRooms_AtTheirBound_TheKeptOneIsOneMore()
    {
        House.KeptRoom = Den;
        for (int i = 0; i < House.MaxKnownRooms; i++)
        {
            Assert.Equal(0, House.FindOrClaimHome(Code($"room-{i}"), 0));
        }

        Assert.Null(House.FindOrClaimHome(Mistyped, 1));
        Assert.Equal(1, House.FindOrClaimHome(Den, 1));
    }

    [Fact]
    public void Peers_StrangersTakeAllThatTheyCan_AFullRoomAndItsGatewayGetIn()
    {
        RelayBench relay = new(options => options with { MaxPeers = 10, MaxClientsPerRoom = 3 });
        relay.House.KeptRoom = Den;
        for (int i = 1; i <= 6; i++)
        {
            Assert.True(relay.Join(ClientHello(i, Code($"room-{i}"))).IsWelcome);
        }

        TestPeer stray = relay.Join(ClientHello(7, Code("room-1")));
        Assert.Equal(RejectReason.ServerFull, stray.Rejected);
        Assert.Equal("The relay keeps its last places for the room of its join command (--max-peers 10).", stray.RejectText);
        Assert.Equal(6, relay.House.KnownRooms);
        Assert.True(relay.JoinGateway().IsWelcome);
        TestPeer[] players = [relay.JoinClient(11), relay.JoinClient(12), relay.JoinClient(13)];
        Assert.All(players, player => Assert.True(player.IsWelcome));
        Assert.Equal("The relay is full: it has 10 peers (--max-peers).", relay.Join(ClientHello(7, Code("room-1"))).RejectText);

        // Kept again as soon as they are free, and not for strangers.
        players[0].Lose();
        Assert.Equal(RejectReason.ServerFull, relay.Join(ClientHello(7, Code("room-1"))).Rejected);
        Assert.True(relay.JoinClient(14).IsWelcome);
    }

    [Fact]
    public void Peers_OfTheKeptRoom_TakeWhatOthersLeave()
    {
        RelayBench relay = new(options => options with { MaxPeers = 4, MaxClientsPerRoom = 64 });
        relay.House.KeptRoom = Den;
        Assert.Equal(2, relay.House.KeptPlaces);
        TestPeer stray = relay.Join(ClientHello(1, Code("A")));
        Assert.True(relay.Join(ClientHello(2, Code("A"))).IsWelcome);
        Assert.Equal(RejectReason.ServerFull, relay.Join(ClientHello(3, Code("A"))).Rejected);

        // Whoever is in comes back in its own place.
        HelloMessage back = ClientHello(1, Code("A")) with { Resume = stray.Welcome.Resume };
        Assert.True(relay.Join(back).IsWelcome);
        stray.Lose();
        Assert.Equal(2, relay.House.Peers);
        relay.JoinClient(11);
        relay.JoinClient(12);
        Assert.Equal("The relay is full: it has 4 peers (--max-peers).", relay.JoinClient(13).RejectText);
    }

    [Fact]
    public void Peers_NoRoomIsKept_AllPlacesAreForAnybody()
    {
        RelayBench relay = new(options => options with { MaxPeers = 2 });
        Assert.True(relay.Join(ClientHello(1, Code("A"))).IsWelcome);
        Assert.True(relay.Join(ClientHello(2, Code("A"))).IsWelcome);
    }

    [Fact]
    public void TwoWorkers_RoomsAreOnEither_ThePlaceIsKeptOverBoth()
    {
        House.KeptRoom = Den;
        Join(0, ClientHello(1, Code("A")));
        Assert.Contains("keeps its last place", Heard(Join(1, ClientHello(2, Code("B")))), StringComparison.Ordinal);
        MemoryLink gateway = Join(1, GatewayHello());
        Assert.Contains("welcome", Heard(gateway), StringComparison.Ordinal);
        Assert.Contains("welcome", Heard(Join(0, ClientHello(3))), StringComparison.Ordinal);
        Assert.Contains("it has 2 rooms", Heard(Join(0, ClientHello(4, Code("B")))), StringComparison.Ordinal);
    }

    private static string Heard(MemoryLink link) => string.Concat(link.SentControl);
}
