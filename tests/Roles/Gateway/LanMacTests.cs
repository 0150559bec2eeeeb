using Softlan.Roles.Gateway;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

/// <summary>A player announces the MAC of a machine on the LAN; and what looks like it but is a player's own frame that came back.</summary>
public sealed class LanMacTests
{
    private static readonly PeerInfo Thief = GatewayBench.Anna;

    /// <summary>Longer than the rest of a roster takes.</summary>
    private static readonly TimeSpan AWhile = PlayerMacs.RosterTime + TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongSilence = LanAddresses.Lifetime + CamRefresh.Interval;

    [Fact]
    public void MacOfTheLan_StaysThere_AndThePartyGoesOn()
    {
        using GatewayBench bench = WithMachine();
        bench.Say(new JoinedMessage(Thief));

        Assert.Empty(RefreshesOf(bench, Thief));
        bench.Receive(Thief, TestFrames.Plain(GatewayBench.Server, Thief.Mac));
        bench.Receive(Thief, TestFrames.Plain(MacAddress.Broadcast, Thief.Mac));
        Assert.Empty(bench.ToLan);
        Assert.Equal(2, bench.Counters.Dropped(DropReason.LanSourceMac));
        Assert.Equal(1, bench.Log.Count("--virtual-mac"));

        // What the LAN says to its machine is not for the thief, and what the machine says is no loop.
        bench.Port.Inject(TestFrames.Plain(Thief.Mac, GatewayBench.Server));
        Assert.Equal(1, bench.Counters.Dropped(DropReason.UnknownDestination));
        int sent = bench.ToRelay.Count;
        byte[] frame = TestFrames.Plain(GatewayBench.Ben.Mac, Thief.Mac);
        for (int i = 0; i < 5 * LoopGuard.Threshold; i++)
        {
            bench.Port.Inject(frame);
        }

        Assert.Equal(sent + (5 * LoopGuard.Threshold), bench.ToRelay.Count);
        Assert.Equal(0, bench.Counters.Dropped(DropReason.LoopedSourceMac));
        Assert.Equal(0, bench.Log.Count("LOOP"));
        bench.Receive(GatewayBench.Ben, TestFrames.Plain(GatewayBench.Server, GatewayBench.Ben.Mac));
        Assert.Single(bench.ToLan);
    }

    [Fact]
    public void MacOfTheLan_WhileTheMachineSpeaks_IsNeverThePlayers()
    {
        using GatewayBench bench = WithMachine();
        bench.Say(new JoinedMessage(Thief));
        for (int minute = 0; minute < 20; minute++)
        {
            bench.Pass(TimeSpan.FromMinutes(1));
            MachineSpeaks(bench);
        }

        bench.Receive(Thief, TestFrames.Plain(MacAddress.Broadcast, Thief.Mac));
        Assert.Empty(bench.ToLan);
        Assert.Empty(RefreshesOf(bench, Thief));
        Assert.Equal(1, bench.Log.Count("--virtual-mac"));
    }

    [Fact]
    public void MacOfTheLan_OnceTheMachineHasGone_IsThePlayers()
    {
        using GatewayBench bench = WithMachine();
        bench.Say(new JoinedMessage(Thief));
        bench.Pass(LongSilence);
        Assert.Single(RefreshesOf(bench, Thief));
        Assert.Equal(1, bench.Log.Count("may use its MAC now"));

        bench.Receive(Thief, TestFrames.Plain(MacAddress.Broadcast, Thief.Mac));
        Assert.Single(bench.ToLan);
        bench.Port.Inject(TestFrames.Plain(Thief.Mac, GatewayBench.Server));
        Assert.Equal(TestFrames.Plain(Thief.Mac, GatewayBench.Server), bench.ToRelay[^1]);
        MachineSpeaks(bench);
        Assert.Equal(1, bench.Counters.Dropped(DropReason.LoopedSourceMac));
    }

    [Fact]
    public void MachineThatWasSilentForLong_IsNotRemembered()
    {
        using GatewayBench bench = WithMachine();
        bench.Pass(LanAddresses.Lifetime);
        bench.Say(new JoinedMessage(Thief));
        Assert.Single(RefreshesOf(bench, Thief));
    }

    [Fact]
    public void MacOfTheLan_IsRefusedAlsoToThoseWhoWereThereBefore_WhenTheRelayIsBack()
    {
        using GatewayBench bench = WithMachine();
        bench.Link.Lose();
        bench.Lane.Advance(TimeSpan.FromSeconds(1));
        bench.Welcome(Thief, GatewayBench.Ben);
        Assert.Empty(RefreshesOf(bench, Thief));
        bench.Receive(Thief, TestFrames.Plain(MacAddress.Broadcast, Thief.Mac));
        Assert.Equal(1, bench.Counters.Dropped(DropReason.LanSourceMac));
    }

