using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Roles.Client.Linux;
using Xunit;

namespace Softlan.Tests.Roles.Client.Linux;

/// <summary>A TAP that was there before the client, and led to more than a party.</summary>
[SupportedOSPlatform("linux")]
public sealed class LinuxTapRoutesTests : LinuxClientFixture
{
    /// <summary>The kernel takes an interface's routes along with its last address, which here is the one of this client.</summary>
    [Fact]
    public void WideRouteOfATapWithoutAnAddress_IsPutBackAfterTheAddressHasGone()
    {
        InNamespace((ns, loop) =>
        {
            ns.Ip($"tuntap add {Tap} mode tap");
            ns.Ip($"link set {Tap} addrgenmode none");
            ns.Ip($"link set {Tap} up");
            ns.Ip($"route add 64.0.0.0/6 dev {Tap} proto static");
            using LinuxClientHost host = Open(loop, "10.73.42.50/24");
            host.OpenPort(host.ChooseMac(() => Own));
            host.OnJoined(1500);
            Assert.DoesNotContain("64.0.0.0/6", ns.Ip("route show"), StringComparison.Ordinal);
            Assert.Equal(1, Log.Count("had the route 64.0.0.0/6"));
            host.Changes.UndoAll();
            Assert.Contains($"64.0.0.0/6 dev {Tap} proto static", ns.Ip("route show"), StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Maintain_WideRoutesThatStoodOnATapThatWasThere_AreTakenAwayAndPutBack(bool isKilled)
    {
        InNamespace((ns, loop) =>
        {
            ns.Ip($"tuntap add {Tap} mode tap");
            ns.Ip($"link set {Tap} addrgenmode none");
            ns.Ip($"addr add 10.9.9.9/24 dev {Tap}");
            ns.Ip($"addr add 2001:db8:7:7::7/80 dev {Tap} nodad");
            ns.Ip($"link set {Tap} up");
            using (LinuxClientHost first = Open(loop, "none"))
            {
                // The kernel keeps the multicast route that a card gets with its first carrier.
                first.OpenPort(first.ChooseMac(() => Own));
                first.Changes.UndoAll();
            }

            string[] routes =
            [
                $"default via 10.9.9.1 dev {Tap} src 10.9.9.9 metric 50",
                $"0.0.0.0/1 via 172.16.9.1 dev {Tap} onlink",
                $"64.0.0.0/6 dev {Tap} proto static",
                $"2000::/3 via fe80::1 dev {Tap} metric 77",
                $"2001:db8:1::/48 dev {Tap} proto kernel metric 256",
            ];
            foreach (string route in routes)
            {
                ns.Ip($"{(route.Contains("::", StringComparison.Ordinal) ? "-6 " : "")}route add {route}");
            }

            ns.Ip($"-6 route add 2001:db8:2::/48 dev {Tap} proto ra expires 1000"); // As an advertisement makes it.
            string before = Settings(ns);
            Assert.Contains(before.Split('\n'), IsExpiring);

            using LinuxClientHost host = Open(loop, "10.73.42.50/24");
            LinuxTap tap = (LinuxTap)host.OpenPort(host.ChooseMac(() => Own));
            host.OnJoined(1500);
            ns.Ip($"route add {routes[0]}");
            ns.Ip($"route add 128.0.0.0/1 dev {Tap}");
            host.Maintain();
            string during = ns.Ip($"route show dev {Tap}") + ns.Ip($"-6 route show dev {Tap}");
            Assert.All(
                ["default", "0.0.0.0/1", "64.0.0.0/6", "128.0.0.0/1", "2000::/3", "2001:db8:1::", "2001:db8:2::"],
                wide => Assert.DoesNotContain(wide, during, StringComparison.Ordinal));
            Assert.Equal(1, Log.Count($"{Tap} had the route 0.0.0.0/0"));
            Assert.Equal(1, Log.Count($"{Tap} had the route 2000::/3"));
            Assert.Equal(1, Log.Count("Something added the route 128.0.0.0/1"));
            Assert.Equal(1, Log.Count("Something added the route 2001:db8:2::/48"));
            Assert.Equal(5, Log.Count("had the route"));

            if (isKilled)
            {
                Kill(tap);
                using LinuxClientHost next = Open(loop, "none");
                AssertRestored();
            }
            else
            {
                host.Changes.UndoAll();
                AssertRestored();
            }

            // It is listed more than once, and what is left of its time may change in between.
            static bool IsExpiring(string line) => line.StartsWith("2001:db8:2::/48", StringComparison.Ordinal);

            void AssertRestored()
            {
                Assert.Equal(Lines(string.Join('\n', before.Split('\n').Where(line => !IsExpiring(line)))), Lines(Settings(ns)));
                Assert.Empty(Directory.GetFiles(State.Path));
            }
        });
    }

    /// <summary>The kernel lists routes of one prefix in the order in which they were added, and IPv6 ones by age.</summary>
    private static IEnumerable<string> Lines(string settings) => settings.Split('\n').Order(StringComparer.Ordinal);
}
