using Softlan.Roles.Gateway;
using Softlan.Tests.Wire;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

/// <summary>DHCP servers go by names; a player may use a few of its own, and none of a machine on the LAN.</summary>
public sealed class DhcpGuardTests
{
    private const byte Discover = 1;
    private const byte Decline = 4;
    private const byte Solicit = 1;
    private const byte ReleaseV6 = 8;
    private const byte DeclineV6 = 9;

    private static readonly byte[] LanDuid = [0, 4, 0x44, 0x45, 0x4c, 0x4c, 0x35, 0, 0x10, 0x4b, 0x80, 0x37, 0xb4, 0xc0, 0x4f, 0x56, 0x32, 0x32];

    [Fact]
    public void EverNewDuids_PassForTheFirstFew_AndForThemAlways()
    {
        using GatewayBench bench = Joined();
        for (int i = 0; i < 100; i++)
        {
            Ask(bench, GatewayBench.Anna, V6(Solicit, [0, 3, 0, (byte)i]));
        }

        Assert.Equal(DhcpQuota.MaxIdentifiers, bench.ToLan.Count);
        Assert.Equal(100 - DhcpQuota.MaxIdentifiers, bench.Counters.Dropped(DropReason.RateLimited));
        Ask(bench, GatewayBench.Anna, V6(ReleaseV6, [0, 3, 0, 0]));
        Ask(bench, GatewayBench.Ben, V6(Solicit, [0, 3, 0, 99]));
        Assert.Equal(DhcpQuota.MaxIdentifiers + 2, bench.ToLan.Count);
    }

    /// <summary>A server gives an address to each identity association, under one DUID as well.</summary>
    [Fact]
    public void EverNewAssociations_PassForTheFirstFew()
    {
        using GatewayBench bench = Joined();
        for (byte i = 0; i < 100; i++)
        {
            Ask(bench, GatewayBench.Anna, V6(Solicit, [0, 3, 0, 1], i));
        }

        Assert.Equal(DhcpQuota.MaxIdentifiers, bench.ToLan.Count);
        Ask(bench, GatewayBench.Anna, V6(Solicit, [0, 3, 0, 1], 0, 1, 2, 99));
        Assert.Equal(DhcpQuota.MaxIdentifiers, bench.ToLan.Count);
        Ask(bench, GatewayBench.Anna, V6(Solicit, [0, 3, 0, 1], 0, 1, 2, 3));
        Assert.Equal(DhcpQuota.MaxIdentifiers + 1, bench.ToLan.Count);
    }

