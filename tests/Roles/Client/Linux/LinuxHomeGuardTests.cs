using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Roles.Client.Linux;
using Softlan.Tests.Platform.Linux;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client.Linux;

/// <summary>A player's Linux machine whose own network has the party's addresses, with a real kernel.</summary>
[SupportedOSPlatform("linux")]
public sealed class LinuxHomeGuardTests : LinuxClientFixture
{
    [Theory]
    [InlineData("192.168.1.80/25")]
    [InlineData("192.168.1.80/24")]
    public void HomeAndPartyHaveOneNetwork_RouterAndNameServerStayAtHome(string address)
    {
        AtHome(["192.168.1.53", "192.168.1.1"], (ns, loop) =>
        {
            string before = Settings(ns);
            using LinuxClientHost host = Join(loop, address);
            AssertLeadsTo("home0", ns, "192.168.1.1");
            AssertLeadsTo("home0", ns, "192.168.1.53");
            AssertLeadsTo("home0", ns, "198.51.100.7");
            AssertLeadsTo(Tap, ns, "192.168.1.81");
            Assert.Equal(1, Log.Count("overlaps with 192.168.1.0/24 on home0: addresses in both lead to the party: games work, but"));
            host.Changes.UndoAll();
            AssertIsAgain(before, () => Settings(ns));
        });
    }

    [Theory]
    [InlineData("192.168.1.80/24")]
    [InlineData("192.168.1.80/16")]
    [InlineData("192.168.1.80/25")]
    public void HomeAndPartyHaveOneNetwork_HomeWithoutMetric_ThePartyWins_AndNameServersStayAtHome(string address)
    {
        AtHome(["192.168.1.53"], (ns, loop) =>
        {
            ns.Ip("route del 192.168.1.0/24 dev home0");
            ns.Ip("route add 192.168.1.0/24 dev home0 proto kernel scope link src 192.168.1.77");
            using LinuxClientHost host = Join(loop, address);
            AssertLeadsTo(Tap, ns, "192.168.1.81");
            AssertLeadsTo("home0", ns, "192.168.1.53");
            Assert.Equal(1, Log.Count("lead to the party: games work, but of what has these addresses at home only router and name servers"));
            Assert.Equal(1, Log.Count("Hint: join from another network, such as a phone's hotspot"));
            host.Changes.UndoAll();
        });
    }

