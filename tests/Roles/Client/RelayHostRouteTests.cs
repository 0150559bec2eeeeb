using System.Net;
using Softlan.Roles.Client;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Roles.Client.FakeRoutes;

namespace Softlan.Tests.Roles.Client;

public sealed class RelayHostRouteTests
{
    private static readonly IPAddress Relay = IPAddress.Parse("203.0.113.7");

    private readonly FakeRoutes _routes = new();
    private readonly FakeJournal _journal = new();
    private readonly RecordingLogger _log = new();
    private readonly HostChanges _changes;
    private readonly RelayHostRoute _hostRoute;

    public RelayHostRouteTests()
    {
        _routes.Table.Add(Route("0.0.0.0/0", Wlan, "192.168.1.1", metric: 600));
        _routes.Table.Add(Route("192.168.1.0/24", Wlan, metric: 600));
        _changes = new HostChanges(_routes, _journal, _log);
        _hostRoute = new RelayHostRoute(_routes, _changes, _log);
    }

    private IEnumerable<FakeRoute> HostRoutes => _routes.Table.Where(route => route.IsSoftlans);

    [Fact]
    public void MoveTo_DefaultRoute_PinsItsGatewayAndNotesIt()
    {
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.MoveTo(Relay));
        Assert.Equal(Route("203.0.113.7/32", Wlan, "192.168.1.1", isSoftlans: true), Assert.Single(HostRoutes));
        Assert.Equal("route 203.0.113.7/32 via 192.168.1.1 on wlan0", Assert.Single(_journal.Saved).ToString());
    }

    [Theory]
    [InlineData("203.0.113.0/24")]
    [InlineData("203.0.113.7/32")]
    [InlineData("0.0.0.0/1")]
    public void Check_PartyBringsARouteThatCoversTheRelay_StillLeadsOutside(string party)
    {
        _hostRoute.MoveTo(Relay);
        _routes.Table.Add(Route(party, Tap, metric: 10));
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Equal(Wlan, _routes.Find(Relay)!.InterfaceIndex);
    }

    [Fact]
    public void MoveTo_RelayOnTheHomeNetwork_IsHeldOnLink()
    {
        IPAddress neighbour = IPAddress.Parse("192.168.1.50");
        _hostRoute.MoveTo(neighbour);
        _routes.Table.Add(Route("192.168.1.0/24", Tap));
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Null(Assert.Single(HostRoutes).Gateway);
        Assert.Equal(Wlan, _routes.Find(neighbour)!.InterfaceIndex);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void MoveTo_RelayOnThisMachine_NeedsNoPin(string relay)
    {
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.MoveTo(IPAddress.Parse(relay)));
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Empty(HostRoutes);
    }

    [Fact]
    public void MoveTo_IPv6_PinsThroughTheLinkLocalRouter()
    {
        IPAddress relay = IPAddress.Parse("2001:db8::7");
        _routes.Table.Add(Route("::/0", Wlan, "fe80::1", metric: 1024));
        _hostRoute.MoveTo(relay);
        Assert.Equal(Route("2001:db8::7/128", Wlan, "fe80::1", isSoftlans: true), Assert.Single(HostRoutes));
    }

    [Fact]
    public void Check_NetworkWentAndCameBackTheSame_IsHeldAgain()
    {
        _hostRoute.MoveTo(Relay);
        FakeRoute[] before = [.. _routes.Table];
        _routes.TakeDown(Wlan);
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        _routes.Table.AddRange(before.Where(route => !route.IsSoftlans));
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Equal(1, _log.Count("The network is back: 203.0.113.7 is reached through wlan0 via 192.168.1.1 again"));
        Assert.Single(HostRoutes);
        Assert.Single(_journal.Saved);
        _changes.UndoAll();
        Assert.Empty(HostRoutes);
    }

    [Fact]
    public void MoveTo_IdenticalRouteExists_IsBorrowedAndNeverDeleted()
    {
        FakeRoute theirs = Route("203.0.113.7/32", Wlan, "192.168.1.1");
        _routes.Table.Add(theirs);
        _hostRoute.MoveTo(Relay);
        Assert.Empty(_journal.Saved);
        _hostRoute.Release();
        Assert.Contains(theirs, _routes.Table);
    }

    [Fact]
    public void Check_OwnerOfABorrowedRouteTakesItAway_PinsItself()
    {
        FakeRoute theirs = Route("203.0.113.7/32", Wlan, "192.168.1.1", isSoftlans: true);
        _routes.Table.Add(theirs);
        _hostRoute.MoveTo(Relay);
        Assert.Empty(_journal.Saved);
        _routes.Table.Remove(theirs);
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Single(HostRoutes);
        Assert.Single(_journal.Saved);
    }

    [Fact]
    public void Check_SomebodyDeletedThePin_ItComesBack()
    {
        _hostRoute.MoveTo(Relay);
        _routes.Table.RemoveAll(route => route.IsSoftlans);
        _routes.Table.Add(Route("203.0.113.0/24", Tap));
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Single(HostRoutes);
        Assert.Single(_journal.Saved);
    }

    [Fact]
    public void Check_CableIsPluggedIn_MovesThePin()
    {
        _hostRoute.MoveTo(Relay);
        _routes.Table.Add(Route("0.0.0.0/0", Eth, "10.0.0.1", metric: 100));
        Assert.Equal(RouteCheck.Moved, _hostRoute.Check());
        Assert.Equal(Route("203.0.113.7/32", Eth, "10.0.0.1", isSoftlans: true), Assert.Single(HostRoutes));
        Assert.Single(_journal.Saved);
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
    }

    [Fact]
    public void Check_OtherWifi_WaitsForItAndMovesThePin()
    {
        _hostRoute.MoveTo(Relay);
        _routes.TakeDown(Wlan);
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        Assert.Equal(1, _log.Count("no route to 203.0.113.7"));
        _routes.Table.Add(Route("0.0.0.0/0", Wlan, "172.20.10.1", metric: 600));
        Assert.Equal(RouteCheck.Moved, _hostRoute.Check());
        Assert.Equal(IPAddress.Parse("172.20.10.1"), Assert.Single(HostRoutes).Gateway);
    }

    [Fact]
    public void Check_NetworkIsGoneForAMoment_TheTunnelsOwnRouteIsNoReasonToStop()
    {
        _hostRoute.MoveTo(Relay);
        _routes.TakeDown(Wlan);
        _routes.Table.Add(Route("203.0.113.0/24", Tap));
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
    }

    [Fact]
    public void Check_OnlyTheDefaultRouteIsGone_KeepsThePin()
    {
        _hostRoute.MoveTo(Relay);
        _routes.Table.RemoveAll(route => route.Destination.PrefixLength == 0);
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        Assert.Single(HostRoutes);
    }

    [Fact]
    public void Check_RuleSendsTheRelayIntoTheTunnel_IsCaptured()
    {
        _hostRoute.MoveTo(Relay);
        _routes.Rules.Add(Route("0.0.0.0/0", Tap));
        Assert.Equal(RouteCheck.Captured, _hostRoute.Check());
    }

    [Fact]
    public void MoveTo_VpnRulesDecide_PinsNothingButWatches()
    {
        _routes.Rules.Add(Route("0.0.0.0/0", Eth));
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.MoveTo(Relay));
        Assert.Empty(HostRoutes);
        Assert.Equal(1, _log.Count("rules of this machine decide"));
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        _routes.Rules.Clear();
        _routes.Table.Add(Route("203.0.113.0/24", Tap));
        Assert.Equal(RouteCheck.Captured, _hostRoute.Check());
    }

    [Fact]
    public void Check_VpnRulesLeadNowhereForAWhile_IsToldOnceAndSoIsItsEnd()
    {
        _routes.Rules.Add(Route("0.0.0.0/0", Eth));
        _hostRoute.MoveTo(Relay);
        _routes.Rules.Clear();
        _routes.Table.Clear();
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        Assert.Equal(1, _log.Count("no route to 203.0.113.7"));
        _routes.Rules.Add(Route("0.0.0.0/0", Eth));
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Equal(1, _log.Count("The network is back"));
    }

    [Fact]
    public void Check_VpnComesUpLater_LeavesTheWayToIt()
    {
        _hostRoute.MoveTo(Relay);
        _routes.Rules.Add(Route("0.0.0.0/0", Eth));
        _hostRoute.Check();
        Assert.Empty(HostRoutes);
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Empty(_journal.Saved);
    }

    [Fact]
    public void MoveTo_OtherAddressOfTheRelay_ReleasesTheFirst()
    {
        _hostRoute.MoveTo(Relay);
        _hostRoute.MoveTo(IPAddress.Parse("198.51.100.9"));
        Assert.Equal("198.51.100.9/32", Assert.Single(HostRoutes).Destination.ToString());
        Assert.Single(_journal.Saved);
    }

    [Fact]
    public void MoveTo_KernelRefuses_GoesOnAndSaysItOnce()
    {
        _routes.RefusesToAdd = SoftlanException.Create("Cannot pin the route", "Operation not permitted");
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.MoveTo(Relay));
        _hostRoute.Check();
        _hostRoute.Check();
        Assert.Equal(1, _log.Count("Operation not permitted"));
        Assert.Empty(_journal.Saved);
        _routes.Table.Add(Route("203.0.113.0/24", Tap));
        Assert.Equal(RouteCheck.Captured, _hostRoute.Check());
    }

    [Fact]
    public void Check_BetterCardWhileAnotherClientStillHoldsTheOldWay_IsPinnedOnceThatHasMoved()
    {
        FakeRoute others = Route("203.0.113.7/32", Wlan, "192.168.1.1", isSoftlans: true);
        _routes.Table.Add(others);
        _hostRoute.MoveTo(Relay);
        _routes.Table.Add(Route("0.0.0.0/0", Eth, "10.0.0.1", metric: 100));
        Assert.Equal(RouteCheck.Moved, _hostRoute.Check());
        _routes.Table.Remove(others);
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Equal(Route("203.0.113.7/32", Eth, "10.0.0.1", isSoftlans: true), Assert.Single(HostRoutes));
        Assert.Equal(0, _log.Count("rules of this machine decide"));
        Assert.Equal(0, _log.Count("File exists"));
        _routes.Table.Add(Route("203.0.113.0/24", Tap));
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
    }

    [Fact]
    public void MoveTo_NoNetworkYet_PinsWhenThereIsOne()
    {
        _routes.Table.Clear();
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.MoveTo(Relay));
        _routes.Table.Add(Route("0.0.0.0/0", Eth, "10.0.0.1"));
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Single(HostRoutes);
    }

    [Fact]
    public void Release_RemovesOnlyOurs()
    {
        FakeRoute theirs = Route("203.0.113.7/32", Eth, "10.0.0.1", metric: 50);
        _hostRoute.MoveTo(Relay);
        _routes.Table.Add(theirs);
        _hostRoute.Release();
        Assert.Empty(HostRoutes);
        Assert.Contains(theirs, _routes.Table);
        Assert.Empty(_journal.Saved);
    }
}
