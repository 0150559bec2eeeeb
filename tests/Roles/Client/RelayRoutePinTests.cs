using System.Net;
using Softlan.Roles.Client;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Roles.Client.FakeRoutes;

namespace Softlan.Tests.Roles.Client;

public sealed class RelayRoutePinTests : HomeRoutesBench
{
    private static readonly IPAddress Relay = IPAddress.Parse("203.0.113.7");

    private readonly RelayRoutePin _pin;

    public RelayRoutePinTests() => _pin = new RelayRoutePin(Routes, Changes, Log);

    [Fact]
    public void MoveTo_DefaultRoute_PinsItsGatewayAndNotesIt()
    {
        Assert.Equal(RouteCheck.Unchanged, _pin.MoveTo(Relay));
        Assert.Equal(Route("203.0.113.7/32", Wlan, "192.168.1.1", isSoftlans: true), Assert.Single(Pins));
        Assert.Equal("route 203.0.113.7/32 via 192.168.1.1 on wlan0", Assert.Single(Journal.Saved).ToString());
    }

    [Theory]
    [InlineData("203.0.113.0/24")]
    [InlineData("203.0.113.7/32")]
    [InlineData("0.0.0.0/1")]
    public void Check_PartyBringsARouteThatCoversTheRelay_StillLeadsOutside(string party)
    {
        _pin.MoveTo(Relay);
        Routes.Table.Add(Route(party, Tap, metric: 10));
        Assert.Equal(RouteCheck.Unchanged, _pin.Check());
        Assert.Equal(Wlan, Routes.Find(Relay)!.InterfaceIndex);
    }