    [Fact]
    public void NameServerBehindTheHomeRouter_IsReachedByIt_AndWhatAKilledClientLeavesGoes()
    {
        AtHome(["10.73.42.53"], (ns, loop) =>
        {
            string before = ns.Ip("route show");
            LinuxClientHost killed = Join(loop, "10.73.42.50/24");
            Assert.Contains("10.73.42.53 via 192.168.1.1 dev home0", ns.Ip("route show proto 115"), StringComparison.Ordinal);
            string note = Assert.Single(Directory.GetFiles(State.Path, "client-*.json"));
            string text = File.ReadAllText(note);
            killed.Changes.UndoAll();
            killed.Dispose();

            ns.Ip("route add 10.73.42.53 via 192.168.1.1 dev home0 proto 115");
            string ofAnother = text.Replace("\"pid\": ", "\"pid\": 99", StringComparison.Ordinal);
            Assert.NotEqual(text, ofAnother);
            File.WriteAllText(note, ofAnother);
            File.SetUnixFileMode(note, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            using LinuxClientHost next = Create(loop, "10.73.42.50/24");
            next.CleanLeftovers();
            AssertIsAgain(before, () => ns.Ip("route show"));
        });
    }

    [Theory]
    [InlineData("192.168.1.53/24")]
    [InlineData("192.168.1.1/24")]
    [InlineData("192.168.1.50/29")] // 192.168.1.55 is its broadcast address.
    public void AddressThatWouldTakeANameServersPlace_IsRefused(string address)
    {
        AtHome(["192.168.1.53", "192.168.1.55"], (ns, loop) =>
        {
            using LinuxClientHost host = Create(loop, address);
            host.OpenPort(Own);
            SoftlanException refusal = Assert.Throws<SoftlanException>(() => host.OnJoined(1500));
            Assert.Contains("is a name server or router of this machine's own network", refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("inet 192.168.1", ns.Ip($"addr show {Tap}"), StringComparison.Ordinal);
            host.Changes.UndoAll();
        });
    }

    [Fact]
    public void Maintain_AdvertisedPartsOfTheInternet_AreRemoved_AndNetworksOfLansStay()
    {
        AtHome(["2001:db8:53::53"], (ns, loop) =>
        {
            using LinuxClientHost host = Join(loop, "10.73.42.50/24");
            ns.Ip($"addr add 2001:db8:7:7::7/80 dev {Tap} nodad"); // As a person does.
            string[] networks = ["2001:4860:4860::8888/128", "2001:db8:1::/48", "2001:db8:53::/64", "2001:db8:1:2::/64", "fd42:73::/64"];
            foreach (string network in networks)
            {
                ns.Ip($"-6 route add {network} dev {Tap} proto kernel metric 256");
            }

            host.Maintain();
            string routes = ns.Ip($"-6 route show dev {Tap}");
            Assert.DoesNotContain("2001:4860", routes, StringComparison.Ordinal);
            Assert.DoesNotContain("2001:db8:1::/48", routes, StringComparison.Ordinal);
            Assert.DoesNotContain("2001:db8:53::", routes, StringComparison.Ordinal);
            Assert.Contains("2001:db8:1:2::/64", routes, StringComparison.Ordinal);
            Assert.Contains("2001:db8:7:7::/80", routes, StringComparison.Ordinal);
            Assert.Contains("fd42:73::/64", routes, StringComparison.Ordinal);
            Assert.Equal(1, Log.Count("Something added the route 2001:4860:4860::8888/128"));
            AssertLeadsTo("home0", ns, "2001:db8:53::53");
            host.Changes.UndoAll();
        });
    }

    [Fact]
    public void AddressIsTheOwnersAffair_SoAreItsRoutes()
    {
        AtHome(["10.73.42.53"], (ns, loop) =>
        {
            using LinuxClientHost host = Join(loop, "none");
            ns.Ip($"addr add 10.73.42.50/24 dev {Tap}");
            host.Maintain();
            AssertLeadsTo(Tap, ns, "10.73.42.53");
            host.Changes.UndoAll();
        });
    }

    private static void AssertLeadsTo(string card, NetworkNamespace ns, string address) =>
        Assert.Contains($" dev {card} ", ns.Ip($"route get {address}"), StringComparison.Ordinal);

    private void AtHome(string[] nameServers, Action<NetworkNamespace, EventLoop> test)
    {
        Directory.CreateDirectory(Root.File("etc"));
        File.WriteAllLines(Root.File("etc/resolv.conf"), nameServers.Select(server => $"nameserver {server}"));
        InNamespace((ns, loop) =>
        {
            // A player's Wi-Fi as NetworkManager has it: its routes have metrics.
            ns.Ip("link add home0 type veth peer name home1");

            // Without link-local addresses, whose duplicate detection would end some time within the test.
            foreach (string card in (string[])["home1", "home0"])
            {
                ns.Ip($"link set {card} addrgenmode none");
                ns.Ip($"link set {card} up");
            }

            ns.Ip("addr add 192.168.1.77/24 dev home0 noprefixroute");
            ns.Ip("route add 192.168.1.0/24 dev home0 proto kernel scope link src 192.168.1.77 metric 600");
            ns.Ip("route add default via 192.168.1.1 dev home0 metric 600");
            ns.Ip("addr add 2001:db8:aaaa::77/64 dev home0 nodad");
            ns.Ip("-6 route add default via 2001:db8:aaaa::1 dev home0");
            _ = NetworkNamespace.Settled(() => Settings(ns));
            test(ns, loop);
        });
    }

    private LinuxClientHost Join(EventLoop loop, string address)
    {
        LinuxClientHost host = Create(loop, address);
        host.OpenPort(Own);
        host.OnJoined(1500);
        return host;
    }
}
