using System.Net;
using System.Runtime.InteropServices;
using Softlan.Platform.Windows;
using Softlan.Wire;
using Xunit;
using static Softlan.Platform.Windows.NativeIphlpapi;
using static Softlan.Tests.Platform.Windows.FakeIpHelper;

namespace Softlan.Tests.Platform.Windows;

public sealed class RouteTableTests
{
    private static readonly IPAddress Relay = IPAddress.Parse("203.0.113.7");
    private static readonly IPAddress Router = IPAddress.Parse("192.168.1.1");

    private readonly FakeIpHelper _ip = new();
    private readonly RouteTable _table;

    public RouteTableTests()
    {
        _ip.AddRoute("0.0.0.0/0", "192.168.1.1", Wifi);
        _ip.AddRoute("192.168.1.0/24", null, Wifi, 256);
        _table = new RouteTable(_ip);
    }

    /// <summary>Byte by byte: a shifted field would send packets anywhere.</summary>
    [Fact]
    public void HostRoute_IPv4_IsTheRowThatWindowsExpects()
    {
        byte[] expected = new byte[104];
        expected[8] = 12; // InterfaceIndex
        expected[12] = 2; // DestinationPrefix.Prefix.si_family
        ((byte[])[203, 0, 113, 7]).CopyTo(expected, 16);
        expected[40] = 32; // DestinationPrefix.PrefixLength
        expected[44] = 2; // NextHop.si_family
        ((byte[])[192, 168, 1, 1]).CopyTo(expected, 48);
        expected.AsSpan(76, 8).Fill(0xff); // ValidLifetime, PreferredLifetime
        expected[88] = 3; // Protocol: MIB_IPPROTO_NETMGMT
        Assert.Equal(expected, Bytes(RouteTable.HostRoute(Relay, WifiIndex, Router)));
    }

    [Fact]
    public void HostRoute_IPv6OnLink_HasFamilyAndNothingElseAsNextHop()
    {
        byte[] expected = new byte[104];
        expected[8] = 13;
        expected[12] = 23;
        IPAddress.Parse("2001:db8::7").GetAddressBytes().CopyTo(expected, 20);
        expected[40] = 128;
        expected[44] = 23;
        expected.AsSpan(76, 8).Fill(0xff);
        expected[88] = 3;
        Assert.Equal(expected, Bytes(RouteTable.HostRoute(IPAddress.Parse("2001:db8::7"), CableIndex, null)));
    }

    [Fact]
    public void AddHostRoute_IsTaken_IsFound_IsRemoved()
    {
        _table.AddHostRoute(Relay, WifiIndex, Router);
        Assert.True(_table.HasHostRoute(Relay, WifiIndex, Router));
        Assert.False(_table.HasHostRoute(Relay, CableIndex, Router));
        Assert.False(_table.HasHostRoute(Relay, WifiIndex, null));
        Assert.Equal(new IPNetwork(Relay, 32), _table.FindBest(Relay)!.Destination);
        _table.RemoveHostRoute(Relay, WifiIndex, Router);
        _table.RemoveHostRoute(Relay, WifiIndex, Router); // Gone already is no failure.
        Assert.Equal(2, _ip.Routes.Count);
    }

