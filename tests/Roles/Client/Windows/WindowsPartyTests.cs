using System.Net;
using Softlan.Platform.Windows;
using Softlan.Roles.Client.Windows;
using Softlan.Tests.Platform.Windows;
using Xunit;
using static Softlan.Platform.Windows.NativeIphlpapi;
using static Softlan.Tests.Platform.Windows.FakeIpHelper;

namespace Softlan.Tests.Roles.Client.Windows;

/// <summary>What a party's network may do to a player's Windows PC, and what happens to the adapter meanwhile.</summary>
public sealed class WindowsPartyTests : WindowsHostBench
{
    [Fact]
    public void Routes_ThatWouldTakeTheInternet_AreRemovedAndSaidOnce()
    {
        Join();
        string[] home = [.. Machine.FakeIp.Table];
        for (int i = 0; i < 2; i++)
        {
            Machine.FakeIp.AddRoute("0.0.0.0/1", "10.73.42.1", Tap);
            Machine.FakeIp.AddRoute("128.0.0.0/1", null, Tap);
            Machine.FakeIp.AddRoute("2000::/3", null, Tap);
            Machine.FakeIp.AddRoute("2001:db8::/33", "fe80::1", Tap);
            Host!.Maintain();
            Assert.Equal(home, Machine.FakeIp.Table);
        }

        Assert.Equal(1, Log.Count("Something added the route 0.0.0.0/1 via 10.73.42.1 to Party: removed"));
        Assert.Equal(4, Log.Count("Something added the route"));
    }

    [Fact]
    public void Routes_ThroughThePartysRouter_AreRemoved()
    {
        Join();
        Machine.FakeIp.AddRoute("192.168.0.0/16", "10.73.42.1", Tap);
        Host!.Maintain();
        Assert.DoesNotContain(Machine.FakeIp.Table, route => route.StartsWith("192.168.0.0/16", StringComparison.Ordinal));
    }

    [Fact]
    public void Routes_ToNetworksThatMayBeSomebodyElses_AreRemoved()
    {
        Join();
        Machine.FakeIp.Addresses.Add(Address("8.8.8.50", Tap, IpPrefixOriginDhcp) with { OnLinkPrefixLength = 24 });
        Machine.FakeIp.AddRoute("8.8.8.50/32", null, Tap);
        string[] home = [.. Machine.FakeIp.Table];
        Machine.FakeIp.AddRoute("8.8.8.0/24", null, Tap);
        Machine.FakeIp.AddRoute("8.8.8.255/32", null, Tap);
        Machine.FakeIp.AddRoute("2001:4860:4860::8888/128", null, Tap);
        Machine.FakeIp.AddRoute("2001:db8::/32", null, Tap);
        Host!.Maintain();
        Assert.Equal(home, Machine.FakeIp.Table);
    }

    [Fact]
    public void Routes_OfAnAddressThatAPersonGave_Stay()
    {
        Join();
        Machine.FakeIp.Addresses.Add(Address("8.8.8.50", Tap, IpPrefixOriginManual) with { OnLinkPrefixLength = 24 });
        Machine.FakeIp.AddRoute("8.8.8.0/24", null, Tap);
        Machine.FakeIp.AddRoute("2001:db8:1:2::/64", null, Tap);
        string[] table = [.. Machine.FakeIp.Table];
        Host!.Maintain();
        Assert.Equal(table, Machine.FakeIp.Table);
    }

