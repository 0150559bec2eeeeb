using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Platform.Linux.Netlink;
using Softlan.Roles.Client;
using Softlan.Roles.Client.Linux;
using Softlan.Tests.Platform.Linux;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client.Linux;

/// <summary>What a journal asks for is undone on TAPs, and nothing is done elsewhere.</summary>
[SupportedOSPlatform("linux")]
public sealed class LinuxUndoTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingLogger _log = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Undo_AnInterfaceThatIsNoTap_IsLeftAloneAndSaid()
    {
        InNamespace((ns, undo) =>
        {
            ns.Ip("link add home0 type bridge");
            ns.Ip("addr add 192.168.1.77/24 dev home0");
            ns.Ip("link set home0 up");
            string before = NetworkNamespace.Settled(() => Settings(ns));
            HostChange[] asked =
            [
                new HostChange.AddressAdded("home0", IPAddress.Parse("192.168.1.77"), 24),
                new HostChange.RouteRemoved("home0", IPAddress.Any, 0, IPAddress.Parse("192.168.1.1"), false, null, 0, 3),
                new HostChange.MacReplaced("home0", MacAddress.FromUInt64(0x02_00_5e_10_00_66)),
                new HostChange.MtuReplaced("home0", 1300),
                new HostChange.BroughtUp("home0"),
                new HostChange.SettingReplaced("home0", Sysctl.DisableIPv6, 1),
                new HostChange.IPv6Learned("home0", []),
                new HostChange.OffloadsTaken("home0"),
            ];
            foreach (HostChange change in asked)
            {
                undo.Undo(change);
                Assert.Equal(1, _log.Count($"Not undone: {change}: home0 is not a TAP"));
            }

            Assert.Equal(before, Settings(ns));
            Assert.Equal(0, Sysctl.Read("home0", Sysctl.DisableIPv6) ?? 0);
        });
    }

    [Fact]
    public void Undo_ASettingThatSoftlanDoesNotChange_IsRefused()
    {
        InNamespace((ns, undo) =>
        {
            ns.Ip("tuntap add party0 mode tap");
            ns.Ip("link add home0 type bridge");
            foreach (string setting in (string[])["proxy_arp", "../home0/accept_ra", "../../../ipv4/ip_forward"])
            {
                SoftlanException refusal = Assert.Throws<SoftlanException>(() => undo.Undo(new HostChange.SettingReplaced("party0", setting, 1)));
                Assert.Contains("softlan changes none of that name", refusal.Message, StringComparison.Ordinal);
            }
        });
    }

    [Fact]
    public void Undo_ARuleAndRoutesOfOthers_Stay()
    {
        InNamespace((ns, undo) =>
        {
            ns.Ip("link add home0 type bridge");
            ns.Ip("addr add 192.168.1.77/24 brd + dev home0");
            ns.Ip("link set home0 up");
            int index = int.Parse(ns.Ip("-o link show home0").Split(':')[0], System.Globalization.CultureInfo.InvariantCulture);
            IPAddress own = IPAddress.Parse("192.168.1.77");
            ns.Ip("route add 192.168.1.0/24 dev home0 src 192.168.1.77 table 11500");
            ns.Ip("rule add from 192.168.1.77 lookup 11500 priority 11500");
            string before = ns.Ip("rule show") + ns.Ip("route show table all");
            undo.Undo(new HostChange.HomeRuleAdded(own));
            undo.Undo(new HostChange.HomeRouteCopied("home0", index, IPAddress.Parse("192.168.1.0"), 24, own, 0));
            undo.Undo(new HostChange.BroadcastsLed("home0", index, IPAddress.Parse("192.168.1.255"), own));
            Assert.Equal(before, ns.Ip("rule show") + ns.Ip("route show table all"));
        });
    }

    [Fact]
    public void Undo_ARouteWithoutSoftlansMark_Stays()
    {
        InNamespace((ns, undo) =>
        {
            ns.Ip("link add home0 type bridge");
            ns.Ip("addr add 192.168.1.77/24 dev home0");
            ns.Ip("link set home0 up");
            int index = int.Parse(ns.Ip("-o link show home0").Split(':')[0], System.Globalization.CultureInfo.InvariantCulture);
            ns.Ip("route add 203.0.113.7/32 via 192.168.1.1 dev home0 proto 115");
            ns.Ip("route add default via 192.168.1.1 dev home0");
            undo.Undo(new HostChange.RouteAdded(IPAddress.Any, 0, IPAddress.Parse("192.168.1.1"), "home0", index));
            undo.Undo(new HostChange.RouteAdded(IPAddress.Parse("203.0.113.7"), 32, IPAddress.Parse("192.168.1.1"), "home0", index));
            string routes = ns.Ip("route show");
            Assert.Contains("default via 192.168.1.1", routes, StringComparison.Ordinal);
            Assert.DoesNotContain("203.0.113.7", routes, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Undo_ARemovedRoute_IsPutBackOnATapThatIsUp_ButNoneThatSoftlanLeavesAlone()
    {
        InNamespace((ns, undo) =>
        {
            ns.Ip("tuntap add party0 mode tap");
            ns.Ip("addr add 10.9.9.9/24 dev party0");
            HostChange.RouteRemoved wide = new("party0", IPAddress.Any, 0, IPAddress.Parse("10.9.9.1"), false, IPAddress.Parse("10.9.9.9"), 50, 3);
            undo.Undo(wide);
            Assert.DoesNotContain("default", ns.Ip("route show"), StringComparison.Ordinal);

            ns.Ip("link set party0 up");
            undo.Undo(wide);
            undo.Undo(wide); // As after somebody else put it back.
            Assert.Contains("default via 10.9.9.1 dev party0 src 10.9.9.9 metric 50", ns.Ip("route show"), StringComparison.Ordinal);

            undo.Undo(wide with { Destination = IPAddress.Parse("192.168.1.0"), PrefixLength = 24 });
            Assert.DoesNotContain("192.168.1.0", ns.Ip("route show"), StringComparison.Ordinal);

            Assert.Contains(
                "Cannot put the former route 0.0.0.0/1 via 172.16.0.1 on party0 back",
                Assert.Throws<SoftlanException>(() => undo.Undo(wide with { PrefixLength = 1, Gateway = IPAddress.Parse("172.16.0.1") })).Message,
                StringComparison.Ordinal);
        });
    }

    /// <summary>With setcap the journal is a file of the user's, who may not add routes, nor make a machine forward.</summary>
    [Fact]
    public void Undo_OfAJournalThatAnybodyCouldHaveWritten_ARouteAndForwardingAreNotPutBack()
    {
        InNamespace(
            (ns, undo) =>
            {
                ns.Ip("tuntap add party0 mode tap");
                ns.Ip("addr add 10.9.9.9/24 dev party0");
                ns.Ip("link set party0 up");
                undo.Undo(new HostChange.RouteRemoved("party0", IPAddress.Any, 0, IPAddress.Parse("10.9.9.1"), false, null, 50, 3));
                undo.Undo(new HostChange.SettingReplaced("party0", Sysctl.Forwarding, 1));
                Assert.Equal(0, Sysctl.Read("party0", Sysctl.Forwarding));
                Assert.DoesNotContain("default", ns.Ip("route show"), StringComparison.Ordinal);
                Assert.Equal(2, _log.Count("is not put back"));
            },
            isTrusted: false);
    }

    private static string Settings(NetworkNamespace ns) => ns.Ip("link show") + ns.Ip("addr show") + ns.Ip("route show table all");

    private void InNamespace(Action<NetworkNamespace, LinuxUndo> test, bool isTrusted = true)
    {
        using NetworkNamespace ns = NetworkNamespace.Create();
        ns.Run(() =>
        {
            using NetlinkSocket netlink = NetlinkSocket.Open();
            test(ns, new LinuxUndo(netlink, _directory.Path, _log, isTrusted));
        });
    }
}
