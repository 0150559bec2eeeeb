using System.Net;
using Softlan.Platform.Windows;
using Softlan.Roles.Client;
using Softlan.Roles.Client.Windows;
using Softlan.Tests.Platform.Windows;
using Softlan.Wire;
using Xunit;
using static Softlan.Platform.Windows.NativeIphlpapi;
using static Softlan.Tests.Platform.Windows.FakeIpHelper;

namespace Softlan.Tests.Roles.Client.Windows;

/// <summary>A player's Windows PC, in memory, asked what the role asks in the order in which it asks.</summary>
public sealed class WindowsClientHostTests : WindowsHostBench
{
    private static readonly IPAddress Relay = IPAddress.Parse("203.0.113.7");

    [Fact]
    public void OnJoined_SettingsFirst_ThenTheCable_ThenTheCategory()
    {
        Open();
        Assert.False(Device.IsMediaConnected);
        Host!.OnJoined(1400);
        Assert.Equal(["IPv4 metric 1 mtu 1400 default routes off", "IPv6 metric 1 mtu 1400 default routes off"], Machine.FakeIp.Changes);
        Assert.True(Device.IsMediaConnected);
        WaitFor(() => Machine.Story.Contains("category Private"));
        WaitFor(() => Log.Count("is now private for Windows' firewall") == 1);
    }

    [Fact]
    public void OnJoined_DnsServersOfThePartyAreForItsOwnNames_UntilTheEnd()
    {
        Open();
        Host!.OnJoined(1400);
        Assert.Equal([AF_INET, AF_INET6], Machine.FakeIp.DnsLimits.Order());
        Host.Changes.UndoAll();
        Assert.Empty(Machine.FakeIp.DnsLimits);
    }

    [Fact]
    public void OnJoined_DnsServersCannotBeLimited_IsNoReasonToStop()
    {
        Open();
        Machine.FakeIp.Refuses = ("SetInterfaceDnsSettings", Win32Error.ERROR_INVALID_PARAMETER);
        Host!.OnJoined(1400);
        Assert.True(Device.IsMediaConnected);
        Assert.Equal(2, Log.Count("may also be asked for other names"));
    }

    [Fact]
    public void OnJoined_CategoryIsLeft_WhenSomebodySaysSo()
    {
        Open(options => options with { NetworkCategory = NetworkCategoryChoice.Leave });
        Host!.OnJoined(1400);
        Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(0, Machine.CategoryLooks);
        Assert.DoesNotContain("category Private", Machine.Story);
    }

    [Fact]
    public void OnJoined_DefaultRoutesStayOn_FailsBeforeTheCableIsIn()
    {
        Open();
        Machine.FakeIp.ForgetsDefaultRoutes = true;
        Assert.Contains(
            "GetIpInterfaceEntry still says",
            Assert.Throws<SoftlanException>(() => Host!.OnJoined(1400)).Message,
            StringComparison.Ordinal);
        Assert.False(Device.IsMediaConnected);
    }