    [Fact]
    public void Routes_OfThePartyItself_Stay()
    {
        Join();
        Machine.FakeIp.AddRoute("0.0.0.0/0", "10.73.42.1", Tap); // Switched off, and a sign by which Windows knows the network.
        Machine.FakeIp.AddRoute("10.0.0.0/8", null, Tap);
        Machine.FakeIp.AddRoute("224.0.0.0/4", null, Tap);
        Machine.FakeIp.AddRoute("255.255.255.255/32", null, Tap);
        Machine.FakeIp.AddRoute("fe80::/64", null, Tap);
        Machine.FakeIp.AddRoute("ff00::/8", null, Tap);
        Machine.FakeIp.AddRoute("2001:db8::/64", null, Tap);
        Machine.FakeIp.AddRoute("0.0.0.0/1", "10.8.0.1", Cable); // A VPN's, which is the player's affair.
        string[] table = [.. Machine.FakeIp.Table];
        Host!.Maintain();
        Assert.Equal(table, Machine.FakeIp.Table);
    }

    [Fact]
    public void Routes_IPv6CannotBePrepared_ItsDefaultRouteIsRemoved()
    {
        Join();
        Machine.FakeIp.Interfaces[(AF_INET6, Tap)] = Machine.FakeIp.Interfaces[(AF_INET6, Tap)] with { DisableDefaultRoutes = 0 };
        Machine.FakeIp.Refuses = ("SetIpInterfaceEntry", Win32Error.ERROR_INVALID_PARAMETER);
        string[] table = [.. Machine.FakeIp.Table];
        Machine.FakeIp.AddRoute("::/0", "fe80::1", Tap);
        Host!.Maintain();
        Assert.Equal(table, Machine.FakeIp.Table);
    }

    [Fact]
    public void Routes_WindowsKeepsOne_IsSaidWithItsReason()
    {
        Join();
        Machine.FakeIp.AddRoute("0.0.0.0/1", null, Tap);
        Machine.FakeIp.Refuses = ("DeleteIpForwardEntry2", Win32Error.ERROR_ACCESS_DENIED);
        Host!.Maintain();
        Host.Maintain();
        Assert.Equal(1, Log.Count("Something added the route 0.0.0.0/1 to Party: DeleteIpForwardEntry2: "));
    }

    /// <summary>Two homes with routers of one maker: 192.168.1.1 is the player's router, and its name server. Another one is behind it.</summary>
    [Fact]
    public void Home_ThePartyHasTheSameNetwork_RouterAndNameServersStay()
    {
        Machine.NameServers.AddRange([IPAddress.Parse("192.168.1.1"), IPAddress.Parse("192.168.1.53"), IPAddress.Parse("10.9.9.9")]);
        Join();
        Assert.DoesNotContain(Machine.FakeIp.Table, row => row.Contains("/32", StringComparison.Ordinal));

        Machine.FakeIp.AddRoute("192.168.1.0/24", null, Tap, 1);
        Machine.FakeIp.Addresses.Add(Address("192.168.1.77", Tap, IpPrefixOriginDhcp));
        Host!.Maintain();
        string[] expected = [$"192.168.1.1/32 via 0.0.0.0 if {WifiIndex}", $"192.168.1.53/32 via 0.0.0.0 if {WifiIndex}"];
        Assert.Equal(expected, Machine.FakeIp.Table.Where(row => row.Contains("/32", StringComparison.Ordinal)).Order());
        Assert.Equal(1, Log.Count("The party's network contains 192.168.1.1, a name server or router of yours: it is still reached through"));

        // And again where somebody takes one away; gone when the party is.
        Machine.FakeIp.Routes.RemoveAll(row => row.DestinationPrefix.PrefixLength == 32);
        Host.Maintain();
        Assert.Equal(expected, Machine.FakeIp.Table.Where(row => row.Contains("/32", StringComparison.Ordinal)).Order());
        Host.Changes.UndoAll();
        Assert.DoesNotContain(Machine.FakeIp.Table, row => row.Contains("/32", StringComparison.Ordinal));
    }

