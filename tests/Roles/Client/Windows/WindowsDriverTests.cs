using System.Net;
using Softlan.Platform.Windows;
using Xunit;
using static Softlan.Platform.Windows.NativeIphlpapi;
using static Softlan.Tests.Platform.Windows.FakeIpHelper;

namespace Softlan.Tests.Roles.Client.Windows;

/// <summary>Drivers whose properties somebody has changed: always connected, or with an MTU of their own.</summary>
public sealed class WindowsDriverTests : WindowsHostBench
{
    /// <summary>As in the fake machine, such a driver keeps the party's routes whatever becomes of the cable.</summary>
    [Fact]
    public void Undo_DriverStaysConnected_ThePartysDefaultRoutesGoBeforeTheyCount()
    {
        Join();
        AddDefaultRoutes();
        Machine.FakeIp.Changes.Clear();
        Host!.Changes.UndoAll();
        Assert.Equal(
            ["route - ::", "IPv6 metric automatic mtu 1500 default routes on", "route - 0.0.0.0", "IPv4 metric automatic mtu 1500 default routes on"],
            Machine.FakeIp.Changes);
        Assert.Contains("0.0.0.0/0 via 192.168.1.1 if 12", Machine.FakeIp.Table);
        Assert.Contains("10.73.42.0/24 via 0.0.0.0 if 77", Machine.FakeIp.Table);
        Assert.Empty(Journals);
    }

    [Fact]
    public void Killed_DriverStaysConnected_TheNextStartRemovesTheDefaultRoutes()
    {
        Join();
        AddDefaultRoutes();
        Host!.Dispose();
        Machine.ThisProcess = Machine.ThisProcess with { Pid = 4712 };
        Create().CleanLeftovers();
        Machine.FakeIp.FindBestRoute(SocketAddresses.ToNative(IPAddress.Parse("1.1.1.1")), out MIB_IPFORWARD_ROW2 best);
        Assert.Equal(Wifi, best.InterfaceLuid);
        Assert.Equal(1, Machine.FakeIp.Interfaces[(AF_INET, Tap)].UseAutomaticMetric);
    }

    [Theory]
    [InlineData("DeleteIpForwardEntry2")]
    [InlineData("GetIpForwardTable2")]
    public void Undo_DefaultRouteCannotBeRemoved_ItStaysSwitchedOff_AndInTheJournal(string api)
    {
        Join();
        AddDefaultRoutes();
        Machine.FakeIp.Refuses = (api, Win32Error.ERROR_NOT_SUPPORTED);
        Host!.Changes.UndoAll();
        Assert.Equal(1, Machine.FakeIp.Interfaces[(AF_INET, Tap)].DisableDefaultRoutes);
        Assert.Single(Journals);
        Machine.FakeIp.Refuses = null;
    }

    [Fact]
    public void Undo_DefaultRoutesWereOffBefore_TheyAreLeftAlone()
    {
        Ready();
        Machine.FakeIp.Interfaces[(AF_INET, Tap)] = Machine.FakeIp.Interfaces[(AF_INET, Tap)] with { DisableDefaultRoutes = 1 };
        Host!.OpenPort(Host.ChooseMac(() => Own)).Start(Handler);
        Host.OnJoined(1500);
        AddDefaultRoutes();
        Host.Changes.UndoAll();
        Assert.Contains("0.0.0.0/0 via 10.73.42.1 if 77", Machine.FakeIp.Table);
    }

    [Theory]
    [InlineData(1400, 1500, 1400, 1400)]
    [InlineData(1000, 1500, 1000, 1280)]
    [InlineData(1500, 1400, 1400, 1400)]
    [InlineData(0, 1500, 1500, 1500)]
    [InlineData(null, 1500, 1500, 1500)]
    public void OnJoined_TheAdapterGetsNoPacketThatItsDriverRefuses(int? driver, int room, int ipv4, int ipv6)
    {
        Machine.DriverMtu = driver;
        Open();
        Host!.OnJoined(room);
        Host.Maintain();
        Assert.Equal(
            [$"IPv4 metric 1 mtu {ipv4} default routes off", $"IPv6 metric 1 mtu {ipv6} default routes off"], Machine.FakeIp.Changes);
        Assert.Equal(ipv4 < room ? 1 : 0, Log.Count("set the adapter's property 'MTU' to 1500"));
    }

    [Fact]
    public void AdapterRestarts_WithAnotherMtu_ItIsHeeded()
    {
        Machine.DriverMtu = 1400;
        Join();
        Machine.DisableAdapter();
        Lane.Advance(TimeSpan.FromSeconds(5));
        Machine.DriverMtu = 1500;
        Machine.EnableAdapter();
        Lane.Advance(TimeSpan.FromSeconds(2));
        Assert.True(Device.IsMediaConnected);
        Assert.Equal(1500u, Machine.FakeIp.Interfaces[(AF_INET, Tap)].NlMtu);
    }

    private void Join()
    {
        Open();
        Host!.OnJoined(1500);
    }

    private void AddDefaultRoutes()
    {
        Machine.FakeIp.AddRoute("10.73.42.0/24", null, Tap);
        Machine.FakeIp.AddRoute("0.0.0.0/0", "10.73.42.1", Tap);
        Machine.FakeIp.AddRoute("::/0", "fe80::1", Tap);
    }
}
