using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Roles.Gateway;
using Softlan.Tests.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

[Collection(NamespaceTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class LinuxUplinkTests
{
    private static readonly IPAddress Relay = IPAddress.Parse("203.0.113.1");

    [Fact]
    public void Watch_ARouteToTheRelayComes_IsToldAndOtherChangesAreNot() => InNamespace((ns, loop, told) =>
    {
        told.Uplink.Remember(Relay);
        ns.Ip("link add br7 type bridge");
        ns.Ip("link set br7 up");
        ns.Ip("route add 198.51.100.0/24 dev nic0");
        told.Becomes(0);
        ns.Ip("route add default via 192.0.2.1");
        told.Becomes(1);
        ns.Ip("link del br7");
        ns.Ip("route del default");
        told.Becomes(1);
        ns.Ip("route add default via 192.0.2.2");
        told.Becomes(2);
        ns.Ip("route replace default via 192.0.2.3");
        told.Becomes(3);
    });

    /// <summary>A route that somebody wrote into a file stays while the cable is out.</summary>
    [Fact]
    public void Watch_TheRouteStaysAndTheCableIsBack_IsTold() => InNamespace((ns, loop, told) =>
    {
        ns.Ip("route add default via 192.0.2.1");
        told.Uplink.Remember(Relay);
        ns.Ip("link set nic1 down");
        told.Becomes(0);
        ns.Ip("link set nic1 up");
        told.Becomes(1);
    });

    [Fact]
    public void Watch_OneOfTheRelaysAddressesHasNoWayEver_TheOtherIsTold() => InNamespace((ns, loop, told) =>
    {
        told.Uplink.Remember(Relay);
        told.Uplink.Remember(IPAddress.Parse("2001:db8:ffff::1"));
        ns.Ip("route add default via 192.0.2.1");
        told.Becomes(1);
    });

    /// <summary>The relay's name could not be looked up yet.</summary>
    [Fact]
    public void Watch_NoAddressIsKnown_AnyChangeIsToldButNotForEver() => InNamespace((ns, loop, told) =>
    {
        for (int i = 0; i < 8; i++)
        {
            ns.Ip($"link set nic0 mtu {1400 + i}");
            PortRecorder.Settle(loop);
        }

        Assert.InRange(told.Count, 4, 5);
    });

    private static void InNamespace(Action<NetworkNamespace, EventLoop, Told> test)
    {
        using NetworkNamespace ns = NetworkNamespace.Create();
        ns.Ip("link add nic0 type veth peer name nic1");
        ns.Ip("link set nic0 up");
        ns.Ip("link set nic1 up");
        ns.Ip("addr add 192.0.2.9/24 dev nic0");
        ns.Run(() =>
        {
            using EventLoop loop = new();
            using LinuxUplink uplink = new(loop);
            Told told = new(loop, uplink);
            PortRecorder.Settle(loop);
            uplink.Watch(() => told.Count++);
            test(ns, loop, told);
        });
    }

    private sealed class Told(EventLoop loop, LinuxUplink uplink)
    {
        public LinuxUplink Uplink { get; } = uplink;

        public int Count { get; set; }

        /// <summary>So often by now, and not once more.</summary>
        public void Becomes(int count)
        {
            PortRecorder.TurnUntil(loop, () => Count >= count && count > 0, seconds: count == 0 ? 0 : 3);
            PortRecorder.Settle(loop);
            Assert.Equal(count, Count);
        }
    }
}