    /// <summary>What Windows does not tell for a moment stays as it was: neither the host routes nor the address go.</summary>
    [Theory]
    [InlineData("GetUnicastIpAddressTable")]
    [InlineData("GetIpForwardTable2")]
    public void Home_WindowsDoesNotAnswerForAMoment_ThePinsStay(string api)
    {
        Machine.NameServers.Add(IPAddress.Parse("192.168.1.1"));
        Join();
        Machine.FakeIp.AddRoute("192.168.1.0/24", null, Tap, 1);
        Machine.FakeIp.Addresses.Add(Address("192.168.1.77", Tap, IpPrefixOriginDhcp));
        Host!.Maintain();
        Machine.FakeIp.Changes.Clear();
        Machine.FakeIp.Refuses = (api, Win32Error.ERROR_GEN_FAILURE);
        Host.Maintain();
        Assert.Empty(Machine.FakeIp.Changes);
        Assert.Equal(IPAddress.Parse("192.168.1.77"), Host.ShownAddress);
        Assert.Contains($"192.168.1.1/32 via 0.0.0.0 if {WifiIndex}", Machine.FakeIp.Table);
    }

    [Fact]
    public void Home_NameServersAreAskedForNowAndThen()
    {
        Join();
        int lists = Machine.CardLists;
        for (int i = 0; i < 12; i++)
        {
            Lane.Advance(TimeSpan.FromSeconds(5));
            Host!.Maintain();
        }

        Assert.Equal(lists + 2, Machine.CardLists);
    }

    /// <summary>Name servers and MACs from one list: frames wait while Windows makes it.</summary>
    [Fact]
    public void Cards_AreListedOnceForAJoinAndForEachChange()
    {
        Join();
        Assert.Equal([KeyValuePair.Create(FakeWindowsMachine.WifiMac, "Wi-Fi")], Host!.FindCards());
        Assert.Equal(1, Machine.CardLists);

        Host.Watch(static () => { });
        Machine.Change();
        Machine.HidesCards = true;
        Assert.Single(Host.FindCards()); // As it was.
        Host.Maintain();
        Assert.Equal(2, Machine.CardLists);
        Host.OnJoined(1500);
        Host.FindCards();
        Assert.Equal(3, Machine.CardLists);
    }

    [Theory]
    [InlineData("192.168.1.77", 24, "192.168.1.0/24 overlaps with 192.168.1.0/24 on Wi-Fi")]
    [InlineData("192.168.7.77", 16, "192.168.0.0/16 overlaps with 192.168.1.0/24 on Wi-Fi")]
    [InlineData("192.168.1.77", 28, "192.168.1.64/28 overlaps with 192.168.1.0/24 on Wi-Fi")]
    public void Addresses_ThePartyIsTheHomeNetwork_IsSaidOnce(string address, byte prefixLength, string said)
    {
        Join();
        Machine.FakeIp.Addresses.Add(Address(address, Tap, IpPrefixOriginDhcp) with { OnLinkPrefixLength = prefixLength });
        Host!.Maintain();
        Host.Maintain();
        Assert.Equal(1, Log.Count(said));
        Assert.Equal(1, Log.Count("overlaps"));
        Assert.Equal(1, Log.Count("addresses in both lead to the party"));
    }

    [Fact]
    public void Addresses_OfOtherNetworks_AreNoOverlap()
    {
        Join();
        Machine.FakeIp.Addresses.Add(Address("169.254.9.9", Wifi, IpPrefixOriginWellKnown) with { OnLinkPrefixLength = 16 });
        Machine.FakeIp.Addresses.Add(Address("169.254.7.8", Tap, IpPrefixOriginWellKnown) with { OnLinkPrefixLength = 16 });
        Machine.FakeIp.Addresses.Add(Address("192.168.2.77", Tap, IpPrefixOriginDhcp));
        Host!.Maintain();
        Assert.Equal(0, Log.Count("overlaps"));
    }

