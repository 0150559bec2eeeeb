using System.Net;
using Softlan.Platform.Windows;
using Xunit;
using static Softlan.Platform.Windows.NativeIphlpapi;
using static Softlan.Tests.Platform.Windows.FakeIpHelper;

namespace Softlan.Tests.Roles.Client.Windows;

/// <summary>What becomes of the guard over the adapter's routes while Windows does not tell those of IPv6.</summary>
public sealed class WindowsTapRoutesTests : WindowsHostBench
{
    [Fact]
    public void IPv6RoutesAreNotTold_IsSaidOnceWithItsCode_AndTheGuardGoesOn()
    {
        Join();
        Machine.FakeIp.AddRoute("2000::/3", "fe80::1", Tap);
        Host!.Maintain();
        Refuse(Win32Error.ERROR_GEN_FAILURE);
        for (int i = 0; i < RouteTable.MaxOddIPv6; i++)
        {
            Host.Maintain();
        }

        Assert.Equal(0, Log.Count("does not tell the IPv6 routes"));
        Machine.FakeIp.AddRoute("2000::/3", "fe80::1", Tap); // Known from before, and so it goes though nobody sees it.
        Machine.FakeIp.AddRoute("0.0.0.0/1", "10.73.42.1", Tap);
        Host.Maintain();
        Host.Maintain();
        Assert.Equal(1, Log.Count("Windows does not tell the IPv6 routes of this PC (GetIpForwardTable2: "));
        Assert.Equal(1, Log.Count("(error 31)): those of the party"));
        Assert.DoesNotContain(Machine.FakeIp.Table, row => row.EndsWith("if 77", StringComparison.Ordinal));
        Assert.Null(Handler.Failure);
    }

    [Fact]
    public void NoIPv6_IsNothingToSay()
    {
        Refuse(Win32Error.ERROR_NOT_SUPPORTED);
        Join();
        for (int i = 0; i < 2 * RouteTable.MaxOddIPv6; i++)
        {
            Host!.Maintain();
        }

        Assert.Equal(0, Log.Count("does not tell the IPv6 routes"));
    }

    /// <summary>With the party's still there, default routes would count again.</summary>
    [Fact]
    public void Undo_IPv6RoutesAreNotTold_DefaultRoutesStayOff_UntilTheNextStart()
    {
        Join();
        Machine.FakeIp.AddRoute("::/0", "fe80::1", Tap);
        Refuse(Win32Error.ERROR_GEN_FAILURE);
        Host!.Changes.UndoAll();
        Assert.Equal(1, Log.Count("Cannot undo: IPv6 of Party"));
        Assert.Equal(1, Machine.FakeIp.Interfaces[(AF_INET6, Tap)].DisableDefaultRoutes);
        Assert.Single(Journals);

        Host.Dispose();
        Machine.FakeIp.Refuses = null;
        Machine.ThisProcess = Machine.ThisProcess with { Pid = 4712 };
        Create();
        Host.CleanLeftovers();
        Assert.Equal(0, Machine.FakeIp.Interfaces[(AF_INET6, Tap)].DisableDefaultRoutes);
        Assert.DoesNotContain(Machine.FakeIp.Table, row => row.StartsWith("::/0", StringComparison.Ordinal));
        Assert.Empty(Journals);
    }

    /// <summary>Whoever has an address also has a route to it, which an IPv6 stack that says nothing for a moment does not make foreign.</summary>
    [Fact]
    public void IPv6AddressesAreNotTold_TheRouteOfTheOwnOneStays()
    {
        Join();
        Machine.FakeIp.Addresses.Add(Address("2001:db8:1:2::7", Tap, IpPrefixOriginManual));
        Machine.FakeIp.AddRoute("2001:db8:1:2::7/128", null, Tap);
        Host!.Maintain();
        Machine.FakeIp.Refuses = ("GetUnicastIpAddressTable", Win32Error.ERROR_GEN_FAILURE);
        Host.Maintain();
        Assert.Contains($"2001:db8:1:2::7/128 via {IPAddress.IPv6Any} if 77", Machine.FakeIp.Table);
    }

    private void Refuse(int code)
    {
        Machine.FakeIp.Refuses = ("GetIpForwardTable2", code);
        Machine.FakeIp.RefusesFamily = AF_INET6;
    }

    private void Join()
    {
        Open();
        Host!.OnJoined(1400);
        Assert.True(Device.IsMediaConnected);
    }
}
