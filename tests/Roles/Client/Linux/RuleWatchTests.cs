using System.Runtime.Versioning;
using Softlan.Roles.Client.Linux;
using Softlan.Tests.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Roles.Client.Linux;

[SupportedOSPlatform("linux")]
public sealed class RuleWatchTests : LinuxClientFixture
{
    private const string Both = "What this machine sends to the party's network 10.73.42.0/24 and 255.255.255.255, where games search, goes";

    [Fact]
    public void VpnWithARuleBeforeTheMainTable_IsNamedOnce()
    {
        AtHome((ns, host) =>
        {
            host.Maintain();
            Assert.Equal(0, Log.Count("What this machine sends"));
            ns.Ip("rule add priority 5270 lookup 52");
            host.Maintain();
            host.Maintain();
            Assert.Equal(1, Log.Count($"{Both} to vpn0, and not to the party"));
            ns.Ip("route add throw 10.73.42.0/24 table 52"); // As Tailscale does when it is told to allow the local network.
            host.Maintain();
            host.Maintain();
            Assert.Equal(1, Log.Count("What this machine sends to 255.255.255.255, where games search, goes to vpn0"));
            ns.Ip("rule del priority 5270");
            host.Maintain();
            Assert.Equal(2, Log.Count("What this machine sends"));
        });
    }

    [Fact]
    public void RuleThatRejectsWhatIsNotTheVpns_IsTold()
    {
        AtHome((ns, host) =>
        {
            ns.Ip("rule add priority 5270 prohibit");
            host.Maintain();
            Assert.Equal(0, Log.Count("What this machine sends")); // One look may fall into the middle of a change.
            host.Maintain();
            Assert.Equal(1, Log.Count($"{Both} nowhere"));
        });
    }

    [Fact]
    public void MoreSpecificRoutesOfAVpn_AreTold()
    {
        AtHome((ns, host) =>
        {
            ns.Ip("route add 10.73.42.0/25 dev vpn0");
            ns.Ip("route add 10.73.42.128/25 dev vpn0");
            host.Maintain();
            host.Maintain();
            Assert.Equal(1, Log.Count("What this machine sends to the party's network 10.73.42.0/24 goes to vpn0"));
        });
    }

    [Theory]
    [InlineData("10.73.42.77/24")]
    [InlineData("10.73.0.77/16")]
    public void NetworkOfAnotherCard_IsToldOfAsAnOverlapOnly(string home)
    {
        AtHome((ns, host) =>
        {
            ns.Ip($"addr add {home} dev home0");
            host.Maintain();
            host.Maintain();
            Assert.Equal(1, Log.Count("overlaps with"));
            Assert.Equal(0, Log.Count("What this machine sends"));
        });
    }

    [Fact]
    public void InterfaceIsTheOwnersAffair_SoAreTheRules()
    {
        AtHome(
            (ns, host) =>
            {
                ns.Ip($"addr add 10.73.42.50/24 dev {Tap}");
                ns.Ip("rule add priority 5270 lookup 52");
                host.Maintain();
                Assert.Equal(0, Log.Count("What this machine sends"));
                Assert.Equal(0, Log.Count("Something else gave"));
            },
            "none");
    }

    [Fact]
    public void AddressThatSomebodyElseGaveTheCard_IsToldOnce()
    {
        AtHome((ns, host) =>
        {
            ns.Ip($"addr add 169.254.7.7/16 dev {Tap}"); // Takes nothing from softlan's address.
            host.Maintain();
            host.Maintain();
            Assert.Equal(0, Log.Count("Something else gave"));
            Assert.Equal(0, Log.Count("What this machine sends"));
            ns.Ip($"addr add 10.73.42.60/24 dev {Tap}");
            host.Maintain();
            host.Maintain();
            Assert.Equal(1, Log.Count($"Something else gave {Tap} the address 10.73.42.60/24"));
        });
    }

    private void AtHome(Action<NetworkNamespace, LinuxClientHost> test, string address = "10.73.42.50/24") => InNamespace((ns, loop) =>
    {
        foreach (string card in (string[])["home0", "vpn0"])
        {
            ns.Ip($"link add {card} type bridge");
            ns.Ip($"link set {card} up");
        }

        ns.Ip("addr add 192.168.1.77/24 dev home0");
        ns.Ip("addr add 100.64.0.2/32 dev vpn0");
        ns.Ip("route add default dev vpn0 table 52");
        using LinuxClientHost host = Open(loop, address);
        host.OpenPort(Own);
        host.OnJoined(1400);
        test(ns, host);
        host.Changes.UndoAll();
    });
}
