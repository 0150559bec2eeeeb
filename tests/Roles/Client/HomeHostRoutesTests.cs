using System.Net;
using Softlan.Roles.Client;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Roles.Client.FakeRoutes;

namespace Softlan.Tests.Roles.Client;

public sealed class HomeHostRoutesTests
{
    private static readonly IPAddress Router = IPAddress.Parse("192.168.1.1");
    private static readonly IPAddress Provider = IPAddress.Parse("10.1.2.3");

    private readonly FakeRoutes _routes = new();
    private readonly FakeJournal _journal = new();
    private readonly RecordingLogger _log = new();
    private readonly HostChanges _changes;
    private readonly HomeHostRoutes _hostRoutes;

    public HomeHostRoutesTests()
    {
        _routes.Table.Add(Route("0.0.0.0/0", Wlan, "192.168.1.1", metric: 600));
        _routes.Table.Add(Route("192.168.1.0/24", Wlan, metric: 600));
        _changes = new HostChanges(_routes, _journal, _log);
        _hostRoutes = new HomeHostRoutes(_routes, _changes, _log);
    }

    private IEnumerable<FakeRoute> Held => _routes.Table.Where(route => route.IsSoftlans);

    [Fact]
    public void Hold_ThePartyHasOtherAddresses_ChangesNothing()
    {
        Hold([Router, Provider], "10.73.42.0/24");
        Assert.Empty(Held);
        Assert.Equal(0, _routes.Added);
    }

    [Theory]
    [InlineData("192.168.1.0/25")] // More specific than the home network.
    [InlineData("192.168.1.0/24")] // The same, and the TAP's metric is 0.
    public void Hold_ThePartyHasTheHomeNetworksAddresses_TheRouterIsStillReachedAtHome(string party)
    {
        Hold([Router], party);
        Assert.Equal(Route("192.168.1.1/32", Wlan, isSoftlans: true), Assert.Single(Held));
        Assert.Equal("route 192.168.1.1/32 on wlan0", Assert.Single(_journal.Saved).ToString());
        _routes.Table.Add(Route(party, Tap));
        Hold([Router], party);
        Assert.Equal(Wlan, _routes.Find(Router)!.InterfaceIndex);
        Assert.Equal(Tap, _routes.Find(IPAddress.Parse("192.168.1.2"))!.InterfaceIndex);
        Assert.Equal(1, _log.Count("contains 192.168.1.1, a name server or router of yours: it is still reached through wlan0"));
    }

    [Fact]
    public void Hold_ThePartyHasTheProvidersNameServer_ItIsReachedByTheHomeRouter()
    {
        Hold([Router, Provider], "10.0.0.0/8");
        Assert.Equal(Route("10.1.2.3/32", Wlan, "192.168.1.1", isSoftlans: true), Assert.Single(Held));
    }

    [Fact]
    public void Hold_OnlyEverSeenInTheParty_IsTheParty_s()
    {
        _routes.Table.Add(Route("10.0.0.0/8", Tap));
        Hold([Provider], "10.0.0.0/8");
        Assert.Equal(Tap, _routes.Find(Provider)!.InterfaceIndex);
        Assert.Empty(Held);
    }

    [Fact]
    public void Hold_NeighbourOnlyNoticedWhenThePartyHasTaken_IsTakenBack()
    {
        _routes.Table.Add(Route("192.168.1.0/25", Tap));
        Hold([Router], "192.168.1.0/25");
        Assert.Equal(Wlan, _routes.Find(Router)!.InterfaceIndex);
    }

    [Fact]
    public void Hold_AddressThatCannotBeLookedUp_EndsNothing_AndTheOthersAreHeld()
    {
        _routes.Prohibited = Provider;
        Hold([Provider, Router], "192.168.1.0/25");
        Assert.Equal(Wlan, _routes.Find(Router)!.InterfaceIndex);
        Assert.Single(Held);
        Assert.Equal(0, _log.Count("permission denied"));
        Hold([Provider, Router], "192.168.1.0/25", "10.0.0.0/8");
        Hold([Provider, Router], "192.168.1.0/25", "10.0.0.0/8");
        Assert.Equal(1, _log.Count("permission denied"));
    }

    [Fact]
    public void Hold_ThePartyLetsGo_AndSoDoesSoftlan()
    {
        Hold([Router], "192.168.1.0/25");
        Hold([Router]);
        Assert.Empty(Held);
        Assert.Empty(_journal.Saved);
    }

    [Fact]
    public void Hold_AnotherNameServerNow_TheOldOneIsLetGo()
    {
        Hold([Provider], "10.0.0.0/8");
        Hold([IPAddress.Parse("10.9.9.9")], "10.0.0.0/8");
        Assert.Equal(Route("10.9.9.9/32", Wlan, "192.168.1.1", isSoftlans: true), Assert.Single(Held));
        Assert.Single(_journal.Saved);
    }

