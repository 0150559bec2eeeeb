using System.Net;
using Softlan.Roles.Client;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Roles.Client.FakeRoutes;

namespace Softlan.Tests.Roles.Client;

public sealed class HomeHostRoutesTests : HomeRoutesBench
{
    private static readonly IPAddress Router = IPAddress.Parse("192.168.1.1");
    private static readonly IPAddress Provider = IPAddress.Parse("10.1.2.3");

    private readonly HomeHostRoutes _hostRoutes;

    public HomeHostRoutesTests() => _hostRoutes = new HomeHostRoutes(Routes, Changes, Log);

    [Fact]
    public void Hold_ThePartyHasOtherAddresses_ChangesNothing()
    {
        Hold([Router, Provider], "10.73.42.0/24");
        Assert.Empty(HostRoutes);
        Assert.Equal(0, Routes.Added);
    }

    [Theory]
    [InlineData("192.168.1.0/25")] // More specific than the home network.
    [InlineData("192.168.1.0/24")] // The same, and the TAP's metric is 0.
    public void Hold_ThePartyHasTheHomeNetworksAddresses_TheRouterIsStillReachedAtHome(string party)
    {
        Hold([Router], party);
        Assert.Equal(Route("192.168.1.1/32", Wlan, isSoftlans: true), Assert.Single(HostRoutes));
        Assert.Equal("route 192.168.1.1/32 on wlan0", Assert.Single(Journal.Saved).ToString());
        Routes.Table.Add(Route(party, Tap));
        Hold([Router], party);
        Assert.Equal(Wlan, Routes.Find(Router)!.InterfaceIndex);
        Assert.Equal(Tap, Routes.Find(IPAddress.Parse("192.168.1.2"))!.InterfaceIndex);
        Assert.Equal(1, Log.Count("contains 192.168.1.1, a name server or router of yours: it is still reached through wlan0"));
    }

    [Fact]
    public void Hold_ThePartyHasTheProvidersNameServer_ItIsReachedByTheHomeRouter()
    {
        Hold([Router, Provider], "10.0.0.0/8");
        Assert.Equal(Route("10.1.2.3/32", Wlan, "192.168.1.1", isSoftlans: true), Assert.Single(HostRoutes));
    }

    [Fact]
    public void Hold_OnlyEverSeenInTheParty_IsTheParty_s()
    {
        Routes.Table.Add(Route("10.0.0.0/8", Tap));
        Hold([Provider], "10.0.0.0/8");
        Assert.Equal(Tap, Routes.Find(Provider)!.InterfaceIndex);
        Assert.Empty(HostRoutes);
    }

    [Fact]
    public void Hold_NeighbourOnlyNoticedWhenThePartyHasTaken_IsTakenBack()
    {
        Routes.Table.Add(Route("192.168.1.0/25", Tap));
        Hold([Router], "192.168.1.0/25");
        Assert.Equal(Wlan, Routes.Find(Router)!.InterfaceIndex);
    }

    [Fact]
    public void Hold_AddressThatCannotBeLookedUp_EndsNothing_AndTheOthersAreHeld()
    {
        Routes.Prohibited = Provider;
        Hold([Provider, Router], "192.168.1.0/25");
        Assert.Equal(Wlan, Routes.Find(Router)!.InterfaceIndex);
        Assert.Single(HostRoutes);
        Assert.Equal(0, Log.Count("permission denied"));
        Hold([Provider, Router], "192.168.1.0/25", "10.0.0.0/8");
        Hold([Provider, Router], "192.168.1.0/25", "10.0.0.0/8");
        Assert.Equal(1, Log.Count("permission denied"));
    }

    [Fact]
    public void Hold_ThePartyLetsGo_AndSoDoesSoftlan()
    {
        Hold([Router], "192.168.1.0/25");
        Hold([Router]);
        Assert.Empty(HostRoutes);
        Assert.Empty(Journal.Saved);
    }

    [Fact]
    public void Hold_AnotherNameServerNow_TheOldOneIsLetGo()
    {
        Hold([Provider], "10.0.0.0/8");
        Hold([IPAddress.Parse("10.9.9.9")], "10.0.0.0/8");
        Assert.Equal(Route("10.9.9.9/32", Wlan, "192.168.1.1", isSoftlans: true), Assert.Single(HostRoutes));
        Assert.Single(Journal.Saved);
    }

    /// <summary>Its card was away for a moment, and with it the name of the server; the party covers it all the time.</summary>
    [Fact]
    public void Hold_NotNamedForAMoment_IsStillKnownToBeThePlayers()
    {
        Hold([Provider]);
        Routes.Table.Add(Route("10.0.0.0/8", Tap));
        Hold([], "10.0.0.0/8");
        Hold([Provider], "10.0.0.0/8");
        Assert.Equal(Route("10.1.2.3/32", Wlan, "192.168.1.1", isSoftlans: true), Assert.Single(HostRoutes));
    }