    [Fact]
    public void OnJoined_IPv4IsAwayForAMoment_IsAwaited()
    {
        Open();
        MIB_IPINTERFACE_ROW row = Machine.FakeIp.Interfaces[(AF_INET, Tap)];
        Machine.FakeIp.Interfaces.Remove((AF_INET, Tap));
        Host!.OnJoined(1400);
        Lane.Advance(TimeSpan.FromSeconds(2));
        Assert.False(Device.IsMediaConnected);
        Machine.FakeIp.Interfaces.Add((AF_INET, Tap), row);
        Lane.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Device.IsMediaConnected);
    }

    [Fact]
    public void OnJoined_IPv4StaysAway_FailsThePort()
    {
        Open();
        Machine.FakeIp.Interfaces.Remove((AF_INET, Tap));
        Host!.OnJoined(1400);
        Lane.Advance(TimeSpan.FromSeconds(40));
        Assert.Contains("Windows has no IPv4 on it", Handler.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OnJoined_NoIPv6_IsNoFailure_AndARefusalIsSaidOnce()
    {
        Open();
        Machine.FakeIp.Interfaces.Remove((AF_INET6, Tap));
        Host!.OnJoined(1400);
        Assert.True(Device.IsMediaConnected);
        Machine.FakeIp.Refuses = ("SetIpInterfaceEntry", Win32Error.ERROR_INVALID_PARAMETER);
        Machine.FakeIp.Interfaces.Add((AF_INET6, Tap), Machine.FakeIp.Interfaces[(AF_INET, Tap)] with { Family = AF_INET6, Metric = 9 });
        Host.Maintain();
        Host.Maintain();
        Assert.Equal(1, Log.Count("IPv6 on Party stays as it is"));
    }

    [Fact]
    public void Maintain_SomebodyTookItBack_IsMadeAgain_AndTheFirstStateIsRestored()
    {
        Open();
        Host!.OnJoined(1400);
        Machine.FakeIp.Interfaces[(AF_INET, Tap)] =
            Machine.FakeIp.Interfaces[(AF_INET, Tap)] with { UseAutomaticMetric = 1, Metric = 15, DisableDefaultRoutes = 0 };
        Host.Maintain();
        Assert.Equal(1u, Machine.FakeIp.Interfaces[(AF_INET, Tap)].Metric);
        Host.Changes.UndoAll();
        MIB_IPINTERFACE_ROW row = Machine.FakeIp.Interfaces[(AF_INET, Tap)];
        Assert.Equal((1, 25u, 1500u, 0), (row.UseAutomaticMetric, row.Metric, row.NlMtu, row.DisableDefaultRoutes));
    }

    [Fact]
    public void UndoAll_CableFirst_ThenSettings_ThenPin_ThenTheRest()
    {
        Open();
        RelayHostRoute hostRoute = new(Host!.Routes, Host.Changes, Log);
        Host.Changes.Keep("route to the relay", hostRoute.Release);
        hostRoute.MoveTo(Relay);
        Host.OnJoined(1400);
        WaitFor(() => Machine.Story.Contains("category Private"));
        FakeTapDevice device = Device;
        Machine.FakeIp.Changes.Clear();
        Host.Changes.UndoAll();
        Assert.Equal("category Public", Machine.Story[^1]);
        Assert.Equal(
            ["IPv6 metric automatic mtu 1500 default routes on", "IPv4 metric automatic mtu 1500 default routes on", "route - 203.0.113.7"],
            Machine.FakeIp.Changes);
        Assert.True(device.IsDisposed);
        Assert.Empty(Machine.FakeRegistry.Addresses);
        Assert.Empty(Journals);
    }

    [Fact]
    public void Killed_TheNextStartCleansUp()
    {
        Open();
        RelayHostRoute hostRoute = new(Host!.Routes, Host.Changes, Log);
        hostRoute.MoveTo(Relay);
        Host.OnJoined(1400);
        Host.Dispose(); // Without undoing anything.
        string[] table = [.. Machine.FakeIp.Table];
        Assert.Contains("203.0.113.7/32 via 192.168.1.1 if 12", table);
        Machine.ThisProcess = Machine.ThisProcess with { Pid = 4712 };
        Create();
        Host.CleanLeftovers();
        Assert.DoesNotContain("203.0.113.7/32 via 192.168.1.1 if 12", Machine.FakeIp.Table);
        Assert.Equal(1, Machine.FakeIp.Interfaces[(AF_INET, Tap)].UseAutomaticMetric);
        Assert.Empty(Machine.FakeRegistry.Addresses);
        Assert.Empty(Journals);
    }

    [Fact]
    public void Killed_BeforeARestartOfWindows_RegistryAndSettingsAreCleaned_RoutesAreOthers()
    {
        Open();
        new RelayHostRoute(Host!.Routes, Host.Changes, Log).MoveTo(Relay);
        Host.OnJoined(1400);
        Host.Dispose();
        Machine.ThisProcess = new(4712, 2, "another boot", "");
        Create();
        Host.CleanLeftovers();
        Assert.Contains("203.0.113.7/32 via 192.168.1.1 if 12", Machine.FakeIp.Table);
        Assert.Empty(Machine.FakeRegistry.Addresses);
        Assert.Equal(1500u, Machine.FakeIp.Interfaces[(AF_INET, Tap)].NlMtu);
    }

    [Fact]
    public void Undo_RegistryChangedByAnother_StaysAsItIs()
    {
        Open();
        Machine.FakeRegistry.Addresses[FakeWindowsMachine.ClassKey] = "0A0000000009";
        Host!.Changes.UndoAll();
        Assert.Equal("0A0000000009", Machine.FakeRegistry.Addresses[FakeWindowsMachine.ClassKey]);
    }

    [Fact]
    public void Addresses_FromDhcpAreTold_AndTheirAbsenceToo()
    {
        Open();
        Host!.OnJoined(1400);
        Host.OnGatewayPresent(isNew: true);
        Machine.FakeIp.Addresses.Add(Address("169.254.7.8", Tap, IpPrefixOriginWellKnown));
        for (int i = 0; i < 5; i++)
        {
            Host.Maintain();
            Lane.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(1, Log.Count("Only 169.254.7.8: no answer from the party's DHCP server"));
        Machine.FakeIp.Addresses.Add(Address("10.73.42.17", Tap, IpPrefixOriginDhcp));
        Host.Maintain();
        Assert.Equal(1, Log.Count("Address 10.73.42.17 from the party's DHCP"));
        Assert.Equal(IPAddress.Parse("10.73.42.17"), Host.ShownAddress);
    }

    [Fact]
    public void Gateway_ComesLate_TheCableIsPluggedAnewSoThatDhcpAsksAtOnce()
    {
        Open();
        Host!.OnJoined(1400);
        Host.OnGatewayPresent(isNew: true); // At once: DHCP has just begun.
        Assert.True(Device.IsMediaConnected);
        Lane.Advance(TimeSpan.FromMinutes(1));
        Host.OnGatewayPresent(isNew: true);
        Assert.False(Device.IsMediaConnected);
        Lane.Advance(TimeSpan.FromSeconds(2));
        Assert.True(Device.IsMediaConnected);
        Assert.Equal([false, true, false, true], Device.Media);
    }

    [Fact]
    public void Gateway_Again_WithAnAddress_NothingHappens()
    {
        Open();
        Host!.OnJoined(1400);
        Machine.FakeIp.Addresses.Add(Address("10.73.42.17", Tap, IpPrefixOriginDhcp));
        Host.Maintain();
        Lane.Advance(TimeSpan.FromMinutes(1));
        Host.OnGatewayGone();
        Host.OnGatewayPresent(isNew: true);
        Assert.True(Device.IsMediaConnected);
    }

    /// <summary>Windows notices only seconds after the gateway is back that nobody extends the lease, and then rests for five minutes.</summary>
    [Fact]
    public void Address_LostAfterTheGatewayCameBack_TheCableIsPluggedAnewOnce()
    {
        Open();
        Host!.OnJoined(1400);
        Host.OnGatewayPresent(isNew: true);
        Machine.FakeIp.Addresses.Add(Address("10.73.42.17", Tap, IpPrefixOriginDhcp));
        Host.Maintain();
        Lane.Advance(TimeSpan.FromMinutes(1));
        Host.OnGatewayGone();
        Host.OnGatewayPresent(isNew: true);
        Machine.FakeIp.Addresses.RemoveAll(row => row.InterfaceLuid == Tap);
        MaintainFor(TimeSpan.FromMinutes(10));
        Assert.Equal([false, true, false, true], Device.Media);
        Machine.FakeIp.Addresses.Add(Address("10.73.42.17", Tap, IpPrefixOriginDhcp));
        MaintainFor(TimeSpan.FromMinutes(1));
        Machine.FakeIp.Addresses.RemoveAll(row => row.InterfaceLuid == Tap);
        MaintainFor(TimeSpan.FromMinutes(10));
        Assert.Equal([false, true, false, true, false, true], Device.Media);
    }

    [Fact]
    public void Address_NeverThere_TheCableStaysIn()
    {
        Open();
        Host!.OnJoined(1400);
        Host.OnGatewayPresent(isNew: true);
        MaintainFor(TimeSpan.FromMinutes(10));
        Assert.Equal([false, true], Device.Media);
    }

    [Fact]
    public void Category_NeverIdentified_IsAWarning()
    {
        Machine.Network = null;
        Open();
        Host!.OnJoined(1400);
        WaitFor(() => Log.Count("may stay public for Windows' firewall") == 1);
    }

    [Fact]
    public void Category_WindowsSeesAnotherNetworkAfterSleep_ItIsMadePrivateWhenTheRelayIsJoinedAgain()
    {
        JoinAndWaitForPrivate();
        Machine.Network = Machine.Network! with { Category = NetworkCategory.Public };
        Lane.Advance(TimeSpan.FromMinutes(2));
        Host!.OnJoined(1400);
        WaitFor(() => Machine.Story.Count(part => part == "category Private") == 2);
    }

    [Fact]
    public void Category_WindowsSeesAnotherNetworkWithItsAddress_ItIsMadePrivate()
    {
        JoinAndWaitForPrivate();
        Machine.Network = Machine.Network! with { Category = NetworkCategory.Public };
        Machine.FakeIp.Addresses.Add(Address("10.73.42.17", Tap, IpPrefixOriginDhcp));
        Host!.Maintain();
        WaitFor(() => Machine.Story.Count(part => part == "category Private") == 2);
    }

    [Fact]
    public void Category_NeverIdentified_IsNotSaidAgainWhenTheRelayIsJoinedAgain()
    {
        Machine.Network = null;
        Open();
        Host!.OnJoined(1400);
        WaitFor(() => Machine.CategoryLooks == WindowsCategory.Looks);
        Host.OnJoined(1400);
        WaitFor(() => Machine.CategoryLooks > WindowsCategory.Looks + WindowsCategory.QuickLooks);
        Assert.Equal(1, Log.Count("may stay public for Windows' firewall"));
    }

    [Fact]
    public void Category_PrivateAlready_IsNotTouched()
    {
        Machine.Network = Machine.Network! with { Category = NetworkCategory.Private };
        Open();
        Host!.OnJoined(1400);
        Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(WindowsCategory.Looks, Machine.CategoryLooks);
        Assert.DoesNotContain("category Private", Machine.Story);
    }

    [Fact]
    public void ListTaps_NamesIdAndDriver()
    {
        using StringWriter output = new();
        WindowsClientHost.ListTaps(Machine, output);
        Assert.Equal($"{"Party",-32} {{11111111-2222-3333-4444-555555555555}}  tap0901{Environment.NewLine}", output.ToString());
    }

    [Fact]
    public void ListTaps_None_SaysHowToGetOne()
    {
        Machine.FakeRegistry.Adapters.Clear();
        using StringWriter output = new();
        WindowsClientHost.ListTaps(Machine, output);
        Assert.Contains(@"tapctl create --hwid root\tap0901", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Watch_EndsWithTheHost()
    {
        Ready();
        bool changed = false;
        Host!.Watch(() => changed = true);
        Machine.Change();
        Assert.True(changed);
        Host.Dispose();
        Assert.False(Machine.IsWatched);
    }

    /// <summary>Joins, and lets all looks pass.</summary>
    private void JoinAndWaitForPrivate()
    {
        Open();
        Host!.OnJoined(1400);
        WaitFor(() => Machine.Story.Contains("category Private") && Machine.CategoryLooks == WindowsCategory.Looks);
    }

    private void MaintainFor(TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(5))
        {
            Host!.Maintain();
            Lane.Advance(TimeSpan.FromSeconds(5));
        }
    }
}