    [Fact]
    public void Declines_AFewPass_AndOtherRequestsAllTheTime()
    {
        using GatewayBench bench = Joined();
        for (int i = 0; i < 50; i++)
        {
            Ask(bench, GatewayBench.Anna, V4(GatewayBench.Anna.Mac, Discover));
            Ask(bench, GatewayBench.Anna, i % 2 == 0 ? V4(GatewayBench.Anna.Mac, Decline) : V6(DeclineV6, [0, 3, 0, 1]));
        }

        Assert.Equal(50 + DhcpQuota.MaxDeclines, bench.ToLan.Count);
        Assert.Equal(50 - DhcpQuota.MaxDeclines, bench.Counters.Dropped(DropReason.RateLimited));
        Ask(bench, GatewayBench.Ben, V4(GatewayBench.Ben.Mac, Decline));
        Assert.Equal(51 + DhcpQuota.MaxDeclines, bench.ToLan.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AMachinesDuid_IsNoPlayers_WhileTheMachineIsThere(bool heardInV6)
    {
        using GatewayBench bench = Joined();
        byte[] heard = heardInV6
            ? V6(Solicit, LanDuid)(GatewayBench.Server)
            : V4(GatewayBench.Server, Discover, [255, 1, 2, 3, 4, .. LanDuid])(GatewayBench.Server);
        bench.Port.Inject(heard);
        Assert.Single(bench.ToRelay);

        Ask(bench, GatewayBench.Anna, V6(ReleaseV6, LanDuid));
        Ask(bench, GatewayBench.Anna, V4(GatewayBench.Anna.Mac, Discover, [255, 9, 9, 9, 9, .. LanDuid]));
        Assert.Empty(bench.ToLan);
        Assert.Equal(2, bench.Counters.Dropped(DropReason.ArpSpoof));
        Ask(bench, GatewayBench.Anna, V6(Solicit, [0, 4, 1, 2]));
        Ask(bench, GatewayBench.Anna, V4(GatewayBench.Anna.Mac, Discover, [255, 9, 9, 9, 9, 0, 4, 1, 2]));
        Assert.Equal(2, bench.ToLan.Count);

        // Any frame of the machine says that it is there. The owner may have taken it home, and join from there.
        bench.Pass(LanAddresses.Lifetime / 2);
        bench.Port.Inject(TestFrames.Plain(GatewayBench.Printer, GatewayBench.Server));
        bench.Pass(LanAddresses.Lifetime / 2);
        Ask(bench, GatewayBench.Anna, V6(Solicit, LanDuid));
        Assert.Equal(2, bench.ToLan.Count);
        bench.Pass(LanAddresses.Lifetime);
        Ask(bench, GatewayBench.Anna, V6(Solicit, LanDuid));
        Assert.Equal(3, bench.ToLan.Count);
    }

    [Fact]
    public void OtherIdentifiers_AreAMachinesAsWell_AndThisHostsToo()
    {
        using GatewayBench bench = Joined();
        byte[] uuid = [0, .. LanDuid];
        bench.Port.Inject(V4(GatewayBench.Card, Discover, uuid)(GatewayBench.Card), Softlan.Platform.FrameOrigin.SentByThisHost);
        Ask(bench, GatewayBench.Anna, V4(GatewayBench.Anna.Mac, Discover, uuid));
        Assert.Empty(bench.ToLan);
        Assert.Equal(1, bench.Counters.Dropped(DropReason.ArpSpoof));
    }

    [Fact]
    public void MoreMachinesThanThereIsRoomFor_TheLastOnesAreKept()
    {
        using GatewayBench bench = Joined();
        bench.Link.KeepSent = false;
        for (int i = 0; i < DhcpGuard.MaxNames + 10; i++)
        {
            bench.Port.Inject(V6(Solicit, [0, 4, .. Packets.U16(i)])(GatewayBench.Server));
        }

        Ask(bench, GatewayBench.Anna, V6(Solicit, [0, 4, .. Packets.U16(DhcpGuard.MaxNames + 9)]));
        Ask(bench, GatewayBench.Anna, V6(Solicit, [0, 4, .. Packets.U16(10)]));
        Assert.Empty(bench.ToLan);
        Ask(bench, GatewayBench.Anna, V6(Solicit, [0, 4, .. Packets.U16(9)]));
        Assert.Single(bench.ToLan);
    }

    [Fact]
    public void KnownNamesOfTheLan_AndRequestsOfPlayers_AllocateNothing()
    {
        using GatewayBench bench = Joined();
        bench.Link.KeepSent = false;
        bench.Port.KeepWritten = false;
        byte[] ofLan = V6(Solicit, LanDuid)(GatewayBench.Server);
        byte[][] ofAnna = [.. Enumerable.Range(0, 8).Select(i => V6(Solicit, [0, 3, 0, (byte)i])(GatewayBench.Anna.Mac))];
        int next = 0;
        Allocations.AssertNone(
            () =>
            {
                bench.Port.Inject(ofLan);
                bench.Receive(GatewayBench.Anna, ofAnna[next++ % ofAnna.Length]);
            },
            1000,
            20_000);
    }

    private static void Ask(GatewayBench bench, PeerInfo player, Func<MacAddress, byte[]> frame) => bench.Receive(player, frame(player.Mac));

    private static Func<MacAddress, byte[]> V4(MacAddress client, byte type, params byte[] identifier)
    {
        byte[] options = [99, 130, 83, 99, 53, 1, type, .. identifier.Length == 0 ? [] : Packets.ClientId(identifier), 255];
        byte[] packet = Packets.IPv4(17, Packets.Bootp(options, client.ToString()));
        return source => Packets.Ethernet(0x0800, packet, source: source.ToString());
    }

    private static Func<MacAddress, byte[]> V6(byte type, byte[] duid, params byte[] associations)
    {
        byte[] options = [.. Packets.ClientDuid(duid), .. associations.SelectMany(id => Packets.OptionV6(3, [0, 0, 0, id, .. new byte[8]]))];
        byte[] packet = Packets.IPv6(17, Packets.DhcpV6(type, options));
        return source => Packets.Ethernet(0x86dd, packet, "33:33:00:01:00:02", source.ToString());
    }

    private static GatewayBench Joined()
    {
        GatewayBench bench = new();
        bench.Join(GatewayBench.Anna, GatewayBench.Ben);
        return bench;
    }
}