    [Fact]
    public void AdapterRestarts_SettingsBeforeTheCable()
    {
        Join();
        FakeTapDevice before = Device;
        MIB_IPINTERFACE_ROW fresh =
            Machine.FakeIp.Interfaces[(AF_INET, Tap)] with { UseAutomaticMetric = 1, Metric = 25, DisableDefaultRoutes = 0, NlMtu = 1500 };
        Machine.FakeIp.Interfaces.Remove((AF_INET, Tap));
        Machine.FakeIp.Changes.Clear();
        before.Error = Win32Error.ERROR_DEVICE_NOT_CONNECTED;
        before.Receive([], before.Error);
        before.Tell();
        Lane.Advance(TimeSpan.FromSeconds(2));
        Assert.NotSame(before, Device);
        Assert.False(Device.IsMediaConnected); // Windows has no IPv4 on it yet.
        Machine.FakeIp.Interfaces.Add((AF_INET, Tap), fresh);
        Lane.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["IPv4 metric 1 mtu 1400 default routes off"], Machine.FakeIp.Changes);
        Assert.True(Device.IsMediaConnected);
        Assert.Null(Handler.Failure);
    }

    [Fact]
    public void Windows_AnswersOddlyForAMoment_IsNoFailure()
    {
        Join();
        Machine.FakeIp.Refuses = ("GetIpInterfaceEntry", Win32Error.ERROR_NOT_SUPPORTED);
        Host!.Maintain();
        Host.OnJoined(1400);
        Lane.Advance(TimeSpan.FromSeconds(2));
        Machine.FakeIp.Refuses = null;
        Lane.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([false, true], Device.Media); // The cable stayed in.
        Assert.Null(Handler.Failure);
    }

    [Fact]
    public void OnJoined_WindowsDoesNotSayWhatItKept_TheCableWaits()
    {
        Open();
        Machine.FakeIp.Written = () => Machine.FakeIp.Refuses = ("GetIpInterfaceEntry", Win32Error.ERROR_NOT_SUPPORTED);
        Host!.OnJoined(1400);
        Assert.DoesNotContain(true, Device.Media);
        Machine.FakeIp.Written = null;
        Machine.FakeIp.Refuses = null;
        Lane.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Device.IsMediaConnected);
    }

    [Fact]
    public void Undo_WindowsAnswersOddly_StaysInTheJournal()
    {
        Join();
        Machine.FakeIp.Refuses = ("SetIpInterfaceEntry", Win32Error.ERROR_NOT_SUPPORTED);
        Host!.Changes.UndoAll();
        Assert.Equal(2, Log.Count("Cannot undo"));
        Assert.Single(Journals);
    }

    [Fact]
    public void Adapter_DisabledAndEnabled_ItsHandleIsClosedAtOnce_AndSettingsComeBeforeTheCable()
    {
        Join();
        FakeTapDevice before = Device;
        Machine.DisableAdapter();
        Lane.Advance(TimeSpan.FromSeconds(1));
        Assert.True(before.IsDisposed);
        Lane.Advance(TimeSpan.FromSeconds(5));
        Machine.FakeIp.Changes.Clear();
        Machine.EnableAdapter();
        Lane.Advance(TimeSpan.FromSeconds(1));
        Assert.NotSame(before, Device);
        Assert.Equal(
            ["IPv4 metric 1 mtu 1400 default routes off", "IPv6 metric 1 mtu 1400 default routes off"], Machine.FakeIp.Changes);
        Assert.True(Device.IsMediaConnected);
        Assert.Null(Handler.Failure);
        Assert.Equal(2, Log.Count("Party is up"));
    }

    [Fact]
    public void Adapter_StaysDisabled_IsAFailureThatSaysToEnableIt()
    {
        Join();
        Machine.DisableAdapter();
        Lane.Advance(TimeSpan.FromSeconds(29));
        Assert.Null(Handler.Failure);
        Lane.Advance(TimeSpan.FromSeconds(6));
        Assert.Contains("enable the adapter in Network Connections", Handler.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Adapter_IsDisabledWhileItConnects_IsAFailureThatSaysToEnableIt()
    {
        Open();
        Machine.DisableAdapter();
        Host!.OnJoined(1400);
        Lane.Advance(TimeSpan.FromSeconds(40));
        Assert.Contains("enable the adapter in Network Connections", Handler.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AdapterRestarts_DefaultRoutesStayOn_FailsWithoutTheCable()
    {
        Join();
        FakeTapDevice before = Device;
        Machine.FakeIp.ForgetsDefaultRoutes = true;
        Machine.FakeIp.Interfaces[(AF_INET, Tap)] = Machine.FakeIp.Interfaces[(AF_INET, Tap)] with { DisableDefaultRoutes = 0 };
        before.Error = Win32Error.ERROR_DEVICE_NOT_CONNECTED;
        before.Receive([], before.Error);
        before.Tell();
        Lane.Advance(TimeSpan.FromSeconds(2));
        Assert.DoesNotContain(true, Device.Media);
        Assert.Contains("GetIpInterfaceEntry still says", Handler.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gateway_ComesLate_SettingsAreLookedAtBeforeTheCableIsInAgain()
    {
        Join();
        Lane.Advance(TimeSpan.FromMinutes(1));
        Host!.OnGatewayPresent(isNew: true);
        Machine.FakeIp.Interfaces[(AF_INET, Tap)] = Machine.FakeIp.Interfaces[(AF_INET, Tap)] with { DisableDefaultRoutes = 0 };
        Machine.FakeIp.ForgetsDefaultRoutes = true;
        Lane.Advance(TimeSpan.FromSeconds(2));
        Assert.False(Device.IsMediaConnected);
        Assert.NotNull(Handler.Failure);
    }

    [Fact]
    public void Undo_AdapterIsDisabled_StaysInTheJournalForTheNextStart()
    {
        Join();
        MIB_IPINTERFACE_ROW row = Machine.FakeIp.Interfaces[(AF_INET, Tap)];
        Machine.FakeIp.Interfaces.Remove((AF_INET, Tap));
        Machine.FakeIp.Interfaces.Remove((AF_INET6, Tap));
        Host!.Changes.UndoAll();
        Assert.Equal(2, Log.Count("the adapter is disabled, or just starting"));
        Assert.Single(Journals);
        Host.Dispose();
        Machine.FakeIp.Interfaces.Add((AF_INET, Tap), row);
        Machine.ThisProcess = Machine.ThisProcess with { Pid = 4712 };
        Create();
        Host.CleanLeftovers();
        Assert.Equal(1, Machine.FakeIp.Interfaces[(AF_INET, Tap)].UseAutomaticMetric);
        Assert.Empty(Journals); // Its IPv6 side alone is switched off, and has nothing to put back.
    }

    [Fact]
    public void Undo_AdapterWasRemoved_IsNoFailure()
    {
        Join();
        Machine.FakeIp.Interfaces.Remove((AF_INET, Tap));
        Machine.FakeIp.Interfaces.Remove((AF_INET6, Tap));
        Machine.FakeRegistry.Adapters.Clear();
        Host!.Changes.UndoAll();
        Assert.Equal(0, Log.Count("Cannot undo"));
        Assert.Empty(Journals);
    }

    [Fact]
    public void Category_ComFails_IsAWarning()
    {
        Machine.CategoryFails = new InvalidCastException("no such interface");
        Join();
        WaitFor(() => Log.Count("no such interface") == 1);
    }

    [Fact]
    public void Category_PutBackBeforeTheChangeIsMade_ItIsNotMadeAnyMore()
    {
        Join();
        Lane.Advance(WindowsCategory.QuickInterval);
        Assert.True(Machine.DoOffLane()); // The look, which finds a public network.
        Lane.Run();
        Host!.Changes.UndoAll();
        Assert.True(Machine.DoOffLane()); // The change.
        Assert.DoesNotContain(Machine.Story, part => part.StartsWith("category", StringComparison.Ordinal));
    }

    private void Join()
    {
        Open();
        Host!.OnJoined(1400);
        Assert.True(Device.IsMediaConnected);
    }
}