    [Fact]
    public void PlayerLeavesAndComesBack_WhatItsLoopBroughtMeanwhile_IsNotTheLans()
    {
        using GatewayBench bench = WithPlayer();
        bench.Say(new LeftMessage(GatewayBench.Anna.Id, CloseReason.TimedOut));
        for (TimeSpan passed = TimeSpan.Zero; passed < PlayerMacs.Memory - AWhile; passed += TimeSpan.FromSeconds(10))
        {
            MachineSpeaks(bench);
            bench.Pass(TimeSpan.FromSeconds(10));
        }

        bench.Say(new JoinedMessage(GatewayBench.Anna));
        AssertIsAPlayer(bench);
    }

    [Fact]
    public void PlayerLeft_AndAMachineHasItsMacForLong_ItIsTheLans()
    {
        using GatewayBench bench = WithPlayer();
        bench.Say(new LeftMessage(GatewayBench.Anna.Id, CloseReason.Normal));
        bench.Pass(PlayerMacs.Memory);
        MachineSpeaks(bench);
        bench.Pass(AWhile);
        bench.Say(new JoinedMessage(GatewayBench.Anna));
        bench.Receive(GatewayBench.Anna, TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Anna.Mac));
        Assert.Equal(1, bench.Counters.Dropped(DropReason.LanSourceMac));
    }

    [Fact]
    public void LoopWhileTheRelayIsAway_MakesNoPlayersMacTheLans()
    {
        using GatewayBench bench = WithPlayer();
        bench.Link.Lose();
        for (int second = 0; second < 2 * PlayerMacs.Memory.TotalSeconds; second += 10)
        {
            MachineSpeaks(bench);
            bench.Lane.Advance(TimeSpan.FromSeconds(10));
        }

        for (int attempts = bench.Engine.Links.Count; bench.Engine.Links.Count == attempts;)
        {
            bench.Lane.Advance(TimeSpan.FromSeconds(1));
        }

        bench.Welcome(GatewayBench.Anna, GatewayBench.Ben);
        AssertIsAPlayer(bench);
    }

    [Fact]
    public void PlayerLeftWhileTheRelayWasAway_ItsLateFramesAreNotTheLans()
    {
        using GatewayBench bench = WithPlayer();
        bench.Link.Lose();
        bench.Lane.Advance(TimeSpan.FromSeconds(1));
        bench.Welcome(GatewayBench.Ben);
        MachineSpeaks(bench);
        bench.Pass(AWhile);
        bench.Say(new JoinedMessage(GatewayBench.Anna));
        AssertIsAPlayer(bench);
    }

    [Fact]
    public void LoopBeforeTheGatewayIsInTheRoom_MakesNoPlayersMacTheLans()
    {
        using GatewayBench bench = new();
        bench.Start();
        MachineSpeaks(bench);
        bench.Lane.Advance(AWhile);
        bench.Welcome(GatewayBench.Anna, GatewayBench.Ben);
        AssertIsAPlayer(bench);
    }

    [Fact]
    public void LoopedFramesThatOvertakeTheRestOfTheRoster_MakeNoPlayersMacTheLans()
    {
        using GatewayBench bench = new();
        bench.Join(GatewayBench.Ben);
        MachineSpeaks(bench);
        bench.Say(new JoinedMessage(GatewayBench.Anna));
        AssertIsAPlayer(bench);
    }

    [Fact]
    public void PeerInThePlaceOfAnother_TheOldMacIsNotTheLansForAWhile()
    {
        using GatewayBench bench = WithPlayer();
        bench.Say(new JoinedMessage(GatewayBench.Anna with { Mac = MacAddress.FromUInt64(0x02_00_5e_10_00_77) }));
        MachineSpeaks(bench);
        bench.Pass(CamRefresh.Interval + AWhile);
        MachineSpeaks(bench);
        bench.Pass(AWhile);
        bench.Say(new JoinedMessage(GatewayBench.Anna));
        AssertIsAPlayer(bench);
    }

    [Fact]
    public void OnABridge_TheMacsOfTheBridgeAndItsPorts_AreTheHosts()
    {
        MacAddress bridge = MacAddress.FromUInt64(0xfe_fe_00_00_00_02);
        using GatewayBench bench = new(bridge: true, hostAddresses: [GatewayBench.Printer, bridge]);
        PeerInfo thief = new(9, PeerRole.Client, bridge, "thief");
        bench.Join(GatewayBench.Anna, thief);

        bench.Receive(thief, TestFrames.Plain(GatewayBench.Server, bridge));
        bench.Port.Inject(TestFrames.Plain(bridge, GatewayBench.Server));
        Assert.Empty(bench.ToLan);
        Assert.Empty(bench.ToRelay);
        Assert.Empty(RefreshesOf(bench, thief));
        Assert.Equal(1, bench.Log.Count("another network card of this machine"));

        bench.Pass(2 * LongSilence);
        bench.Receive(thief, TestFrames.Plain(GatewayBench.Server, bridge));
        Assert.Empty(bench.ToLan);
    }

    [Fact]
    public void WhoComesAgainAndAgain_IsNotToldOfEachTime()
    {
        using GatewayBench bench = WithMachine();
        for (int i = 0; i < 100; i++)
        {
            bench.Say(new JoinedMessage(Thief));
            bench.Say(new LeftMessage(Thief.Id, CloseReason.Normal));
        }

        Assert.InRange(bench.Log.Count("--virtual-mac"), 1, 20);
    }

    /// <summary>Two gateways on one LAN, each with a room of its own: the party moves from one to the other.</summary>
    [Fact]
    public void PlayerOfAnotherGateway_MayComeIntoThisRoom()
    {
        using GatewayBench bench = new();
        bench.Join(GatewayBench.Ben);
        bench.Pass(AWhile);
        bench.Port.Inject(TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Anna.Mac));
        KeepPlace(bench, GatewayBench.Anna.Mac);
        bench.Port.Inject(TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Anna.Mac));
        bench.Say(new JoinedMessage(GatewayBench.Anna));
        AssertIsAPlayer(bench);
    }

    /// <summary>Any machine on the LAN can say so many.</summary>
    [Fact]
    public void PlayersOfAnotherGateway_HoweverMany_PushOutNoneWhoHasLeft()
    {
        using GatewayBench bench = WithPlayer();
        bench.Say(new LeftMessage(GatewayBench.Anna.Id, CloseReason.TimedOut));
        for (int second = 0; second < 60; second++)
        {
            KeepPlaces(bench, 200 * second, 200);
            bench.Pass(TimeSpan.FromSeconds(1));
        }

        MachineSpeaks(bench);
        bench.Pass(AWhile);
        bench.Say(new JoinedMessage(GatewayBench.Anna));
        AssertIsAPlayer(bench);
    }

    [Fact]
    public void PlayersOfAnotherGateway_TooManyAtOnce_TheRestIsNotedLater()
    {
        using GatewayBench bench = WithMachine();
        KeepPlaces(bench, 0, PlayerMacs.OthersBurst);
        KeepPlace(bench, Thief.Mac);
        bench.Say(new JoinedMessage(Thief));
        Assert.Empty(RefreshesOf(bench, Thief));
        bench.Say(new LeftMessage(Thief.Id, CloseReason.Normal));

        bench.Pass(TimeSpan.FromSeconds(1));
        KeepPlaces(bench, 0, PlayerMacs.OthersBurst); // They are known.
        KeepPlace(bench, Thief.Mac);
        MachineSpeaks(bench);
        bench.Say(new JoinedMessage(Thief));
        AssertIsAPlayer(bench);
    }

    /// <summary>Ben plays, and the LAN has a machine with the MAC that Anna will announce.</summary>
    private static GatewayBench WithMachine()
    {
        GatewayBench bench = new();
        bench.Join(GatewayBench.Ben);
        bench.Pass(AWhile);
        MachineSpeaks(bench);
        return bench;
    }

    /// <summary>Anna and Ben play.</summary>
    private static GatewayBench WithPlayer()
    {
        GatewayBench bench = new();
        bench.Join(GatewayBench.Anna, GatewayBench.Ben);
        bench.Pass(AWhile);
        return bench;
    }

    private static void MachineSpeaks(GatewayBench bench) =>
        bench.Port.Inject(TestFrames.Plain(MacAddress.Broadcast, Thief.Mac));

    private static void KeepPlaces(GatewayBench bench, int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            KeepPlace(bench, MacAddress.FromUInt64(0x06_00_00_00_00_00 + (ulong)i));
        }
    }

    /// <summary>As the gateway of another room does for its player.</summary>
    private static void KeepPlace(GatewayBench bench, MacAddress mac) =>
        bench.Port.Inject(CamRefresh.Write(new byte[CamRefresh.Length], MacAddress.Broadcast, mac).ToArray());

    private static List<byte[]> RefreshesOf(GatewayBench bench, PeerInfo player) =>
        bench.CamRefreshes.FindAll(frame => MacAddress.Read(frame.AsSpan(MacAddress.Length)) == player.Mac);

    /// <summary>Anna's frames cross, and a loop of hers is a loop.</summary>
    private static void AssertIsAPlayer(GatewayBench bench)
    {
        byte[] frame = TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Anna.Mac);
        int before = bench.ToLan.Count;
        bench.Receive(GatewayBench.Anna, frame);
        Assert.Equal(before + 1, bench.ToLan.Count);
        Assert.NotEmpty(RefreshesOf(bench, GatewayBench.Anna));
        Assert.Equal(0, bench.Counters.Dropped(DropReason.LanSourceMac));
        for (int i = 0; i < LoopGuard.Threshold; i++)
        {
            bench.Port.Inject(frame);
        }

        Assert.Equal(1, bench.Log.Count("LOOP"));
    }
}