    [Fact]
    public void MoveTo_RelayOnTheHomeNetwork_IsPinnedOnLink()
    {
        IPAddress neighbour = IPAddress.Parse("192.168.1.50");
        _pin.MoveTo(neighbour);
        Routes.Table.Add(Route("192.168.1.0/24", Tap));
        Assert.Equal(RouteCheck.Unchanged, _pin.Check());
        Assert.Null(Assert.Single(Pins).Gateway);
        Assert.Equal(Wlan, Routes.Find(neighbour)!.InterfaceIndex);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void MoveTo_RelayOnThisMachine_NeedsNoPin(string relay)
    {
        Assert.Equal(RouteCheck.Unchanged, _pin.MoveTo(IPAddress.Parse(relay)));
        Assert.Equal(RouteCheck.Unchanged, _pin.Check());
        Assert.Empty(Pins);
    }

    [Fact]
    public void MoveTo_IPv6_PinsThroughTheLinkLocalRouter()
    {
        IPAddress relay = IPAddress.Parse("2001:db8::7");
        Routes.Table.Add(Route("::/0", Wlan, "fe80::1", metric: 1024));
        _pin.MoveTo(relay);
        Assert.Equal(Route("2001:db8::7/128", Wlan, "fe80::1", isSoftlans: true), Assert.Single(Pins));
    }

    [Fact]
    public void Check_NetworkWentAndCameBackTheSame_IsPinnedAgain()
    {
        _pin.MoveTo(Relay);
        FakeRoute[] before = [.. Routes.Table];
        Routes.TakeDown(Wlan);
        Assert.Equal(RouteCheck.NoRoute, _pin.Check());
        Routes.Table.AddRange(before.Where(route => !route.IsSoftlans));
        Assert.Equal(RouteCheck.Unchanged, _pin.Check());
        Assert.Equal(RouteCheck.Unchanged, _pin.Check());
        Assert.Equal(1, Log.Count("The network is back: 203.0.113.7 is reached through wlan0 via 192.168.1.1 again"));
        Assert.Single(Pins);
        Assert.Single(Journal.Saved);
        Changes.UndoAll();
        Assert.Empty(Pins);
    }

    [Fact]
    public void MoveTo_IdenticalRouteExists_IsBorrowedAndNeverDeleted()
    {
        FakeRoute theirs = Route("203.0.113.7/32", Wlan, "192.168.1.1");
        Routes.Table.Add(theirs);
        _pin.MoveTo(Relay);
        Assert.Empty(Journal.Saved);
        _pin.Release();
        Assert.Contains(theirs, Routes.Table);
    }

    [Fact]
    public void Check_OwnerOfABorrowedRouteTakesItAway_PinsItself()
    {
        FakeRoute theirs = Route("203.0.113.7/32", Wlan, "192.168.1.1", isSoftlans: true);
        Routes.Table.Add(theirs);
        _pin.MoveTo(Relay);
        Assert.Empty(Journal.Saved);
        Routes.Table.Remove(theirs);
        Assert.Equal(RouteCheck.Unchanged, _pin.Check());
        Assert.Single(Pins);
        Assert.Single(Journal.Saved);
    }

    [Fact]
    public void Check_SomebodyDeletedThePin_ItComesBack()
    {
        _pin.MoveTo(Relay);
        Routes.Table.RemoveAll(route => route.IsSoftlans);
        Routes.Table.Add(Route("203.0.113.0/24", Tap));
        Assert.Equal(RouteCheck.Unchanged, _pin.Check());
        Assert.Single(Pins);
        Assert.Single(Journal.Saved);
    }

    [Fact]
    public void Check_CableIsPluggedIn_MovesThePin()
    {
        _pin.MoveTo(Relay);
        Routes.Table.Add(Route("0.0.0.0/0", Eth, "10.0.0.1", metric: 100));
        Assert.Equal(RouteCheck.Moved, _pin.Check());
        Assert.Equal(Route("203.0.113.7/32", Eth, "10.0.0.1", isSoftlans: true), Assert.Single(Pins));
        Assert.Single(Journal.Saved);
        Assert.Equal(RouteCheck.Unchanged, _pin.Check());
    }

    [Fact]
    public void Check_OtherWifi_WaitsForItAndMovesThePin()
    {
        _pin.MoveTo(Relay);
        Routes.TakeDown(Wlan);
        Assert.Equal(RouteCheck.NoRoute, _pin.Check());
        Assert.Equal(RouteCheck.NoRoute, _pin.Check());
        Assert.Equal(1, Log.Count("no route to 203.0.113.7"));
        Routes.Table.Add(Route("0.0.0.0/0", Wlan, "172.20.10.1", metric: 600));
        Assert.Equal(RouteCheck.Moved, _pin.Check());
        Assert.Equal(IPAddress.Parse("172.20.10.1"), Assert.Single(Pins).Gateway);
    }

    [Fact]
    public void Check_NetworkIsGoneForAMoment_TheTunnelsOwnRouteIsNoReasonToStop()
    {
        _pin.MoveTo(Relay);
        Routes.TakeDown(Wlan);
        Routes.Table.Add(Route("203.0.113.0/24", Tap));
        Assert.Equal(RouteCheck.NoRoute, _pin.Check());
    }

    [Fact]
    public void Check_OnlyTheDefaultRouteIsGone_KeepsThePin()
    {
        _pin.MoveTo(Relay);
        Routes.Table.RemoveAll(route => route.Destination.PrefixLength == 0);
        Assert.Equal(RouteCheck.NoRoute, _pin.Check());
        Assert.Single(Pins);
    }

    [Fact]
    public void Check_RuleSendsTheRelayIntoTheTunnel_IsCaptured()
    {
        _pin.MoveTo(Relay);
        Routes.Rules.Add(Route("0.0.0.0/0", Tap));
        Assert.Equal(RouteCheck.Captured, _pin.Check());
    }

    [Fact]
    public void MoveTo_VpnRulesDecide_PinsNothingButWatches()
    {
        Routes.Rules.Add(Route("0.0.0.0/0", Eth));
        Assert.Equal(RouteCheck.Unchanged, _pin.MoveTo(Relay));
        Assert.Empty(Pins);
        Assert.Equal(1, Log.Count("rules of this machine decide"));
        Assert.Equal(RouteCheck.Unchanged, _pin.Check());
        Routes.Rules.Clear();
        Routes.Table.Add(Route("203.0.113.0/24", Tap));
        Assert.Equal(RouteCheck.Captured, _pin.Check());
    }

    [Fact]
    public void Check_VpnRulesLeadNowhereForAWhile_IsToldOnceAndSoIsItsEnd()
    {
        Routes.Rules.Add(Route("0.0.0.0/0", Eth));
        _pin.MoveTo(Relay);
        Routes.Rules.Clear();
        Routes.Table.Clear();
        Assert.Equal(RouteCheck.NoRoute, _pin.Check());
        Assert.Equal(RouteCheck.NoRoute, _pin.Check());
        Assert.Equal(1, Log.Count("no route to 203.0.113.7"));
        Routes.Rules.Add(Route("0.0.0.0/0", Eth));
        Assert.Equal(RouteCheck.Unchanged, _pin.Check());
        Assert.Equal(1, Log.Count("The network is back"));
    }

    [Fact]
    public void Check_VpnComesUpLater_LeavesTheWayToIt()
    {
        _pin.MoveTo(Relay);
        Routes.Rules.Add(Route("0.0.0.0/0", Eth));
        _pin.Check();
        Assert.Empty(Pins);
        Assert.Equal(RouteCheck.Unchanged, _pin.Check());
        Assert.Empty(Journal.Saved);
    }

    [Fact]
    public void MoveTo_OtherAddressOfTheRelay_ReleasesTheFirst()
    {
        _pin.MoveTo(Relay);
        _pin.MoveTo(IPAddress.Parse("198.51.100.9"));
        Assert.Equal("198.51.100.9/32", Assert.Single(Pins).Destination.ToString());
        Assert.Single(Journal.Saved);
    }

    [Fact]
    public void MoveTo_KernelRefuses_GoesOnAndSaysItOnce()
    {
        Routes.RefusesToAdd = SoftlanException.Create("Cannot pin the route", "Operation not permitted");
        Assert.Equal(RouteCheck.Unchanged, _pin.MoveTo(Relay));
        _pin.Check();
        _pin.Check();
        Assert.Equal(1, Log.Count("Operation not permitted"));
        Assert.Empty(Journal.Saved);
        Routes.Table.Add(Route("203.0.113.0/24", Tap));
        Assert.Equal(RouteCheck.Captured, _pin.Check());
    }

    [Fact]
    public void MoveTo_NoNetworkYet_PinsWhenThereIsOne()
    {
        Routes.Table.Clear();
        Assert.Equal(RouteCheck.NoRoute, _pin.MoveTo(Relay));
        Routes.Table.Add(Route("0.0.0.0/0", Eth, "10.0.0.1"));
        Assert.Equal(RouteCheck.Unchanged, _pin.Check());
        Assert.Single(Pins);
    }

    [Fact]
    public void Release_RemovesOnlyOurs()
    {
        FakeRoute theirs = Route("203.0.113.7/32", Eth, "10.0.0.1", metric: 50);
        _pin.MoveTo(Relay);
        Routes.Table.Add(theirs);
        _pin.Release();
        Assert.Empty(Pins);
        Assert.Contains(theirs, Routes.Table);
        Assert.Empty(Journal.Saved);
    }
}
