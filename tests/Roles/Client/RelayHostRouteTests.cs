using System.Net;
using Softlan.Roles.Client;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Roles.Client.FakeRoutes;

namespace Softlan.Tests.Roles.Client;

public sealed class RelayHostRouteTests : HomeRoutesBench
{
    private static readonly IPAddress Relay = IPAddress.Parse("203.0.113.7");
    private static readonly IPAddress RelayIPv6 = IPAddress.Parse("2001:db8::7");

    private readonly RelayHostRoute _hostRoute;

    public RelayHostRouteTests() => _hostRoute = new RelayHostRoute(Routes, Changes, Log);

    [Fact]
    public void MoveTo_DefaultRoute_PinsItsGatewayAndNotesIt()
    {
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.MoveTo(Relay));
        Assert.Equal(Route("203.0.113.7/32", Wlan, "192.168.1.1", isSoftlans: true), Assert.Single(HostRoutes));
        Assert.Equal("route 203.0.113.7/32 via 192.168.1.1 on wlan0", Assert.Single(Journal.Saved).ToString());
    }

    [Theory]
    [InlineData("203.0.113.0/24")]
    [InlineData("203.0.113.7/32")]
    [InlineData("0.0.0.0/1")]
    public void Check_PartyBringsARouteThatCoversTheRelay_StillLeadsOutside(string party)
    {
        _hostRoute.MoveTo(Relay);
        Routes.Table.Add(Route(party, Tap, metric: 10));
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Equal(Wlan, Routes.Find(Relay)!.InterfaceIndex);
    }

    [Fact]
    public void MoveTo_RelayOnTheHomeNetwork_IsHeldOnLink()
    {
        IPAddress neighbour = IPAddress.Parse("192.168.1.50");
        _hostRoute.MoveTo(neighbour);
        Routes.Table.Add(Route("192.168.1.0/24", Tap));
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Null(Assert.Single(HostRoutes).Gateway);
        Assert.Equal(Wlan, Routes.Find(neighbour)!.InterfaceIndex);
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
        Routes.Table.Add(Route("::/0", Wlan, "fe80::1", metric: 1024));
        _hostRoute.MoveTo(RelayIPv6);
        Assert.Equal(Route("2001:db8::7/128", Wlan, "fe80::1", isSoftlans: true), Assert.Single(HostRoutes));
    }

    [Fact]
    public void Check_NetworkWentAndCameBackTheSame_IsHeldAgain()
    {
        _hostRoute.MoveTo(Relay);
        FakeRoute[] before = [.. Routes.Table];
        Routes.TakeDown(Wlan);
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        Routes.Table.AddRange(before.Where(route => !route.IsSoftlans));
        Assert.Equal(RouteCheck.Back, _hostRoute.Check());
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Equal(1, Log.Count("The network is back: 203.0.113.7 is reached through wlan0 via 192.168.1.1 again"));
        Assert.Single(HostRoutes);
        Assert.Single(Journal.Saved);
        Changes.UndoAll();
        Assert.Empty(HostRoutes);
    }

    [Fact]
    public void MoveTo_IdenticalRouteExists_IsBorrowedAndNeverDeleted()
    {
        FakeRoute theirs = Route("203.0.113.7/32", Wlan, "192.168.1.1");
        Routes.Table.Add(theirs);
        _hostRoute.MoveTo(Relay);
        Assert.Empty(Journal.Saved);
        _hostRoute.Release();
        Assert.Contains(theirs, Routes.Table);
    }

    [Fact]
    public void Check_OwnerOfABorrowedRouteTakesItAway_PinsItself()
    {
        FakeRoute theirs = Route("203.0.113.7/32", Wlan, "192.168.1.1", isSoftlans: true);
        Routes.Table.Add(theirs);
        _hostRoute.MoveTo(Relay);
        Assert.Empty(Journal.Saved);
        Routes.Table.Remove(theirs);
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Single(HostRoutes);
        Assert.Single(Journal.Saved);
    }

    [Fact]
    public void Check_SomebodyDeletedThePin_ItComesBack()
    {
        _hostRoute.MoveTo(Relay);
        Routes.Table.RemoveAll(route => route.IsSoftlans);
        Routes.Table.Add(Route("203.0.113.0/24", Tap));
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Single(HostRoutes);
        Assert.Single(Journal.Saved);
    }

    [Fact]
    public void Check_CableIsPluggedIn_MovesThePin()
    {
        _hostRoute.MoveTo(Relay);
        Routes.Table.Add(Route("0.0.0.0/0", Eth, "10.0.0.1", metric: 100));
        Assert.Equal(RouteCheck.Moved, _hostRoute.Check());
        Assert.Equal(Route("203.0.113.7/32", Eth, "10.0.0.1", isSoftlans: true), Assert.Single(HostRoutes));
        Assert.Single(Journal.Saved);
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
    }

    [Fact]
    public void Check_OtherWifi_WaitsForItAndMovesThePin()
    {
        _hostRoute.MoveTo(Relay);
        Routes.TakeDown(Wlan);
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        Assert.Equal(1, Log.Count("no route to 203.0.113.7"));
        Routes.Table.Add(Route("0.0.0.0/0", Wlan, "172.20.10.1", metric: 600));
        Assert.Equal(RouteCheck.Moved, _hostRoute.Check());
        Assert.Equal(IPAddress.Parse("172.20.10.1"), Assert.Single(HostRoutes).Gateway);
    }

    [Fact]
    public void Check_NetworkIsGoneForAMoment_TheTunnelsOwnRouteIsNoReasonToStop()
    {
        _hostRoute.MoveTo(Relay);
        Routes.TakeDown(Wlan);
        Routes.Table.Add(Route("203.0.113.0/24", Tap));
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
    }

    [Fact]
    public void Check_OnlyTheDefaultRouteIsGone_KeepsThePin()
    {
        _hostRoute.MoveTo(Relay);
        Routes.Table.RemoveAll(route => route.Destination.PrefixLength == 0);
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        Assert.Single(HostRoutes);
    }

    [Fact]
    public void Check_RuleSendsTheRelayIntoTheTunnel_IsCaptured()
    {
        _hostRoute.MoveTo(Relay);
        Routes.Rules.Add(Route("0.0.0.0/0", Tap));
        Assert.Equal(RouteCheck.Captured, _hostRoute.Check());
    }

    [Fact]
    public void MoveTo_VpnRulesDecide_PinsNothingButWatches()
    {
        Routes.Rules.Add(Route("0.0.0.0/0", Eth));
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.MoveTo(Relay));
        Assert.Empty(HostRoutes);
        Assert.Equal(1, Log.Count("rules of this machine decide"));
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Routes.Rules.Clear();
        Routes.Table.Add(Route("203.0.113.0/24", Tap));
        Assert.Equal(RouteCheck.Captured, _hostRoute.Check());
    }

    [Fact]
    public void Check_VpnRulesLeadNowhereForAWhile_IsToldOnceAndSoIsItsEnd()
    {
        Routes.Rules.Add(Route("0.0.0.0/0", Eth));
        _hostRoute.MoveTo(Relay);
        Routes.Rules.Clear();
        Routes.Table.Clear();
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        Assert.Equal(1, Log.Count("no route to 203.0.113.7"));
        Routes.Rules.Add(Route("0.0.0.0/0", Eth));
        Assert.Equal(RouteCheck.Back, _hostRoute.Check());
        Assert.Equal(1, Log.Count("The network is back"));
    }

    [Fact]
    public void Check_VpnComesUpLater_LeavesTheWayToIt()
    {
        _hostRoute.MoveTo(Relay);
        Routes.Rules.Add(Route("0.0.0.0/0", Eth));
        _hostRoute.Check();
        Assert.Empty(HostRoutes);
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Empty(Journal.Saved);
    }

    [Fact]
    public void MoveTo_OtherAddressOfTheRelay_ReleasesTheFirst()
    {
        _hostRoute.MoveTo(Relay);
        _hostRoute.MoveTo(IPAddress.Parse("198.51.100.9"));
        Assert.Equal("198.51.100.9/32", Assert.Single(HostRoutes).Destination.ToString());
        Assert.Single(Journal.Saved);
    }

    [Fact]
    public void MoveTo_KernelRefuses_GoesOnAndSaysItOnce()
    {
        Routes.RefusesToAdd = SoftlanException.Create("Cannot hold the route", "Operation not permitted");
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.MoveTo(Relay));
        _hostRoute.Check();
        _hostRoute.Check();
        Assert.Equal(1, Log.Count("Operation not permitted"));
        Assert.Empty(Journal.Saved);
        Routes.Table.Add(Route("203.0.113.0/24", Tap));
        Assert.Equal(RouteCheck.Captured, _hostRoute.Check());
    }

    [Fact]
    public void Check_BetterCardWhileAnotherClientStillHoldsTheOldWay_IsPinnedOnceThatHasMoved()
    {
        FakeRoute others = Route("203.0.113.7/32", Wlan, "192.168.1.1", isSoftlans: true);
        Routes.Table.Add(others);
        _hostRoute.MoveTo(Relay);
        Routes.Table.Add(Route("0.0.0.0/0", Eth, "10.0.0.1", metric: 100));
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Routes.Table.Remove(others);
        Assert.Equal(RouteCheck.Moved, _hostRoute.Check());
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Equal(Route("203.0.113.7/32", Eth, "10.0.0.1", isSoftlans: true), Assert.Single(HostRoutes));
        Assert.Equal(0, Log.Count("rules of this machine decide"));
        Assert.Equal(0, Log.Count("File exists"));
        Routes.Table.Add(Route("203.0.113.0/24", Tap));
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
    }

    [Fact]
    public void MoveTo_NoNetworkYet_PinsWhenThereIsOne()
    {
        Routes.Table.Clear();
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.MoveTo(Relay));
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        Assert.Equal(0, Log.Count("no route to")); // Whoever connects says so.
        Routes.Table.Add(Route("0.0.0.0/0", Eth, "10.0.0.1"));
        Assert.Equal(RouteCheck.Back, _hostRoute.Check());
        Assert.Single(HostRoutes);
    }

    [Fact]
    public void TwoAddresses_NoIPv6Here_TheRelaysSilenceIsNoOutageOfTheNetwork()
    {
        for (int round = 0; round < 3; round++)
        {
            Assert.Equal(RouteCheck.Unchanged, _hostRoute.MoveTo(Relay));
            Assert.Equal(RouteCheck.NoRoute, _hostRoute.MoveTo(RelayIPv6));
            Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        }

        Assert.Equal(0, Log.Count("no route to"));
    }

    [Fact]
    public void TwoAddresses_TheNetworkGoesWhileTheOtherWasTriedLast_IsToldOnceAndNoticedWhenItIsBack()
    {
        FakeRoute[] before = [.. Routes.Table];
        _hostRoute.MoveTo(Relay);
        _hostRoute.MoveTo(RelayIPv6);
        Routes.TakeDown(Wlan);
        for (int round = 0; round < 3; round++)
        {
            Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
            Assert.Equal(RouteCheck.NoRoute, _hostRoute.MoveTo(Relay));
            Assert.Equal(RouteCheck.NoRoute, _hostRoute.MoveTo(RelayIPv6));
        }

        Assert.Equal(1, Log.Count("no route to"));
        Assert.Equal(1, Log.Count("no route to 203.0.113.7"));
        Routes.Table.AddRange(before);
        Assert.Equal(RouteCheck.Back, _hostRoute.Check());
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        Assert.Equal(1, Log.Count("The network is back: 203.0.113.7 is reached through wlan0 via 192.168.1.1 again"));
    }

    [Fact]
    public void TwoAddresses_AnotherNetworkWhileTheOtherWasTriedLast_IsNoticed()
    {
        _hostRoute.MoveTo(Relay);
        _hostRoute.MoveTo(RelayIPv6);
        Routes.TakeDown(Wlan);
        Routes.Table.Add(Route("0.0.0.0/0", Eth, "10.0.0.1"));
        Assert.Equal(RouteCheck.Back, _hostRoute.Check());
        Assert.Equal(0, Log.Count("no route to"));
    }

    [Fact]
    public void TwoAddresses_TheOtherHasAWayLeft_TheLossOfOneIsNoOutage()
    {
        Routes.Table.Add(Route("::/0", Eth, "fe80::1"));
        _hostRoute.MoveTo(RelayIPv6);
        _hostRoute.MoveTo(Relay);
        Routes.TakeDown(Wlan);
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        Assert.Equal(0, Log.Count("no route to"));
        Routes.TakeDown(Eth);
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        Assert.Equal(1, Log.Count("no route to"));
    }

    [Fact]
    public void MoveTo_MoreAddressesThanAreRemembered_TheLastStillIsLookedAt()
    {
        for (int i = 0; i < 100; i++)
        {
            _hostRoute.MoveTo(IPAddress.Parse($"203.0.113.{i}"));
        }

        Routes.TakeDown(Wlan);
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        Assert.Equal(1, Log.Count("no route to"));
    }

    [Fact]
    public void Release_RemovesOnlyOurs()
    {
        FakeRoute theirs = Route("203.0.113.7/32", Eth, "10.0.0.1", metric: 50);
        _hostRoute.MoveTo(Relay);
        Routes.Table.Add(theirs);
        _hostRoute.Release();
        Assert.Empty(HostRoutes);
        Assert.Contains(theirs, Routes.Table);
        Assert.Empty(Journal.Saved);
    }
}
