using System.Net;
using Softlan.Platform.Windows;
using Softlan.Roles.Client;
using Softlan.Roles.Client.Windows;
using Softlan.Tests.Platform.Windows;
using Xunit;
using static Softlan.Platform.Windows.NativeIphlpapi;
using static Softlan.Tests.Platform.Windows.FakeIpHelper;

namespace Softlan.Tests.Roles.Client.Windows;

/// <summary>The relay's host route with Windows' routes: the same stories as on Linux, with Windows' rules.</summary>
public sealed class WindowsRoutesTests
{
    private static readonly IPAddress Relay = IPAddress.Parse("203.0.113.7");

    private readonly FakeWindowsMachine _machine = new();
    private readonly FakeJournal _journal = new();
    private readonly RecordingLogger _log = new();
    private readonly HostChanges _changes;
    private readonly RelayHostRoute _hostRoute;

    public WindowsRoutesTests()
    {
        _changes = new HostChanges(new WindowsUndo(_machine, new WindowsCategoryTurns(_machine)), _journal, _log);
        _hostRoute = new RelayHostRoute(new WindowsRoutes(Ip, () => Tap), _changes, _log);
    }

    private FakeIpHelper Ip => _machine.FakeIp;

    private IEnumerable<string> HostRoutes => Ip.Table.Where(route => route.StartsWith("203.0.113.7/32", StringComparison.Ordinal));

    [Fact]
    public void MoveTo_PinsTheHomeRouterAndNotesIt()
    {
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.MoveTo(Relay));
        Assert.Equal(["203.0.113.7/32 via 192.168.1.1 if 12"], HostRoutes);
        Assert.Equal("route 203.0.113.7/32 via 192.168.1.1 on Wi-Fi", Assert.Single(_journal.Saved).ToString());
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Single(HostRoutes);
    }

    [Theory]
    [InlineData("GetBestRoute2")]
    [InlineData("GetIpForwardTable2")]
    public void Check_WindowsAnswersOddly_ThePinIsKept(string api)
    {
        _hostRoute.MoveTo(Relay);
        Ip.Refuses = (api, Win32Error.ERROR_NOT_SUPPORTED);
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Ip.Refuses = null;
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
        Assert.Equal(["203.0.113.7/32 via 192.168.1.1 if 12"], HostRoutes);
        Assert.Equal(["route + 203.0.113.7"], Ip.Changes);
    }

    [Fact]
    public void Check_PartyContainsTheRelay_StillLeadsOutside()
    {
        _hostRoute.MoveTo(Relay);
        Ip.Interfaces[(AF_INET, Tap)] = Ip.Interfaces[(AF_INET, Tap)] with { Metric = 1 };
        Ip.AddRoute("203.0.113.0/24", null, Tap);
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.Check());
    }

    [Fact]
    public void Check_PartyBringsTheSameHostRoute_OnABetterInterface_IsCaptured()
    {
        _hostRoute.MoveTo(Relay);
        Ip.Interfaces[(AF_INET, Tap)] = Ip.Interfaces[(AF_INET, Tap)] with { Metric = 1 };
        Ip.AddRoute("203.0.113.7/32", "10.73.42.1", Tap);
        Assert.Equal(RouteCheck.Captured, _hostRoute.Check());
    }

    [Fact]
    public void MoveTo_IdenticalRoute_IsBorrowedAndStays()
    {
        Ip.AddRoute("203.0.113.7/32", "192.168.1.1", Wifi, 30);
        _hostRoute.MoveTo(Relay);
        Assert.Empty(_journal.Saved);
        _hostRoute.Release();
        Assert.Single(HostRoutes);
    }

    [Fact]
    public void Check_AnotherWifi_MovesThePin()
    {
        _hostRoute.MoveTo(Relay);
        Ip.Routes.RemoveAll(route => route.InterfaceLuid == Wifi);
        Assert.Equal(RouteCheck.NoRoute, _hostRoute.Check());
        Ip.AddRoute("0.0.0.0/0", "172.20.10.1", Wifi);
        Assert.Equal(RouteCheck.Moved, _hostRoute.Check());
        Assert.Equal(["203.0.113.7/32 via 172.20.10.1 if 12"], HostRoutes);
    }

    [Fact]
    public void Check_CableIsPluggedIn_MovesThePinToTheBetterCard()
    {
        _hostRoute.MoveTo(Relay);
        Ip.AddRoute("0.0.0.0/0", "10.0.0.1", Cable);
        Assert.Equal(RouteCheck.Moved, _hostRoute.Check());
        Assert.Equal(["203.0.113.7/32 via 10.0.0.1 if 13"], HostRoutes);
    }

    [Fact]
    public void MoveTo_TwoCardsOfTheSameCost_FollowsWindowsChoice()
    {
        Ip.Interfaces[(AF_INET, Cable)] = Ip.Interfaces[(AF_INET, Cable)] with { Metric = 35 };
        Ip.Routes.Insert(0, Row("0.0.0.0/0", "10.0.0.1", Cable));
        _hostRoute.MoveTo(Relay);
        Assert.Equal(0, _log.Count("Routing rules"));
        Assert.Single(HostRoutes);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("192.168.1.20")]
    public void MoveTo_RelayOnThisPc_NeedsNoPin(string relay)
    {
        Ip.AddRoute("127.0.0.0/8", null, Wifi);
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.MoveTo(IPAddress.Parse(relay)));
        Assert.DoesNotContain(Ip.Table, route => route.Contains("/32", StringComparison.Ordinal));
    }

    [Fact]
    public void MoveTo_RelayOnTheHomeNetwork_IsHeldOnLink()
    {
        _hostRoute.MoveTo(IPAddress.Parse("192.168.1.50"));
        Assert.Contains("192.168.1.50/32 via 0.0.0.0 if 12", Ip.Table);
    }

    [Fact]
    public void MoveTo_IPv6_PinsThroughTheLinkLocalRouter()
    {
        Ip.AddRoute("::/0", "fe80::1", Wifi);
        _hostRoute.MoveTo(IPAddress.Parse("2001:db8::7"));
        Assert.Contains("2001:db8::7/128 via fe80::1 if 12", Ip.Table);
        _hostRoute.Release();
        Assert.DoesNotContain(Ip.Table, route => route.StartsWith("2001:db8::7", StringComparison.Ordinal));
    }

    [Fact]
    public void MoveTo_AccessDenied_IsSaidOnceAndWatchedOn()
    {
        Ip.Refuses = ("CreateIpForwardEntry2", Win32Error.ERROR_ACCESS_DENIED);
        Assert.Equal(RouteCheck.Unchanged, _hostRoute.MoveTo(Relay));
        _hostRoute.Check();
        Assert.Equal(1, _log.Count("(error 5)"));
        Assert.Empty(_journal.Saved);
    }

    private static MIB_IPFORWARD_ROW2 Row(string destination, string nextHop, ulong luid)
    {
        FakeIpHelper other = new();
        other.AddRoute(destination, nextHop, luid);
        return other.Routes[0];
    }
}
