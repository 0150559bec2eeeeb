using Softlan.Roles.Client.Linux;
using Xunit;

namespace Softlan.Tests.Roles.Client.Linux;

// Another party, or a VPN, beside this party.
public sealed partial class PartyPrecedenceTests
{
    /// <summary>Two clients would take the addresses from each other.</summary>
    [Fact]
    public void AnotherPartyOnAnotherTap_TheOlderStays()
    {
        AtHome((ns, loop) =>
        {
            ns.Ip("addr del 192.168.1.77/24 dev home0");
            ns.Ip("tuntap add other0 mode tap");
            ns.Ip("addr add 192.168.1.79/24 dev other0");
            ns.Ip("link set other0 up");
            using LinuxClientHost host = Join(loop, "192.168.1.80/24");
            AssertLeads(ns, "other0", "192.168.1.81");
            Assert.Equal("", RulesAndTable(ns));
            Assert.Equal(1, Log.Count("other0, another tunnel of this machine (a second softlan, or a VPN), has addresses of the party's network"));
            Assert.Equal(1, Log.Count("addresses in both lead there."));
            Assert.Equal(0, Log.Count("overlaps with"));
            host.Changes.UndoAll();
        });
    }

    [Fact]
    public void AnotherPartyHasTheHomesAddressesAlready_TheOlderKeepsThem()
    {
        AtHome((ns, loop) =>
        {
            ns.Ip("tuntap add other0 mode tap");
            ns.Ip("link set other0 up");
            ns.Ip("addr add 192.168.1.79/24 dev other0");
            ns.Ip("route add 192.168.1.0/25 dev other0 proto 115");
            ns.Ip("route add 192.168.1.128/25 dev other0 proto 115");
            using LinuxClientHost host = Join(loop, "192.168.1.80/24");
            AssertLeads(ns, "other0", "192.168.1.81");
            AssertLeads(ns, "other0", "192.168.1.200");
            Assert.Equal(1, Log.Count("addresses in both lead there."));
            Assert.Equal(0, Log.Count("overlaps with"));
            ns.Ip("link del other0");
            host.Maintain();
            AssertLeads(ns, Tap, "192.168.1.81");
            host.Changes.UndoAll();
        });
    }

    /// <summary>WireGuard and OpenVPN have no Ethernet.</summary>
    [Fact]
    public void VpnWithThePartysNetwork_KeepsIt()
    {
        AtHome((ns, loop) =>
        {
            ns.Ip("tuntap add vpn0 mode tun");
            ns.Ip("link set vpn0 up");
            ns.Ip("addr add 10.8.0.2/24 dev vpn0");
            using LinuxClientHost host = Join(loop, "10.8.3.4/16");
            AssertLeads(ns, "vpn0", "10.8.0.7");
            AssertLeads(ns, Tap, "10.8.3.7");
            Assert.Equal(1, Log.Count("vpn0, another tunnel of this machine"));
            Assert.Equal("", RulesAndTable(ns));
            host.Changes.UndoAll();
        });
    }

    [Fact]
    public void TapThatWasThere_WithTwoAddressesOfTheNetwork_GetsItsRoutesBack()
    {
        AtHome((ns, loop) =>
        {
            ns.Ip($"tuntap add {Tap} mode tap");
            ns.Ip($"link set {Tap} up");
            ns.Ip($"addr add 192.168.1.85/24 dev {Tap}");
            using LinuxClientHost host = Join(loop, "192.168.1.80/24");
            host.Maintain();
            AssertLeads(ns, Tap, "192.168.1.81");
            host.Changes.UndoAll();
            Assert.DoesNotContain("proto 115", ns.Ip("route show table all"), StringComparison.Ordinal);
            AssertLeads(ns, "home0", "192.168.1.81");
        });
    }

    [Fact]
    public void AnotherClientOfThisMachine_HasTheBroadcasts_ThePlayerHearsOnce()
    {
        AtHome((ns, loop) =>
        {
            ns.Ip("tuntap add other0 mode tap");
            ns.Ip("addr add 10.73.42.79/24 dev other0");
            ns.Ip("link set other0 up");
            ns.Ip("route add 255.255.255.255 dev other0 proto 115");
            ns.Ip("route add 224.0.0.0/4 dev other0 proto 115");
            using LinuxClientHost host = Join(loop, "10.73.43.80/24");
            Assert.Equal(1, Log.Count("Games that send to 255.255.255.255/32 and 224.0.0.0/4 may not be seen at the party: another softlan"));
            Assert.Equal(1, Log.Count("may not be seen"));
            host.Changes.UndoAll();
        });
    }
}
