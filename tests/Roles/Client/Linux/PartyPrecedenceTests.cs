using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Roles.Client;
using Softlan.Roles.Client.Linux;
using Softlan.Tests.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Roles.Client.Linux;

//   home0 192.168.1.77/24 ---- home1      party0, the TAP, with addresses of the same network
/// <summary>A player's Linux machine whose own network is older than the party's and has its addresses, with a real kernel.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class PartyPrecedenceTests : LinuxClientFixture
{
    [Theory]
    [InlineData("192.168.1.80/24", "192.168.1.81", "192.168.1.254")]
    [InlineData("192.168.1.80/16", "192.168.1.81", "192.168.2.81")]
    [InlineData("192.168.1.80/25", "192.168.1.81", "192.168.1.126")]
    public void Party_WinsOverTheHomeThatWasThereBefore_AndTheHomeAddressStaysConnected(string address, params string[] machines)
    {
        AtHome((ns, loop) =>
        {
            string before = All(ns);
            using LinuxClientHost host = Join(loop, address);
            Assert.All(machines, machine => AssertLeads(ns, Tap, machine));
            AssertLeads(ns, "home0", "192.168.1.81 from 192.168.1.77");
            AssertLeads(ns, "home0", "192.168.1.1"); // The router.
            AssertLeads(ns, "home0", "198.51.100.7");
            AssertLeads(ns, "home0", "198.51.100.7 from 192.168.1.77");
            Assert.Equal(1, Log.Count("overlaps with 192.168.1.0/24 on home0: addresses in both lead to the party: games work, but"));
            Assert.Equal(1, Log.Count("what is connected to this machine's own address there stays so"));
            string during = All(ns);
            host.Maintain();
            Assert.Equal(during, All(ns));
            host.Changes.UndoAll();
            AssertIsAgain(before, () => All(ns));
            Assert.Empty(Directory.GetFiles(State.Path));
        });
    }

    [Theory]
    [InlineData("192.168.1.80/24")]
    [InlineData("192.168.1.200/25")]
    public void DirectedBroadcast_OfBothNetworks_GoesToTheParty(string address)
    {
        AtHome((ns, loop) =>
        {
            AssertLeads(ns, "home0", "192.168.1.255");
            using LinuxClientHost host = Join(loop, address);
            Assert.StartsWith($"broadcast 192.168.1.255 dev {Tap} ", ns.Ip("route get 192.168.1.255"), StringComparison.Ordinal);
            host.Changes.UndoAll();
            AssertIsAgain("home0", () => ns.Ip("route get 192.168.1.255").Contains(" dev home0 ", StringComparison.Ordinal) ? "home0" : Tap);
        });
    }

    /// <summary>NetworkManager gives the home's route a metric, with which the party's wins by itself. Broadcasts have none.</summary>
    [Fact]
    public void HomeRouteWithAMetric_NeedsNoHalves_ButBroadcastsAndTheHomeAddressDo()
    {
        AtHome((ns, loop) =>
        {
            ns.Ip("route del 192.168.1.0/24 dev home0");
            ns.Ip("route add 192.168.1.0/24 dev home0 proto kernel scope link src 192.168.1.77 metric 600");
            using LinuxClientHost host = Join(loop, "192.168.1.80/24");
            Assert.DoesNotContain("/25", ns.Ip("route show"), StringComparison.Ordinal);
            AssertLeads(ns, Tap, "192.168.1.81");
            AssertLeads(ns, Tap, "192.168.1.255");
            AssertLeads(ns, "home0", "192.168.1.81 from 192.168.1.77");
            Assert.Contains("metric 600", ns.Ip("route show table 11500"), StringComparison.Ordinal);
            host.Changes.UndoAll();
        });
    }

    [Fact]
    public void Maintain_HomeNetworkThatComesChangesAndGoes_IsFollowed()
    {
        AtHome((ns, loop) =>
        {
            ns.Ip("addr del 192.168.1.77/24 dev home0");
            string before = All(ns);
            using LinuxClientHost host = Join(loop, "192.168.1.80/24");
            string alone = All(ns);
            Assert.Equal(0, Log.Count("overlaps"));

            ns.Ip("addr add 192.168.1.78/24 dev home0");
            host.Maintain();
            AssertLeads(ns, Tap, "192.168.1.81");
            AssertLeads(ns, "home0", "192.168.1.81 from 192.168.1.78");
            Assert.Equal(1, Log.Count("overlaps with 192.168.1.0/24 on home0"));

            ns.Ip("addr del 192.168.1.78/24 dev home0");
            ns.Ip("addr add 192.168.1.79/24 dev home0");
            host.Maintain();
            AssertLeads(ns, "home0", "192.168.1.81 from 192.168.1.79");
            Assert.DoesNotContain("192.168.1.78", All(ns), StringComparison.Ordinal);

            ns.Ip("addr flush dev home0");
            host.Maintain();
            Assert.Equal(alone, All(ns));
            Assert.Equal(1, Log.Count("overlaps with 192.168.1.0/24 on home0"));
            host.Changes.UndoAll();
            AssertIsAgain(before, () => All(ns));
        });
    }

    [Fact]
    public void Maintain_AddressOfTheTapThatGoes_TakesEverythingAlong()
    {
        AtHome((ns, loop) =>
        {
            using LinuxClientHost host = Join(loop, "192.168.1.80/24");
            ns.Ip($"addr del 192.168.1.80/24 dev {Tap}");
            host.Maintain(); // It is set again, once.
            AssertLeads(ns, Tap, "192.168.1.81");
            AssertLeads(ns, Tap, "192.168.1.255");
            ns.Ip($"addr del 192.168.1.80/24 dev {Tap}");
            host.Maintain();
            AssertLeads(ns, "home0", "192.168.1.81");
            AssertLeads(ns, "home0", "192.168.1.255");
            Assert.Equal("", RulesAndTable(ns));
            host.Changes.UndoAll();
        });
    }

    [Fact]
    public void Maintain_WhatSomebodyTookAway_IsThereAgain()
    {
        AtHome((ns, loop) =>
        {
            string before = All(ns);
            using LinuxClientHost host = Join(loop, "192.168.1.80/24");
            string during = All(ns);
            ns.Ip("rule flush protocol 115");
            ns.Ip("route flush table 11500");
            ns.Ip("route flush table all proto 115");
            host.Maintain();
            Assert.Equal(during.Split('\n').Order(), All(ns).Split('\n').Order());
            host.Changes.UndoAll();
            AssertIsAgain(before, () => All(ns));
        });
    }

    [Fact]
    public void ClientWasKilled_RuleAndTableStayForTheNextOne_WhoRemovesThem()
    {
        AtHome((ns, loop) =>
        {
            string before = All(ns);
            using LinuxClientHost killed = Create(loop, "192.168.1.80/24");
            LinuxTap tap = (LinuxTap)killed.OpenPort(Own);
            killed.OnJoined(1500);
            Kill(tap);
            Assert.NotEqual("", RulesAndTable(ns));
            AssertLeads(ns, "home0", "192.168.1.81");

            using LinuxClientHost next = Open(loop, "192.168.1.80/24");
            AssertIsAgain(before, () => All(ns));
            Assert.Empty(Directory.GetFiles(State.Path));
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TapThatWasThere_GetsItsRoutesBack(bool isKilled)
    {
        AtHome((ns, loop) =>
        {
            ns.Ip($"tuntap add {Tap} mode tap");
            ns.Ip($"link set {Tap} addrgenmode none");
            ns.Ip($"link set {Tap} up");
            ns.Ip($"addr add 10.9.9.9/24 dev {Tap}"); // So that the kernel does not take all routes along with the party's address.
            using (LinuxClientHost first = Open(loop, "none"))
            {
                // The kernel keeps the multicast route that a card gets with its first carrier.
                first.OpenPort(first.ChooseMac(() => Own));
                first.Changes.UndoAll();
            }

            string before = All(ns);
            using LinuxClientHost host = Create(loop, "192.168.1.80/24");
            LinuxTap tap = (LinuxTap)host.OpenPort(host.ChooseMac(() => Own));
            host.OnJoined(1500);
            AssertLeads(ns, Tap, "192.168.1.81");
            AssertLeads(ns, Tap, "192.168.1.255");
            if (isKilled)
            {
                Kill(tap);
                using LinuxClientHost next = Open(loop, "none");
            }
            else
            {
                host.Changes.UndoAll();
            }

            AssertIsAgain(before, () => All(ns));
            Assert.Empty(Directory.GetFiles(State.Path));
        });
    }

    [Fact]
    public void RelayInTheCommonNetwork_IsReachedAtHome()
    {
        AtHome((ns, loop) =>
        {
            IPAddress relay = IPAddress.Parse("192.168.1.30");
            using LinuxClientHost host = Create(loop, "192.168.1.80/24");
            RelayHostRoute route = new(host.Routes, host.Changes, Log);
            Assert.Equal(RouteCheck.Unchanged, route.MoveTo(relay));
            host.OpenPort(Own);
            host.OnJoined(1500);
            Assert.Equal(RouteCheck.Unchanged, route.Check());
            AssertLeads(ns, "home0", "192.168.1.30");
            AssertLeads(ns, Tap, "192.168.1.31");

            // Another of its addresses, of which nothing is known from before.
            Assert.Equal(RouteCheck.Unchanged, route.MoveTo(IPAddress.Parse("192.168.1.130")));
            AssertLeads(ns, "home0", "192.168.1.130");
            host.Changes.UndoAll();
        });
    }

    [Fact]
    public void OneAddressInBoth_NothingIsChanged_AndThePlayerHearsWhatToDo()
    {
        AtHome((ns, loop) =>
        {
            using LinuxClientHost host = Join(loop, "192.168.1.77/24");
            Assert.Equal("", RulesAndTable(ns));
            Assert.DoesNotContain("/25", ns.Ip("route show"), StringComparison.Ordinal);
            Assert.Equal(1, Log.Count("addresses in both lead home, so most games"));
            Assert.Equal(1, Log.Count("because this machine has the same address in both: set another address of the party's with --address"));
            host.Changes.UndoAll();
        });
    }

    [Fact]
    public void TwoCardsInTheHomeNetwork_KeepTheirAddressesAndTheirOrder()
    {
        AtHome((ns, loop) =>
        {
            ns.Ip("link add home2 type veth peer name home3");
            ns.Ip("link set home3 up");
            ns.Ip("link set home2 up");
            ns.Ip("addr add 192.168.1.78/24 dev home2 metric 600");
            using LinuxClientHost host = Join(loop, "192.168.1.80/24");
            AssertLeads(ns, Tap, "192.168.1.81");
            AssertLeads(ns, "home0", "192.168.1.81 from 192.168.1.77");
            AssertLeads(ns, "home0", "192.168.1.81 from 192.168.1.78"); // As without softlan.
            Assert.Contains("192.168.1.0/24 dev home2", ns.Ip("route show table 11500"), StringComparison.Ordinal);
            ns.Ip("link set home0 down");
            host.Maintain();
            AssertLeads(ns, Tap, "192.168.1.81");
            AssertLeads(ns, "home2", "192.168.1.81 from 192.168.1.78");
            ns.Ip("link set home0 up");
            host.Changes.UndoAll();
            Assert.DoesNotContain(" 115", All(ns), StringComparison.Ordinal);
            Assert.Equal("", RulesAndTable(ns));
        });
    }

    [Fact]
    public void ContainersInAPartOfThePartysNetwork_StayReached()
    {
        AtHome((ns, loop) =>
        {
            ns.Ip("link add guests0 type bridge");
            ns.Ip("link set home1 master guests0"); // One end of a cable between namespaces, as a container's is.
            ns.Ip("link set guests0 up");
            ns.Ip("addr add 172.17.0.1/16 dev guests0");
            using LinuxClientHost host = Join(loop, "172.16.5.5/12");
            AssertLeads(ns, "guests0", "172.17.0.2");
            AssertLeads(ns, Tap, "172.18.0.2");
            Assert.Equal("", RulesAndTable(ns));
            Assert.Equal(1, Log.Count("overlaps with 172.17.0.0/16 on guests0: addresses in both lead to containers or virtual machines"));
            host.Changes.UndoAll();
        });
    }

    [Fact]
    public void AddressIsTheOwnersAffair_SoIsWhoWins()
    {
        AtHome((ns, loop) =>
        {
            using LinuxClientHost host = Join(loop, "none");
            ns.Ip($"addr add 192.168.1.80/24 dev {Tap}");
            host.Maintain();
            AssertLeads(ns, "home0", "192.168.1.81");
            Assert.Equal("", RulesAndTable(ns));
            host.Changes.UndoAll();
        });
    }

    private static void AssertLeads(NetworkNamespace ns, string card, string destination) =>
        Assert.Contains($" dev {card} ", ns.Ip($"route get {destination}"), StringComparison.Ordinal);

    private static string All(NetworkNamespace ns) => Settings(ns) + ns.Ip("rule show");

    /// <summary>What there is of softlan's rules and of its table.</summary>
    private static string RulesAndTable(NetworkNamespace ns) =>
        string.Concat((ns.Ip("rule show") + ns.Ip("route show table all")).Split('\n')
            .Where(line => line.Contains("11500", StringComparison.Ordinal)));

    private static void AtHome(Action<NetworkNamespace, EventLoop> test) => InNamespace((ns, loop) =>
    {
        ns.Ip("link add home0 type veth peer name home1");
        foreach (string card in (string[])["home1", "home0"])
        {
            ns.Ip($"link set {card} addrgenmode none");
            ns.Ip($"link set {card} up");
        }

        ns.Ip("addr add 192.168.1.77/24 brd + dev home0");
        ns.Ip("route add default via 192.168.1.1 dev home0");
        test(ns, loop);
    });

    private LinuxClientHost Join(EventLoop loop, string address)
    {
        LinuxClientHost host = Create(loop, address);
        host.OpenPort(Own);
        host.OnJoined(1500);
        return host;
    }
}
