using Softlan.Platform;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

/// <summary>What crosses the gateway, and what must not.</summary>
public sealed class GatewayForwardingTests
{
    [Theory]
    [InlineData("broadcast", true)]
    [InlineData("multicast", true)]
    [InlineData("to a player", true)]
    [InlineData("to another LAN host", false)]
    [InlineData("to this host", false)]
    [InlineData("to a MAC like a player's", false)]
    [InlineData("spanning tree", false)]
    [InlineData("from a multicast MAC", false)]
    public void FromTheLan_OnlyWhatConcernsPlayersCrosses(string what, bool crosses)
    {
        using GatewayBench bench = Joined();
        byte[] frame = what switch
        {
            "broadcast" => TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Server),
            "multicast" => TestFrames.Plain(MacAddress.FromUInt64(0x01_00_5e_00_00_fb), GatewayBench.Server),
            "to a player" => TestFrames.Plain(GatewayBench.Anna.Mac, GatewayBench.Server),
            "to another LAN host" => TestFrames.Plain(GatewayBench.Printer, GatewayBench.Server),
            "to this host" => TestFrames.Plain(GatewayBench.Card, GatewayBench.Server),
            "to a MAC like a player's" => TestFrames.Plain(MacAddress.FromUInt64(0x02_00_5e_10_00_99), GatewayBench.Server),
            "spanning tree" => TestFrames.Plain(MacAddress.FromUInt64(0x01_80_c2_00_00_00), GatewayBench.Server),
            _ => TestFrames.Plain(GatewayBench.Anna.Mac, MacAddress.Broadcast),
        };

        bench.Port.Inject(frame);