    /// <summary>Its card was away for a moment, and with it the name of the server; the party covers it all the time.</summary>
    [Fact]
    public void Hold_NotNamedForAMoment_IsStillKnownToBeThePlayers()
    {
        Hold([Provider]);
        _routes.Table.Add(Route("10.0.0.0/8", Tap));
        Hold([], "10.0.0.0/8");
        Hold([Provider], "10.0.0.0/8");
        Assert.Equal(Route("10.1.2.3/32", Wlan, "192.168.1.1", isSoftlans: true), Assert.Single(Held));
    }

    /// <summary>The system may not say just now, or the network is away and comes back as it was.</summary>
    [Fact]
    public void Hold_NoWayIsKnownForAMoment_ThePinStays()
    {
        Hold([Router], "192.168.1.0/25");
        _routes.Table.RemoveAll(route => !route.IsSoftlans);
        Hold([Router], "192.168.1.0/25");
        Assert.Single(Held);
    }

    [Fact]
    public void UndoAll_PutsEverythingBack()
    {
        FakeRoute[] before = [.. _routes.Table];
        Hold([Router, Provider], "192.168.1.0/25", "10.0.0.0/8");
        Assert.Equal(2, Held.Count());
        _changes.UndoAll();
        Assert.Equal(before, _routes.Table);
        Assert.Empty(_journal.Saved);
    }

    [Fact]
    public void Hold_CableIsPluggedIn_MovesAlong()
    {
        Hold([Provider], "10.0.0.0/8");
        _routes.Table.Add(Route("10.0.0.0/8", Tap));
        _routes.Table.Add(Route("0.0.0.0/0", Eth, "192.168.9.1", metric: 100));
        Hold([Provider], "10.0.0.0/8");
        Assert.Equal(Route("10.1.2.3/32", Eth, "192.168.9.1", isSoftlans: true), Assert.Single(Held));
        Assert.Single(_journal.Saved);
    }

    [Fact]
    public void Hold_NetworkWentAndCameBack_IsHeldAgain()
    {
        Hold([Provider], "10.0.0.0/8");
        FakeRoute[] before = [.. _routes.Table.Where(route => !route.IsSoftlans)];
        _routes.Table.Add(Route("10.0.0.0/8", Tap));
        _routes.TakeDown(Wlan);
        Hold([Provider], "10.0.0.0/8");
        Assert.Empty(Held);
        _routes.Table.AddRange(before);
        Hold([Provider], "10.0.0.0/8");
        Assert.Single(Held);
        Assert.Equal(Wlan, _routes.Find(Provider)!.InterfaceIndex);
        Assert.Single(_journal.Saved);
    }

    [Fact]
    public void Hold_SomebodyHasThatRoute_ItIsLeftAlone()
    {
        FakeRoute theirs = Route("10.1.2.3/32", Wlan, "192.168.1.1");
        _routes.Table.Add(theirs);
        Hold([Provider], "10.0.0.0/8");
        Hold([Provider]);
        Assert.Contains(theirs, _routes.Table);
        Assert.Empty(_journal.Saved);
    }

    [Fact]
    public void Hold_AVpnWithRulesHasTheNameServer_ItStaysTheVpns()
    {
        FakeRoute vpn = Route("0.0.0.0/0", Eth);
        _routes.Rules.Add(vpn);
        Hold([Provider]);

        // As wg-quick has it: the main table first, but for its default route.
        _routes.Rules.Clear();
        _routes.Rules.Add(Route("10.0.0.0/8", Tap));
        _routes.Table.Add(Route("10.0.0.0/8", Tap));
        Hold([Provider], "10.0.0.0/8");
        Assert.Equal(Route("10.1.2.3/32", Eth, isSoftlans: true), Assert.Single(Held));
        Hold([Provider], "10.0.0.0/8");
        Assert.Equal(Route("10.1.2.3/32", Eth, isSoftlans: true), Assert.Single(Held));

        // Its card goes, and its rules with it.
        _routes.Rules.Clear();
        _routes.TakeDown(Eth);
        Hold([Provider], "10.0.0.0/8");
        Assert.Equal(Route("10.1.2.3/32", Wlan, "192.168.1.1", isSoftlans: true), Assert.Single(Held));
        Assert.Single(_journal.Saved);
    }

    [Fact]
    public void Hold_AnAddressOfThisMachine_NeedsNothing()
    {
        _routes.LocalAddresses.Add(Provider);
        Hold([Provider], "10.0.0.0/8");
        Assert.Empty(Held);
    }

    [Fact]
    public void Hold_TheKernelRefuses_IsSaidOnceAndTriedAgain()
    {
        Hold([Provider]);
        _routes.Table.Add(Route("10.0.0.0/8", Tap));
        _routes.RefusesToAdd = SoftlanException.Create("Cannot add the route", "Operation not permitted");
        Hold([Provider], "10.0.0.0/8");
        Hold([Provider], "10.0.0.0/8");
        Assert.Equal(1, _log.Count("Traffic for 10.1.2.3, a name server or router of yours, may go to the party now: Cannot add the route"));
        Assert.Empty(_journal.Saved);
        _routes.RefusesToAdd = null;
        Hold([Provider], "10.0.0.0/8");
        Assert.Single(Held);
    }

    private void Hold(IPAddress[] own, params string[] party) => _hostRoutes.Hold(own, [.. party.Select(IPNetwork.Parse)]);
}
