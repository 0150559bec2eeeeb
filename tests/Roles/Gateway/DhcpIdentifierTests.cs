using Softlan.Roles.Gateway;
using Softlan.Tests.Wire;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

/// <summary>A DHCP server gives an address to each client identifier, so a player has only some of them.</summary>
public sealed class DhcpIdentifierTests
{
    [Fact]
    public void RequestsUnderEverNewIdentifiers_PassForTheFirstFew_AndForThemAlways()
    {
        using GatewayBench bench = Joined();
        for (int i = 0; i < 100; i++)
        {
            Ask(bench, GatewayBench.Anna, 255, (byte)i);
        }

        Assert.Equal(DhcpQuota.MaxIdentifiers, bench.ToLan.Count);
        Assert.Equal(100 - DhcpQuota.MaxIdentifiers, bench.Counters.Dropped(DropReason.RateLimited));

        // They are a player's for as long as it is in the room, however much time has passed.
        bench.Pass(TimeSpan.FromMinutes(10));
        int before = bench.ToLan.Count;
        Ask(bench, GatewayBench.Anna, 255, DhcpQuota.MaxIdentifiers);
        Assert.Equal(before, bench.ToLan.Count);
        Ask(bench, GatewayBench.Anna, 255, 0);
        Ask(bench, GatewayBench.Anna, 255, DhcpQuota.MaxIdentifiers - 1);
        Ask(bench, GatewayBench.Anna);
        Assert.Equal(before + 3, bench.ToLan.Count);
    }

    [Fact]
    public void IdentifiersThatBeginAlike_AreDifferent()
    {
        using GatewayBench bench = Joined();
        for (int length = 2; length < 12; length++)
        {
            Ask(bench, GatewayBench.Anna, new byte[length]);
        }

        Assert.Equal(DhcpQuota.MaxIdentifiers, bench.ToLan.Count);
    }

    /// <summary>An access point of the LAN's makes plain frames of them.</summary>
    [Fact]
    public void RequestsBehindSnap_Count()
    {
        using GatewayBench bench = Joined();
        for (int i = 0; i < 10; i++)
        {
            byte[] frame = Packets.Snap(0x0800, Packets.IPv4(17, Packets.Bootp(Vendor(255, (byte)i), GatewayBench.Anna.Mac.ToString())));
            GatewayBench.Anna.Mac.Write(frame.AsSpan(MacAddress.Length));
            bench.Receive(GatewayBench.Anna, frame);
        }

        Assert.Equal(DhcpQuota.MaxIdentifiers, bench.ToLan.Count);
    }

    [Fact]
    public void EachPlayer_HasItsOwn_AndNoOthersWhenItLeavesAndComesBack()
    {
        using GatewayBench bench = Joined();
        Use(bench, GatewayBench.Anna, 0);
        Use(bench, GatewayBench.Ben, 0);
        Assert.Equal(2 * DhcpQuota.MaxIdentifiers, bench.ToLan.Count);
        for (int i = 0; i < 50; i++)
        {
            bench.Say(new LeftMessage(GatewayBench.Anna.Id, CloseReason.Normal));
            bench.Pass(TimeSpan.FromSeconds(1));
            bench.Say(new JoinedMessage(GatewayBench.Anna));
            Use(bench, GatewayBench.Anna, 100);
        }

        Use(bench, GatewayBench.Ben, 100);
        Assert.Equal(2 * DhcpQuota.MaxIdentifiers, bench.ToLan.Count);
        Ask(bench, GatewayBench.Anna, 255, 0);
        Assert.Equal((2 * DhcpQuota.MaxIdentifiers) + 1, bench.ToLan.Count);

        bench.Say(new LeftMessage(GatewayBench.Anna.Id, CloseReason.Normal));
        bench.Pass(PlayerMacs.Memory);
        bench.Say(new JoinedMessage(GatewayBench.Anna));
        Use(bench, GatewayBench.Anna, 200);
        Assert.Equal((3 * DhcpQuota.MaxIdentifiers) + 1, bench.ToLan.Count);
    }

    /// <summary>The relay was away, and the roster that comes with it says who is there.</summary>
    [Fact]
    public void GatewayIsInTheRoomAnew_PlayersHaveWhatTheyHad()
    {
        using GatewayBench bench = Joined();
        Use(bench, GatewayBench.Anna, 0);
        for (int i = 0; i < 3; i++)
        {
            bench.Link.Lose();
            bench.Lane.Advance(TimeSpan.FromSeconds(30));
            bench.Welcome(i % 2 == 0 ? [] : [GatewayBench.Anna]);
        }

        bench.Say(new JoinedMessage(GatewayBench.Anna));
        Use(bench, GatewayBench.Anna, 100);
        Assert.Equal(DhcpQuota.MaxIdentifiers, bench.ToLan.Count);
    }

    [Fact]
    public void RealClients_OneAfterTheOther_AllPass()
    {
        foreach (byte[] identifier in DhcpClients.Identifiers.Values)
        {
            using GatewayBench bench = Joined();
            foreach (byte[] used in new byte[][] { identifier, [], [255, 1, 2, 3], [255, 4, 5, 6], [0, 7], identifier })
            {
                Ask(bench, GatewayBench.Anna, used.Length == 7 ? [1, .. Packets.Mac(GatewayBench.Anna.Mac.ToString())] : used);
            }

            Assert.Equal(6, bench.ToLan.Count);
        }
    }

    [Fact]
    public void KnownAndRefusedRequests_AllocateNothing()
    {
        using GatewayBench bench = Joined();
        bench.Port.KeepWritten = false;
        byte[][] frames = [.. Enumerable.Range(0, 8).Select(i => Request(GatewayBench.Anna, 255, (byte)i))];
        int next = 0;
        Allocations.AssertNone(() => bench.Receive(GatewayBench.Anna, frames[next++ % frames.Length]), 1000, 20_000);
        Assert.NotEqual(0, bench.Counters.Dropped(DropReason.RateLimited));
    }

    private static void Use(GatewayBench bench, PeerInfo player, byte first)
    {
        for (int i = 0; i < 10; i++)
        {
            Ask(bench, player, 255, (byte)(first + i));
        }
    }

    private static void Ask(GatewayBench bench, PeerInfo player, params byte[] identifier) => bench.Receive(player, Request(player, identifier));

    private static byte[] Request(PeerInfo player, params byte[] identifier)
    {
        string mac = player.Mac.ToString();
        return Packets.Ethernet(0x0800, Packets.IPv4(17, Packets.Bootp(Vendor(identifier), mac)), source: mac);
    }

    private static byte[] Vendor(params byte[] identifier) =>
        [99, 130, 83, 99, 53, 1, 1, .. identifier.Length == 0 ? [] : Packets.ClientId(identifier), 255];

    private static GatewayBench Joined() => GatewayBench.Joined(GatewayBench.Anna, GatewayBench.Ben);
}