    /// <summary>The system may not say just now, or the network is away and comes back as it was.</summary>
    [Fact]
    public void Hold_NoWayIsKnownForAMoment_ThePinStays()
    {
        Hold([Router], "192.168.1.0/25");
        Routes.Table.RemoveAll(route => !route.IsSoftlans);
        Hold([Router], "192.168.1.0/25");
        Assert.Single(HostRoutes);
    }

    [Fact]
    public void UndoAll_PutsEverythingBack()
    {
        FakeRoute[] before = [.. Routes.Table];
        Hold([Router, Provider], "192.168.1.0/25", "10.0.0.0/8");
        Assert.Equal(2, HostRoutes.Count());
        Changes.UndoAll();
        Assert.Equal(before, Routes.Table);
        Assert.Empty(Journal.Saved);
    }

    [Fact]
    public void Hold_CableIsPluggedIn_MovesAlong()
    {
        Hold([Provider], "10.0.0.0/8");
        Routes.Table.Add(Route("10.0.0.0/8", Tap));
        Routes.Table.Add(Route("0.0.0.0/0", Eth, "192.168.9.1", metric: 100));
        Hold([Provider], "10.0.0.0/8");
        Assert.Equal(Route("10.1.2.3/32", Eth, "192.168.9.1", isSoftlans: true), Assert.Single(HostRoutes));
        Assert.Single(Journal.Saved);
    }

    [Fact]
    public void Hold_NetworkWentAndCameBack_IsHeldAgain()
    {
        Hold([Provider], "10.0.0.0/8");
        FakeRoute[] before = [.. Routes.Table.Where(route => !route.IsSoftlans)];
        Routes.Table.Add(Route("10.0.0.0/8", Tap));
        Routes.TakeDown(Wlan);
        Hold([Provider], "10.0.0.0/8");
        Assert.Empty(HostRoutes);
        Routes.Table.AddRange(before);
        Hold([Provider], "10.0.0.0/8");
        Assert.Single(HostRoutes);
        Assert.Equal(Wlan, Routes.Find(Provider)!.InterfaceIndex);
        Assert.Single(Journal.Saved);
    }

    [Fact]
    public void Hold_SomebodyHasThatRoute_ItIsLeftAlone()
    {
        FakeRoute theirs = Route("10.1.2.3/32", Wlan, "192.168.1.1");
        Routes.Table.Add(theirs);
        Hold([Provider], "10.0.0.0/8");
        Hold([Provider]);
        Assert.Contains(theirs, Routes.Table);
        Assert.Empty(Journal.Saved);
    }

    [Fact]
    public void Hold_AVpnWithRulesHasTheNameServer_ItStaysTheVpns()
    {
        FakeRoute vpn = Route("0.0.0.0/0", Eth);
        Routes.Rules.Add(vpn);
        Hold([Provider]);

        // As wg-quick has it: the main table first, but for its default route.
        Routes.Rules.Clear();
        Routes.Rules.Add(Route("10.0.0.0/8", Tap));
        Routes.Table.Add(Route("10.0.0.0/8", Tap));
        Hold([Provider], "10.0.0.0/8");
        Assert.Equal(Route("10.1.2.3/32", Eth, isSoftlans: true), Assert.Single(HostRoutes));
        Hold([Provider], "10.0.0.0/8");
        Assert.Equal(Route("10.1.2.3/32", Eth, isSoftlans: true), Assert.Single(HostRoutes));

        // Its card goes, and its rules with it.
        Routes.Rules.Clear();
        Routes.TakeDown(Eth);
        Hold([Provider], "10.0.0.0/8");
        Assert.Equal(Route("10.1.2.3/32", Wlan, "192.168.1.1", isSoftlans: true), Assert.Single(HostRoutes));
        Assert.Single(Journal.Saved);
    }

    [Fact]
    public void Hold_AnAddressOfThisMachine_NeedsNothing()
    {
        Routes.LocalAddresses.Add(Provider);
        Hold([Provider], "10.0.0.0/8");
        Assert.Empty(HostRoutes);
    }

    [Fact]
    public void Hold_TheKernelRefuses_IsSaidOnceAndTriedAgain()
    {
        Hold([Provider]);
        Routes.Table.Add(Route("10.0.0.0/8", Tap));
        Routes.RefusesToAdd = SoftlanException.Create("Cannot add the route", "Operation not permitted");
        Hold([Provider], "10.0.0.0/8");
        Hold([Provider], "10.0.0.0/8");
        Assert.Equal(1, Log.Count("Traffic for 10.1.2.3, a name server or router of yours, may go to the party now: Cannot add the route"));
        Assert.Empty(Journal.Saved);
        Routes.RefusesToAdd = null;
        Hold([Provider], "10.0.0.0/8");
        Assert.Single(HostRoutes);
    }

    private void Hold(IPAddress[] own, params string[] party) => _hostRoutes.Hold(own, [.. party.Select(IPNetwork.Parse)]);
}