        Assert.Equal(crosses ? [frame] : [], bench.ToRelay);
        Assert.Equal(crosses ? 0 : 1, bench.Counters.TotalDropped);
        Assert.Empty(bench.ToLan);
    }

    /// <summary>Switches and voice or game consoles' stacks give frames a priority by a tag with VLAN 0.</summary>
    [Theory]
    [InlineData(0xa000, true)]
    [InlineData(0xa001, false)]
    public void FromTheLan_TagWithoutAVlan_IsTakenOff(ushort tag, bool crosses)
    {
        using GatewayBench bench = Joined();
        foreach (MacAddress destination in new[] { MacAddress.Broadcast, GatewayBench.Anna.Mac })
        {
            byte[] plain = TestFrames.Plain(destination, GatewayBench.Server);
            bench.Port.Inject([.. plain[..12], 0x81, 0, (byte)(tag >> 8), (byte)tag, .. plain[12..]]);
            Assert.Equal(crosses ? [plain] : [], bench.ToRelay.TakeLast(1));
        }

        Assert.Equal(crosses ? 0 : 2, bench.Counters.Dropped(DropReason.VlanTagged));
    }

    [Fact]
    public void FromTheRelay_TagWithoutAVlan_StaysOutside()
    {
        using GatewayBench bench = Joined();
        byte[] plain = TestFrames.Plain(GatewayBench.Server, GatewayBench.Anna.Mac);
        bench.Receive(GatewayBench.Anna, [.. plain[..12], 0x81, 0, 0xa0, 0, .. plain[12..]]);
        Assert.Empty(bench.ToLan);
        Assert.Equal(1, bench.Counters.Dropped(DropReason.VlanTagged));
    }

    [Fact]
    public void FromTheLan_UnicastOfTheLanItself_IsUnknownDestination()
    {
        using GatewayBench bench = Joined();
        bench.Port.Inject(TestFrames.Plain(GatewayBench.Printer, GatewayBench.Server));
        Assert.Equal(1, bench.Counters.Dropped(DropReason.UnknownDestination));
    }

    [Fact]
    public void FromTheLan_PlayerLeft_ItsUnicastStaysLocal()
    {
        using GatewayBench bench = Joined();
        bench.Say(new LeftMessage(GatewayBench.Anna.Id, CloseReason.Normal));
        bench.Port.Inject(TestFrames.Plain(GatewayBench.Anna.Mac, GatewayBench.Server));
        Assert.Empty(bench.ToRelay);
    }

    [Fact]
    public void FromTheLan_DhcpAnswer_Crosses()
    {
        using GatewayBench bench = Joined();
        bench.Port.Inject(TestFrames.DhcpOffer(GatewayBench.Server));
        Assert.Single(bench.ToRelay);
    }

    [Fact]
    public void FromTheLan_Syn_HasItsMssLowered()
    {
        using GatewayBench bench = Joined();
        bench.Link.MaxDatagramLength = 1300;
        bench.Port.Inject(TestFrames.Syn(GatewayBench.Anna.Mac, GatewayBench.Server, 1460));
        Assert.Equal(1300 - 4 - 54, TestFrames.MssOf(Assert.Single(bench.ToRelay)));
    }

    [Fact]
    public void OfThisHost_ItsOwnFramesCross()
    {
        using GatewayBench bench = Joined();
        bench.Port.Inject(TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Card), FrameOrigin.SentByThisHost);
        bench.Port.Inject(TestFrames.Plain(GatewayBench.Anna.Mac, GatewayBench.Card), FrameOrigin.SentByThisHost);
        Assert.Equal(2, bench.ToRelay.Count);
    }

    [Fact]
    public void OfThisHost_InjectedUnderAPlayersMac_IsDroppedWithoutAlarm()
    {
        using GatewayBench bench = Joined();
        for (int i = 0; i < 100; i++)
        {
            bench.Port.Inject(TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Anna.Mac), FrameOrigin.SentByThisHost);
        }

        Assert.Empty(bench.ToRelay);
        Assert.Equal(100, bench.Counters.Dropped(DropReason.LoopedSourceMac));
        Assert.Equal(0, bench.Log.Count("bridge"));
    }

    [Fact]
    public void NotConnected_NothingCrossesAndThePortStays()
    {
        using GatewayBench bench = Joined();
        bench.Link.Lose();
        bench.Port.Inject(TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Server));
        Assert.Equal(1, bench.Counters.Dropped(DropReason.NotConnected));
        Assert.False(bench.Port.IsDisposed);

        bench.Lane.Advance(TimeSpan.FromSeconds(1));
        bench.Welcome(GatewayBench.Anna);
        bench.Port.Inject(TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Server));
        Assert.Single(bench.ToRelay);
    }

    [Fact]
    public void FromTheRelay_APlayersFrame_ReachesTheLan()
    {
        using GatewayBench bench = Joined();
        byte[] frame = TestFrames.Plain(GatewayBench.Server, GatewayBench.Anna.Mac);
        bench.Receive(GatewayBench.Anna, frame);
        Assert.Equal([frame], bench.ToLan);
        Assert.Empty(bench.ToRelay);
    }

    [Theory]
    [InlineData("another player's MAC", nameof(DropReason.UnauthorizedSourceMac))]
    [InlineData("a LAN host's MAC", nameof(DropReason.UnauthorizedSourceMac))]
    [InlineData("DHCP answer", nameof(DropReason.DhcpServer))]
    [InlineData("somebody unknown", nameof(DropReason.UnauthorizedSourceMac))]
    public void FromTheRelay_SpoofedOrDangerous_DoesNotReachTheLan(string what, string reason)
    {
        using GatewayBench bench = Joined();
        switch (what)
        {
            case "another player's MAC":
                bench.Receive(GatewayBench.Anna, TestFrames.Plain(GatewayBench.Server, GatewayBench.Ben.Mac));
                break;
            case "a LAN host's MAC":
                bench.Receive(GatewayBench.Anna, TestFrames.Plain(GatewayBench.Server, GatewayBench.Printer));
                break;
            case "DHCP answer":
                bench.Receive(GatewayBench.Anna, TestFrames.DhcpOffer(GatewayBench.Anna.Mac));
                break;
            default:
                bench.Receive(GatewayBench.Anna with { Id = 77 }, TestFrames.Plain(GatewayBench.Server, GatewayBench.Anna.Mac));
                break;
        }

        Assert.Empty(bench.ToLan);
        Assert.Equal(1, bench.Counters.Dropped(Enum.Parse<DropReason>(reason)));
    }

    [Fact]
    public void FromTheRelay_PlayerAnnouncesThisHostsMac_ItsFramesAreDroppedAndTheHostStaysReachable()
    {
        MacAddress card = MacAddress.FromUInt64(0x02_42_00_00_00_01); // A virtual machine's: locally administered, as players' are.
        using GatewayBench bench = new(card: card);
        bench.Join(GatewayBench.Anna);
        PeerInfo thief = new(9, PeerRole.Client, card, "thief");
        bench.Say(new JoinedMessage(thief));

        bench.Receive(thief, TestFrames.Plain(GatewayBench.Server, card));
        Assert.Empty(bench.ToLan);
        Assert.Equal(1, bench.Log.Count("another network card of this machine"));

        bench.Port.Inject(TestFrames.Plain(GatewayBench.Anna.Mac, card), FrameOrigin.SentByThisHost);
        Assert.Single(bench.ToRelay);
        Assert.DoesNotContain(bench.CamRefreshes, frame => MacAddress.Read(frame.AsSpan(MacAddress.Length)) == card);
    }

    [Fact]
    public void FromTheLan_Television_IsBridgedAndNamedOnce()
    {
        using GatewayBench bench = Joined();
        bench.Link.KeepSent = false;
        byte[] channel = TestFrames.Plain(MacAddress.FromUInt64(0x01005e4b0101), GatewayBench.Printer, 1250);
        for (int second = 0; second < 30; second++)
        {
            bench.Pass(TimeSpan.FromSeconds(1));
            for (int i = 0; i < 820; i++)
            {
                bench.Port.Inject(channel);
            }
        }

        Assert.Equal(30 * 820, bench.Counters.FramesOut);
        Assert.Equal(1, bench.Log.Count($"Warning: {GatewayBench.Printer} sends 8.2 Mbit/s of multicast to 01:00:5e:4b:01:01 on eth0"));
    }

    [Fact]
    public void BothDirections_AllocateNothing()
    {
        using GatewayBench bench = Joined();
        bench.Link.KeepSent = false;
        bench.Port.KeepWritten = false;
        byte[] local = TestFrames.Plain(GatewayBench.Printer, GatewayBench.Server, 1000);
        byte[] broadcast = TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Server, 90);
        byte[] multicast = TestFrames.Plain(MacAddress.FromUInt64(0x01005e4b0101), GatewayBench.Server, 1000);
        byte[] toPlayer = TestFrames.Plain(GatewayBench.Anna.Mac, GatewayBench.Server, 1514);
        byte[] fromPlayer = TestFrames.Plain(GatewayBench.Server, GatewayBench.Anna.Mac, 1000);
        byte[] looped = TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Anna.Mac, 1000);

        Allocations.AssertNone(Round, 1000, 10_000);
        Assert.Equal(3 * 11_000, bench.Counters.FramesOut);
        Assert.Equal(11_000, bench.Counters.FramesIn);

        void Round()
        {
            bench.Port.Inject(local);
            bench.Port.Inject(broadcast);
            bench.Port.Inject(multicast);
            bench.Port.Inject(toPlayer);
            bench.Port.Inject(looped, FrameOrigin.SentByThisHost);
            bench.Receive(GatewayBench.Anna, fromPlayer);
        }
    }

    private static GatewayBench Joined() => GatewayBench.Joined(GatewayBench.Anna, GatewayBench.Ben);
}