    [Fact]
    public void AddHostRoute_Refused_NamesTheCallTheCodeAndTheNextStep()
    {
        _ip.Refuses = ("CreateIpForwardEntry2", Win32Error.ERROR_ACCESS_DENIED);
        string message = Assert.Throws<SoftlanException>(() => _table.AddHostRoute(Relay, WifiIndex, Router)).Message;
        Assert.StartsWith("Cannot hold the route to 203.0.113.7: CreateIpForwardEntry2: ", message, StringComparison.Ordinal);
        Assert.Contains(
            "(error 5). Hint: start softlan from a terminal that was opened with \"Run as administrator\".",
            message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void FindAll_LongestPrefixThenLowestSumOfMetrics()
    {
        _ip.AddRoute("0.0.0.0/0", "10.0.0.1", Cable, 5); // 25 + 5 is less than 35 + 0.
        _ip.AddRoute("203.0.113.0/24", "10.0.0.2", Cable);
        Assert.Equal(["10.0.0.2", "10.0.0.1", "192.168.1.1"], _table.FindAll(Relay).Select(route => route.NextHop!.ToString()));
    }

    [Fact]
    public void FindAll_LeavesOutWhatWindowsDoesNotUse()
    {
        _ip.AddRoute("0.0.0.0/0", "10.0.0.1", Cable);
        _ip.Interfaces[(AF_INET, Cable)] = _ip.Interfaces[(AF_INET, Cable)] with { Connected = 0 };
        _ip.AddRoute("0.0.0.0/0", "10.73.42.1", Tap);
        _ip.Interfaces[(AF_INET, Tap)] = _ip.Interfaces[(AF_INET, Tap)] with { DisableDefaultRoutes = 1 };
        Assert.Equal([Router], _table.FindAll(Relay).Select(route => route.NextHop));
    }

    [Fact]
    public void FindBest_NoRoute_IsNull() => Assert.Null(_table.FindBest(IPAddress.Parse("2001:db8::7")));

    [Fact]
    public void FindBest_OddAnswer_TheTableTells_UntilItIsSaid()
    {
        _ip.Refuses = ("GetBestRoute2", Win32Error.ERROR_NOT_SUPPORTED);
        for (int i = 0; i < OddAnswers.Max; i++)
        {
            Assert.Equal(Router, _table.FindBest(Relay)!.NextHop);
        }

        Assert.Contains("GetBestRoute2", Assert.Throws<SoftlanException>(() => _table.FindBest(Relay)).Message, StringComparison.Ordinal);
        _ip.Refuses = null;
        Assert.NotNull(_table.FindBest(Relay));
        _ip.Refuses = ("GetBestRoute2", Win32Error.ERROR_NOT_SUPPORTED);
        Assert.NotNull(_table.FindBest(Relay)); // Counted anew.
    }

    [Fact]
    public void FindAll_OddAnswer_IsNoRoute_UntilItIsSaid()
    {
        _ip.Refuses = ("GetIpForwardTable2", Win32Error.ERROR_NOT_SUPPORTED);
        for (int i = 0; i < OddAnswers.Max; i++)
        {
            Assert.Empty(_table.FindAll(Relay));
        }

        Assert.Contains("GetIpForwardTable2", Assert.Throws<SoftlanException>(() => _table.FindAll(Relay)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RemoveHostRoute_TableCannotBeRead_IsSaidAtOnce()
    {
        _ip.Refuses = ("GetIpForwardTable2", Win32Error.ERROR_NOT_SUPPORTED);
        Assert.Throws<SoftlanException>(() => _table.RemoveHostRoute(Relay, WifiIndex, Router));
    }

    [Fact]
    public void ListOn_BothFamiliesOfThatInterface_AndRemoveTakesOne()
    {
        _ip.AddRoute("0.0.0.0/1", "10.73.42.1", Tap);
        _ip.AddRoute("0.0.0.0/1", "10.0.0.1", Cable);
        _ip.AddRoute("2000::/3", "fe80::1", Tap);
        _ip.AddRoute("10.73.42.0/24", null, Tap);
        IReadOnlyList<ListedRoute> listed = _table.ListOn(Tap);
        Assert.Equal(["0.0.0.0/1", "10.73.42.0/24", "2000::/3"], listed.Select(one => one.Route.Destination.ToString()));
        Assert.Equal("2000::/3", Assert.Single(_table.ListOn(Tap, AF_INET6)).Route.Destination.ToString());
        Assert.All(listed.Where(one => one.Route.NextHop is not null), one => Assert.Null(_table.Remove(one)));
        Assert.Equal(
            [
                "0.0.0.0/0 via 192.168.1.1 if 12", "192.168.1.0/24 via 0.0.0.0 if 12",
                "0.0.0.0/1 via 10.0.0.1 if 13", "10.73.42.0/24 via 0.0.0.0 if 77",
            ],
            _ip.Table);
    }

    [Fact]
    public void Remove_Refused_IsSaid()
    {
        _ip.AddRoute("0.0.0.0/1", "10.73.42.1", Tap);
        _ip.Refuses = ("DeleteIpForwardEntry2", Win32Error.ERROR_ACCESS_DENIED);
        Assert.StartsWith("DeleteIpForwardEntry2: ", _table.Remove(Assert.Single(_table.ListOn(Tap))), StringComparison.Ordinal);
    }

    /// <summary>Whoever makes a route chooses its Loopback; a VPN's 0.0.0.0/1 with it is none to this machine itself.</summary>
    [Theory]
    [InlineData("203.0.113.7/32", null, true, true)]
    [InlineData("203.0.113.7/32", null, false, false)]
    [InlineData("203.0.113.7/32", "192.168.1.1", true, false)]
    [InlineData("203.0.113.0/24", null, true, false)]
    [InlineData("128.0.0.0/1", null, true, false)]
    [InlineData("127.0.0.0/8", null, true, true)]
    [InlineData("2001:db8::7/128", null, true, true)]
    [InlineData("2001:db8::/64", null, true, false)]
    public void IsLocal_ForThisMachinesOwnAddressesAlone(string destination, string? nextHop, bool isLoopback, bool isLocal)
    {
        _ip.AddRoute(destination, nextHop, Wifi, isLoopback: isLoopback);
        IPNetwork network = IPNetwork.Parse(destination);
        Assert.Equal(isLocal, _table.FindAll(network.BaseAddress)[0].IsLocal);
    }

    [Fact]
    public void FindBest_IPv6IsSwitchedOff_IsNoRoute()
    {
        _ip.Refuses = ("GetBestRoute2", Win32Error.ERROR_NOT_SUPPORTED);
        Assert.Null(_table.FindBest(IPAddress.Parse("2001:db8::7")));
        _ip.Refuses = ("GetIpForwardTable2", Win32Error.ERROR_NOT_SUPPORTED);
        Assert.Empty(_table.FindAll(IPAddress.Parse("2001:db8::7")));
    }

    /// <summary>A PC whose IPv6 is out of order plays by IPv4, so this is said and does not end the client.</summary>
    [Theory]
    [InlineData("GetBestRoute2")]
    [InlineData("GetIpForwardTable2")]
    public void FindBest_IPv6IsOutOfOrder_TheKnownTableTells_AndTheReasonIsTold(string api)
    {
        List<string> told = [];
        RouteTable table = new(_ip, told.Add);
        IPAddress relay = IPAddress.Parse("2001:db8::7");
        _ip.AddRoute("::/0", "fe80::1", Wifi);
        Assert.Single(table.FindAll(relay));
        _ip.Refuses = (api, Win32Error.ERROR_GEN_FAILURE);
        for (int i = 0; i < OddAnswers.Max + 1; i++)
        {
            Assert.Equal(IPAddress.Parse("fe80::1"), table.FindBest(relay)!.NextHop);
            Assert.Single(table.FindAll(relay));
            Assert.True(i > 0 || told.Count == 0);
        }

        Assert.StartsWith($"{api}: ", told[0], StringComparison.Ordinal);
        Assert.Contains("(error 31)", told[0], StringComparison.Ordinal);
    }

    [Fact]
    public void RemoveHostRoute_IPv6TableCannotBeRead_IsSaidAtOnce()
    {
        _ip.Refuses = ("GetIpForwardTable2", Win32Error.ERROR_GEN_FAILURE);
        Assert.Throws<SoftlanException>(() => _table.RemoveHostRoute(IPAddress.Parse("2001:db8::7"), WifiIndex, null));
        _ip.Refuses = ("GetIpForwardTable2", Win32Error.ERROR_NOT_SUPPORTED);
        _table.RemoveHostRoute(IPAddress.Parse("2001:db8::7"), WifiIndex, null); // With IPv6 it went.
    }

    [Fact]
    public void FindAll_PrefixWithBitsBehindIt_IsUnderstood()
    {
        MIB_IPFORWARD_ROW2 row = _ip.Routes[1];
        row.DestinationPrefix.Prefix = SocketAddresses.ToNative(IPAddress.Parse("203.0.113.99"));
        _ip.Routes.Add(row);
        Assert.Equal("203.0.113.0/24", new RouteTable(new OnlyRows(_ip)).FindAll(Relay)[0].Destination.ToString());
    }

    private static byte[] Bytes(MIB_IPFORWARD_ROW2 row) => MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref row, 1)).ToArray();

    /// <summary>Leaves the judgement of rows to who asks.</summary>
    private sealed class OnlyRows(FakeIpHelper ip) : IIpHelper
    {
        public int FindBestRoute(in SOCKADDR_INET destination, out MIB_IPFORWARD_ROW2 route) => throw new NotSupportedException();

        public int ListRoutes(ushort family, out MIB_IPFORWARD_ROW2[] routes) => ip.ListRoutes(family, out routes);

        public int AddRoute(in MIB_IPFORWARD_ROW2 route) => throw new NotSupportedException();

        public int RemoveRoute(in MIB_IPFORWARD_ROW2 route) => throw new NotSupportedException();

        public int ReadInterface(ref MIB_IPINTERFACE_ROW row) => ip.ReadInterface(ref row);

        public int WriteInterface(in MIB_IPINTERFACE_ROW row) => throw new NotSupportedException();

        public int ListAddresses(ushort family, out MIB_UNICASTIPADDRESS_ROW[] addresses) => throw new NotSupportedException();

        public int ReadDnsLimit(Guid adapter, ushort family, out bool isLimited) => throw new NotSupportedException();

        public int WriteDnsLimit(Guid adapter, ushort family, bool isLimited) => throw new NotSupportedException();

        public int FindLuid(Guid adapter, out ulong luid) => throw new NotSupportedException();

        public string? FindAlias(ulong luid) => null;
    }
}
