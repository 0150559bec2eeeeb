using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

//   nic0 ---- nic1      one namespace, a veth pair; the kernel's real answers
[Collection(NamespaceTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class NetlinkTests
{
    [Fact]
    public void Links_FindAndChange()
    {
        InNamespace((ns, socket) =>
        {
            LinkEntry a = NetlinkLinks.Find(socket, "nic0")!;
            Assert.Equal("veth", a.Kind);
            Assert.True(a is { IsUp: true, HasCarrier: true, IsEthernet: true, IsLoopback: false, Mtu: 1500 });
            Assert.Null(NetlinkLinks.Find(socket, "missing"));
            Assert.Null(NetlinkLinks.Find(socket, 4711));
            Assert.Equal(["lo", "nic0", "nic1"], NetlinkLinks.List(socket).Select(link => link.Name).Order());

            MacAddress mac = MacAddress.Read([2, 0, 0, 0, 0, 7]);
            Assert.True(NetlinkLinks.SetAddress(socket, a.Index, mac).Succeeded);
            Assert.True(NetlinkLinks.SetMtu(socket, a.Index, 1400).Succeeded);
            Assert.True(NetlinkLinks.SetUp(socket, a.Index, false).Succeeded);
            Assert.True(NetlinkLinks.Find(socket, a.Index) is { IsUp: false, HasCarrier: false, Mtu: 1400 } changed && changed.Address == mac);

            NetlinkResult tooSmall = NetlinkLinks.SetMtu(socket, a.Index, 1);
            Assert.Equal(Errno.EINVAL, tooSmall.Code);
            Assert.Contains("mtu less than device minimum", tooSmall.Reason, StringComparison.Ordinal);

            ns.Ip("link del nic0");
            Assert.Null(NetlinkLinks.Find(socket, a.Index));
            Assert.True(NetlinkLinks.SetUp(socket, a.Index, true).NotFound);
        });
    }

    [Fact]
    public void Addresses_SetListDelete_BothFamilies()
    {
        InNamespace((ns, socket) =>
        {
            int index = NetlinkLinks.Find(socket, "nic0")!.Index;
            InterfaceAddress four = new()
            {
                InterfaceIndex = index,
                Address = IPAddress.Parse("192.0.2.5"),
                PrefixLength = 24,
                Broadcast = IPAddress.Parse("192.0.2.255"),
            };
            InterfaceAddress six = new() { InterfaceIndex = index, Address = IPAddress.Parse("2001:db8::5"), PrefixLength = 64 };
            NetlinkAddresses.Set(socket, four).ThrowIfFailed("set");
            ns.Ip("addr change 192.0.2.5/24 dev nic0 valid_lft 900 preferred_lft 300");
            NetlinkAddresses.Set(socket, four).ThrowIfFailed("renew");
            NetlinkAddresses.Set(socket, six).ThrowIfFailed("set");

            IReadOnlyList<InterfaceAddress> listed = NetlinkAddresses.List(socket, index);
            InterfaceAddress found = Assert.Single(listed, address => address.Address.Equals(four.Address));
            Assert.Equal((24, four.Broadcast, true), (found.PrefixLength, found.Broadcast, found.IsPermanent));
            Assert.Single(listed, address => address.Address.Equals(six.Address));
            Assert.All(listed, address => Assert.Equal(index, address.InterfaceIndex));
            Assert.Contains(NetlinkAddresses.List(socket), address => address.Address.Equals(IPAddress.Loopback));

            Assert.True(NetlinkAddresses.Delete(socket, four).Succeeded);
            Assert.True(NetlinkAddresses.Delete(socket, four).NotFound);
            Assert.True(NetlinkAddresses.Delete(socket, six).Succeeded);
        });
    }

    [Theory]
    [InlineData("198.51.100.7/32", "192.0.2.1")]
    [InlineData("2001:db8:9::7/128", "2001:db8::1")]
    public void HostRoute_IsAddedOnceFoundAndDeleted(string prefix, string gateway)
    {
        InNamespace((_, socket) =>
        {
            int index = NetlinkLinks.Find(socket, "nic0")!.Index;
            NetlinkAddresses.Set(socket, new() { InterfaceIndex = index, Address = IPAddress.Parse("192.0.2.5"), PrefixLength = 24 })
                .ThrowIfFailed("set");
            NetlinkAddresses.Set(socket, new() { InterfaceIndex = index, Address = IPAddress.Parse("2001:db8::5"), PrefixLength = 64 })
                .ThrowIfFailed("set");
            IPNetwork destination = IPNetwork.Parse(prefix);
            Assert.Null(NetlinkRoutes.Lookup(socket, destination.BaseAddress));

            RouteEntry route = new() { Destination = destination, Gateway = IPAddress.Parse(gateway), InterfaceIndex = index };
            NetlinkRoutes.Add(socket, route).ThrowIfFailed("add");
            Assert.True(NetlinkRoutes.Add(socket, route).AlreadyExists);

            RouteEntry used = NetlinkRoutes.Lookup(socket, destination.BaseAddress)!;
            Assert.Equal((index, route.Gateway), (used.InterfaceIndex, used.Gateway));
            Assert.NotNull(used.PreferredSource);
            RouteEntry entry = Assert.Single(NetlinkRoutes.List(socket));
            Assert.Equal((destination, RouteEntry.SoftlanProtocol), (entry.Destination, entry.Protocol));
            Assert.True(NetlinkRoutes.List(socket, protocol: null).Count > 1);

            Assert.True(NetlinkRoutes.Delete(socket, route).Succeeded);
            Assert.True(NetlinkRoutes.Delete(socket, route).NotFound);
            Assert.Empty(NetlinkRoutes.List(socket));
        });
    }

    [Fact]
    public void Routes_AddFirstAndAddLast_AreAskedInThatOrder_AndOtherTablesAreTheirOwn()
    {
        InNamespace((ns, socket) =>
        {
            ns.Ip("addr add 192.0.2.5/24 brd + dev nic0");
            ns.Ip("addr add 192.0.2.6/24 brd + dev nic1");
            int index = NetlinkLinks.Find(socket, "nic1")!.Index;
            RouteEntry first = new() { Destination = IPNetwork.Parse("192.0.2.0/24"), InterfaceIndex = index };
            NetlinkRoutes.AddFirst(socket, first).ThrowIfFailed("add");
            Assert.True(NetlinkRoutes.AddFirst(socket, first).AlreadyExists);
            Assert.Equal(index, NetlinkRoutes.Lookup(socket, IPAddress.Parse("192.0.2.9"))!.InterfaceIndex);

            RouteEntry broadcast = new()
            {
                Destination = IPNetwork.Parse("192.0.2.255/32"),
                InterfaceIndex = index,
                PreferredSource = IPAddress.Parse("192.0.2.6"),
                Table = NativeNetlink.RT_TABLE_LOCAL,
                Type = NativeNetlink.RTN_BROADCAST,
            };
            Assert.NotEqual(index, NetlinkRoutes.Lookup(socket, IPAddress.Parse("192.0.2.255"))!.InterfaceIndex);
            NetlinkRoutes.AddFirst(socket, broadcast).ThrowIfFailed("add");
            Assert.Equal(index, NetlinkRoutes.Lookup(socket, IPAddress.Parse("192.0.2.255"))!.InterfaceIndex);
            Assert.Equal(broadcast, Assert.Single(NetlinkRoutes.ListOwn(socket, NativeNetlink.RT_TABLE_LOCAL)));

            RouteEntry copy = first with { Table = 4711 };
            RouteEntry[] copies = [copy, copy with { InterfaceIndex = NetlinkLinks.Find(socket, "nic0")!.Index }];
            Assert.Empty(NetlinkRoutes.ListOwn(socket, 4711));
            Assert.All(copies, route => NetlinkRoutes.AddLast(socket, route).ThrowIfFailed("add"));
            Assert.Equal(copies, NetlinkRoutes.ListOwn(socket, 4711));
            Assert.Equal(first, Assert.Single(NetlinkRoutes.List(socket)));
            Assert.All([first, broadcast, .. copies], route => NetlinkRoutes.Delete(socket, route).ThrowIfFailed("delete"));
            Assert.DoesNotContain("proto 115", ns.Ip("route show table all"), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Rule_IsAddedOnceFoundAndDeleted()
    {
        InNamespace((ns, socket) =>
        {
            string before = ns.Ip("rule show");
            RuleEntry rule = new() { Source = IPAddress.Parse("192.0.2.5"), Table = 4711, Priority = 4712 };
            NetlinkRules.Add(socket, rule).ThrowIfFailed("add");
            Assert.True(NetlinkRules.Add(socket, rule).AlreadyExists);
            Assert.Contains("4712:\tfrom 192.0.2.5 lookup 4711 proto 115", ns.Ip("rule show"), StringComparison.Ordinal);
            Assert.Equal(rule, Assert.Single(NetlinkRules.List(socket, 4711)));
            Assert.Empty(NetlinkRules.List(socket, 4712));
            NetlinkRules.Delete(socket, rule).ThrowIfFailed("delete");
            Assert.True(NetlinkRules.Delete(socket, rule).NotFound);
            Assert.Equal(before, ns.Ip("rule show"));
        });
    }

    [Theory]
    [InlineData("unreachable", "198.51.100.7")]
    [InlineData("blackhole", "198.51.100.7")]
    [InlineData("prohibit", "198.51.100.7")]
    [InlineData("unreachable", "2001:db8:9::7")]
    [InlineData("blackhole", "2001:db8:9::7")]
    [InlineData("prohibit", "2001:db8:9::7")]
    public void Lookup_RouteThatOnlyRejects_IsNone(string kind, string destination)
    {
        InNamespace((ns, socket) =>
        {
            ns.Ip($"{(destination.Contains(':', StringComparison.Ordinal) ? "-6" : "-4")} route add {kind} default metric 4000");
            Assert.Null(NetlinkRoutes.Lookup(socket, IPAddress.Parse(destination)));
        });
    }

    [Fact]
    public void OnLinkRoutes_CoverLimitedBroadcastAndMulticast()
    {
        InNamespace((ns, socket) =>
        {
            int index = NetlinkLinks.Find(socket, "nic0")!.Index;
            foreach (string prefix in (string[])["255.255.255.255/32", "224.0.0.0/4"])
            {
                NetlinkRoutes.Add(socket, new() { Destination = IPNetwork.Parse(prefix), InterfaceIndex = index, Metric = 5 }).ThrowIfFailed("add");
            }

            Assert.Equal(2, NetlinkRoutes.List(socket).Count(route => route is { Gateway: null, Metric: 5 }));
            Assert.Equal(index, NetlinkRoutes.Lookup(socket, IPAddress.Parse("239.1.2.3"))!.InterfaceIndex);
        });
    }

    [Fact]
    public void Monitor_ABurstOfChanges_IsToldOnce()
    {
        InNamespace((ns, socket) =>
        {
            using EventLoop loop = new();
            int told = 0;
            using NetworkMonitor monitor = NetworkMonitor.Open(loop, () => told++);
            int index = NetlinkLinks.Find(socket, "nic0")!.Index;
            NetlinkAddresses.Set(socket, new() { InterfaceIndex = index, Address = IPAddress.Parse("192.0.2.5"), PrefixLength = 24 })
                .ThrowIfFailed("set");
            NetlinkLinks.SetMtu(socket, index, 1400).ThrowIfFailed("set");
            TurnUntil(loop, () => told > 0);
            Assert.Equal(1, told);

            NetlinkRoutes.Add(socket, new() { Destination = IPNetwork.Parse("198.51.100.0/24"), InterfaceIndex = index }).ThrowIfFailed("add");
            TurnUntil(loop, () => told > 1);
            Assert.Equal(2, told);
        });
    }

    [Fact]
    public void Sysctl_BelongsToTheNamespaceOfTheThread()
    {
        InNamespace((ns, socket) =>
        {
            Assert.SkipUnless(Directory.Exists("/proc/sys/net/ipv6"), "this kernel has no IPv6");
            Assert.True(Sysctl.Write("nic0", Sysctl.AcceptRaDefaultRouter, 0));
            Assert.Equal(0, Sysctl.Read("nic0", Sysctl.AcceptRaDefaultRouter));
            Assert.Equal(1, Sysctl.Read("nic1", Sysctl.AcceptRaDefaultRouter));
            Assert.Null(Sysctl.Read("missing", Sysctl.AcceptRa));
            Assert.False(Sysctl.Write("missing", Sysctl.AcceptRa, 0));
            Assert.Throws<SoftlanException>(() => Sysctl.Write("../all", Sysctl.AcceptRa, 0));
            Assert.Throws<SoftlanException>(() => Sysctl.Write("nic0", "../nic1/accept_ra_defrtr", 0));
            Assert.Throws<SoftlanException>(() => Sysctl.Write("nic0", "proxy_arp", 1));
            Assert.Equal(1, Sysctl.Read("nic1", Sysctl.AcceptRaDefaultRouter));
        });
    }

    private static void TurnUntil(EventLoop loop, Func<bool> done)
    {
        for (int i = 0; i < 300 && !done(); i++)
        {
            loop.RunTurn(TimeSpan.FromMilliseconds(10));
        }
    }

    private static void InNamespace(Action<NetworkNamespace, NetlinkSocket> test)
    {
        using NetworkNamespace ns = NetworkNamespace.Create();
        ns.Ip("link add nic0 type veth peer name nic1");
        ns.Ip("link set nic0 up");
        ns.Ip("link set nic1 up");
        ns.Run(() =>
        {
            using NetlinkSocket socket = NetlinkSocket.Open();
            test(ns, socket);
        });
    }
}
