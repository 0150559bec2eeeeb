using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Roles.Client.Linux;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client.Linux;

/// <summary>A player's Linux machine, with a real kernel, in a namespace of its own.</summary>
[SupportedOSPlatform("linux")]
public sealed class LinuxClientHostTests : LinuxClientFixture
{
    [Fact]
    public void OnJoined_FixedAddress_IsACardOnThePartyAndLeavesNothingBehind()
    {
        InNamespace((ns, loop) =>
        {
            string before = Settings(ns);
            using LinuxClientHost host = Open(loop, "10.73.42.50/24");
            host.OpenPort(Own);
            host.OnJoined(1400);

            string link = ns.Ip($"link show {Tap}");
            Assert.Contains("mtu 1400", link, StringComparison.Ordinal);
            Assert.Contains(Own.ToString(), link, StringComparison.Ordinal);
            Assert.Contains("inet 10.73.42.50/24 brd 10.73.42.255", ns.Ip($"addr show {Tap}"), StringComparison.Ordinal);
            string routes = ns.Ip("route show");
            Assert.Contains($"10.73.42.0/24 dev {Tap}", routes, StringComparison.Ordinal);
            Assert.Contains($"255.255.255.255 dev {Tap}", routes, StringComparison.Ordinal);
            Assert.Contains($"224.0.0.0/4 dev {Tap}", routes, StringComparison.Ordinal);
            Assert.Equal(0, Sysctl.Read(Tap, Sysctl.AcceptRaDefaultRouter));
            Assert.Equal(2, Sysctl.Read(Tap, Sysctl.AcceptRa));
            Assert.Equal(1, Sysctl.Read(Tap, Sysctl.ArpIgnore));

            host.Changes.UndoAll();
            AssertIsAgain(before, () => Settings(ns));
            Assert.Empty(Directory.GetFiles(State.Path));
        });
    }

    /// <summary>With DHCP it would fail once it is joined; with an address only a kill does harm.</summary>
    [Fact]
    public void CheckReady_OthersMayWriteToTheState_IsRefusedForDhcpAndSaidOtherwise()
    {
        InNamespace((ns, loop) =>
        {
            File.SetUnixFileMode(State.Path, File.GetUnixFileMode(State.Path) | UnixFileMode.OtherWrite);
            using LinuxClientHost fixedAddress = Create(loop, "10.73.42.50/24");
            fixedAddress.CheckReady();
            Assert.Equal(1, Log.Count($"Cannot trust '{State.Path}': other users can write to it"));
            using LinuxClientHost dhcp = Create(loop, "dhcp");
            string refusal = Assert.Throws<SoftlanException>(dhcp.CheckReady).Message;
            Assert.StartsWith($"Cannot trust '{State.Path}': other users can write to it. Hint: ", refusal, StringComparison.Ordinal);
        });
    }

    /// <summary>The DHCP client runs a script from there; without it there would be a card that never gets an address.</summary>
    [Fact]
    public void OpenPort_DhcpWithoutADirectoryForItsFiles_FailsBeforeThereIsATap()
    {
        InNamespace((ns, loop) =>
        {
            using LinuxClientHost host = Open(loop, "dhcp");
            Directory.Delete(State.Path);
            File.WriteAllText(State.Path, "");
            SoftlanException error = Assert.Throws<SoftlanException>(() => host.OpenPort(Own));
            Assert.StartsWith($"Cannot keep files in '{State.Path}': ", error.Message, StringComparison.Ordinal);
            Assert.EndsWith("set an address with --address, which needs no DHCP client.", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Tap, ns.Ip("link show"), StringComparison.Ordinal);
            File.Delete(State.Path);
            Directory.CreateDirectory(State.Path);
        });
    }

    [Fact]
    public void OnJoined_Again_ChangesTheMtuAndKeepsTheAddress()
    {
        InNamespace((ns, loop) =>
        {
            using LinuxClientHost host = Open(loop, "10.73.42.50/24");
            host.OpenPort(Own);
            host.OnJoined(1400);
            string before = ns.Ip($"-4 addr show {Tap}");
            host.OnJoined(1300);
            Assert.Equal(before.Replace("mtu 1400", "mtu 1300", StringComparison.Ordinal), ns.Ip($"-4 addr show {Tap}"));
            host.Changes.UndoAll();
        });
    }

    [Fact]
    public void OnJoined_SomebodyTookTheAddressAway_ItIsSetAgain()
    {
        InNamespace((ns, loop) =>
        {
            using LinuxClientHost host = Open(loop, "10.73.42.50/24");
            host.OpenPort(Own);
            host.OnJoined(1400);
            ns.Ip($"addr flush dev {Tap}");
            host.OnJoined(1400);
            Assert.Contains("inet 10.73.42.50/24", ns.Ip($"addr show {Tap}"), StringComparison.Ordinal);
            Assert.Contains($"255.255.255.255 dev {Tap}", ns.Ip("route show"), StringComparison.Ordinal);
            host.Changes.UndoAll();
        });
    }

    [Fact]
    public void Maintain_SomebodyTookTheAddressAway_ItIsSetAgainOnce()
    {
        InNamespace((ns, loop) =>
        {
            using LinuxClientHost host = Open(loop, "10.73.42.50/24");
            host.OpenPort(Own);
            host.OnJoined(1400);
            ns.Ip($"addr flush dev {Tap}");
            host.Maintain();
            Assert.Contains("inet 10.73.42.50/24", ns.Ip($"addr show {Tap}"), StringComparison.Ordinal);
            Assert.Contains($"255.255.255.255 dev {Tap}", ns.Ip("route show"), StringComparison.Ordinal);
            Assert.Equal(1, Log.Count("Something removed the address 10.73.42.50"));
            ns.Ip($"addr flush dev {Tap}");
            host.Maintain();
            Assert.DoesNotContain("inet 10.73.42.50/24", ns.Ip($"addr show {Tap}"), StringComparison.Ordinal);
            host.OnJoined(1400);
            ns.Ip($"addr flush dev {Tap}");
            host.Maintain();
            Assert.Contains("inet 10.73.42.50/24", ns.Ip($"addr show {Tap}"), StringComparison.Ordinal);
            host.Changes.UndoAll();
        });
    }

    [Fact]
    public void Maintain_SomebodyTookTheTapDown_IsSaidUntilItIsUp()
    {
        InNamespace((ns, loop) =>
        {
            using LinuxClientHost host = Open(loop, "10.73.42.50/24");
            host.OpenPort(Own);
            host.OnJoined(1400);
            host.Maintain();
            Assert.Equal(0, Log.Count($"{Tap} is down"));
            ns.Ip($"link set {Tap} down");
            host.Maintain();
            host.Maintain();
            Assert.Equal(1, Log.Count($"{Tap} is down"));
            ns.Ip($"link set {Tap} up");
            host.Maintain();
            Assert.Equal(1, Log.Count($"{Tap} is up again"));
            host.Changes.UndoAll();
        });
    }

    [Fact]
    public void PersistentTap_IsUsedAsItIs_AndGetsEverythingBack()
    {
        InNamespace((ns, loop) =>
        {
            ns.Ip($"tuntap add {Tap} mode tap");
            ns.Ip($"addr add 10.9.9.9/24 dev {Tap}");
            ns.Ip($"link set {Tap} mtu 1450 address 02:00:5e:10:00:77");
            // The kernel gives an interface its queue discipline when it comes up for the first time, and leaves it there.
            ns.Ip($"link set {Tap} up");
            ns.Ip($"link set {Tap} down");
            string before = Settings(ns);

            using LinuxClientHost host = Open(loop, "none");
            MacAddress mac = host.ChooseMac(() => Own);
            Assert.Equal("02:00:5e:10:00:77", mac.ToString());
            host.OpenPort(mac);
            host.OnJoined(1400);
            Assert.Contains("inet 10.9.9.9/24", ns.Ip($"addr show {Tap}"), StringComparison.Ordinal);
            Assert.Contains("mtu 1400", ns.Ip($"link show {Tap}"), StringComparison.Ordinal);
            Assert.Contains($"255.255.255.255 dev {Tap}", ns.Ip("route show"), StringComparison.Ordinal);

            host.Changes.UndoAll();
            AssertIsAgain(before, () => Settings(ns));
        });
    }

    [Fact]
    public void PersistentTap_ThatIsUp_ForgetsWhatIPv6LearnedAndNothingElse()
    {
        InNamespace((ns, loop) =>
        {
            ns.Ip($"tuntap add {Tap} mode tap");
            ns.Ip($"addr add fd00:1::1/64 dev {Tap} nodad");
            ns.Ip($"link set {Tap} up");
            using (LinuxClientHost first = Open(loop, "none"))
            {
                // The kernel keeps the multicast route that a card gets with its first carrier.
                first.OpenPort(first.ChooseMac(() => Own));
                first.Changes.UndoAll();
            }

            string before = Settings(ns);

            using LinuxClientHost host = Open(loop, "none");
            host.OpenPort(host.ChooseMac(() => Own));
            host.OnJoined(1500);
            ns.Ip($"addr add fd00:2::2/64 dev {Tap} nodad valid_lft 1000 preferred_lft 900"); // As an advertisement makes it.
            ns.Ip($"route add fd00:3::/64 dev {Tap} proto ra");
            ns.Ip($"addr add fd00:4::4/64 dev {Tap} nodad"); // As a person does.
            ns.Ip($"route add fd00:5::/64 dev {Tap}");
            host.Changes.UndoAll();

            string after = ns.Ip($"-6 addr show {Tap}") + ns.Ip($"-6 route show dev {Tap}");
            Assert.DoesNotContain("fd00:2::", after, StringComparison.Ordinal);
            Assert.DoesNotContain("fd00:3::", after, StringComparison.Ordinal);
            Assert.Contains("inet6 fd00:4::4/64", after, StringComparison.Ordinal);
            Assert.Contains("fd00:4::/64", after, StringComparison.Ordinal);
            Assert.Contains("fd00:5::/64", after, StringComparison.Ordinal);
            ns.Ip($"addr del fd00:4::4/64 dev {Tap}");
            ns.Ip($"route del fd00:5::/64 dev {Tap}");
            Assert.Equal(before.Split('\n').Order(), Settings(ns).Split('\n').Order());
        });
    }

    [Fact]
    public void PersistentTap_VirtualMacGiven_IsSetAndPutBack()
    {
        InNamespace((ns, loop) =>
        {
            ns.Ip($"tuntap add {Tap} mode tap");
            string before = Settings(ns);
            using LinuxClientHost host = Open(loop, "none", Own);
            Assert.Equal(Own, host.ChooseMac(() => Own));
            host.OpenPort(Own);
            Assert.Contains(Own.ToString(), ns.Ip($"link show {Tap}"), StringComparison.Ordinal);
            host.Changes.UndoAll();
            AssertIsAgain(before, () => Settings(ns));
        });
    }

    [Fact]
    public void PersistentTap_ClientWasKilled_TheNextOnePutsEverythingBack()
    {
        InNamespace((ns, loop) =>
        {
            ns.Ip($"tuntap add {Tap} mode tap");
            ns.Ip($"link set {Tap} mtu 1450 address 02:00:5e:10:00:77");
            ns.Ip($"link set {Tap} up");
            ns.Ip($"link set {Tap} down");
            string before = Settings(ns);
            int? acceptsBefore = Sysctl.Read(Tap, Sysctl.AcceptRa);
            Assert.Equal(0, Sysctl.Read(Tap, Sysctl.ArpIgnore));

            using LinuxClientHost killed = Open(loop, "10.73.42.50/24", Own);
            LinuxTap tap = (LinuxTap)killed.OpenPort(killed.ChooseMac(() => Own));
            killed.OnJoined(1400);
            Kill(tap);
            string left = ns.Ip($"addr show {Tap}");
            Assert.All(["mtu 1400", ",UP", Own.ToString(), "10.73.42.50/24"], what => Assert.Contains(what, left, StringComparison.Ordinal));

            using LinuxClientHost next = Open(loop, "none");
            AssertIsAgain(before, () => Settings(ns));
            Assert.Equal(acceptsBefore, Sysctl.Read(Tap, Sysctl.AcceptRa));
            Assert.Equal(0, Sysctl.Read(Tap, Sysctl.ArpIgnore));
            Assert.Empty(Directory.GetFiles(State.Path));
        });
    }

    [Fact]
    public void ChooseMac_NoTapYet_IsThePlayersOwn()
    {
        InNamespace((_, loop) =>
        {
            using LinuxClientHost host = Open(loop, "none");
            Assert.Equal(Own, host.ChooseMac(() => Own));
        });
    }

    [Fact]
    public void CheckReady_PortOfABridge_IsRefused_UnlessItsOwnerSeesToTheAddress()
    {
        InNamespace((ns, loop) =>
        {
            ns.Ip("link add br0 type bridge");
            ns.Ip($"tuntap add {Tap} mode tap");
            ns.Ip($"link set {Tap} master br0");
            using (LinuxClientHost host = Create(loop, "10.73.42.50/24"))
            {
                SoftlanException failure = Assert.Throws<SoftlanException>(host.CheckReady);
                Assert.StartsWith($"Cannot use '{Tap}': it is a port of the bridge br0 already", failure.Message, StringComparison.Ordinal);
                Assert.Contains($"ip link set {Tap} nomaster", failure.Message, StringComparison.Ordinal);
            }

            using LinuxClientHost own = Create(loop, "none");
            own.CheckReady();
        });
    }

    [Fact]
    public void CheckReady_NameOfAnotherInterface_SaysWhatToDo()
    {
        InNamespace((ns, loop) =>
        {
            ns.Ip($"link add {Tap} type bridge");
            using LinuxClientHost host = Create(loop, "none", null);
            SoftlanException failure = Assert.Throws<SoftlanException>(host.CheckReady);
            Assert.Equal(
                $"Cannot use '{Tap}': an interface of that name exists and is not a TAP. Hint: choose another name with --tap.",
                failure.Message);
        });
    }

    [Fact]
    public void Maintain_SomethingAddedADefaultRouteThroughTheParty_IsRemovedAndSaid()
    {
        InNamespace((ns, loop) =>
        {
            using LinuxClientHost host = Open(loop, "10.73.42.50/24");
            host.OpenPort(Own);
            host.OnJoined(1500);
            ns.Ip($"route add default via 10.73.42.1 dev {Tap}");
            ns.Ip($"route add 10.80.0.0/16 via 10.73.42.1 dev {Tap}");
            host.Maintain();
            host.Maintain();
            Assert.DoesNotContain("default", ns.Ip("route show"), StringComparison.Ordinal);
            Assert.Contains("10.80.0.0/16", ns.Ip("route show"), StringComparison.Ordinal);
            Assert.Equal(1, Log.Count("added the route 0.0.0.0/0"));
            host.Changes.UndoAll();
        });
    }

    [Fact]
    public void Maintain_TheTapWasDeleted_SaysSo()
    {
        InNamespace((ns, loop) =>
        {
            using LinuxClientHost host = Open(loop, "none");
            host.OpenPort(Own);
            host.OnJoined(1500);
            ns.Ip($"link delete {Tap}");
            Assert.Contains("it is gone", Assert.Throws<SoftlanException>(host.Maintain).Message, StringComparison.Ordinal);
            host.Changes.UndoAll();
        });
    }

    [Fact]
    public void ListTaps_TapsAndOthers_NamesTheTaps()
    {
        InNamespace((ns, _) =>
        {
            Assert.StartsWith("No TAP interface here.", List(), StringComparison.Ordinal);
            ns.Ip($"tuntap add {Tap} mode tap");
            ns.Ip("tuntap add tun7 mode tun");
            ns.Ip("link add br7 type bridge");
            string listed = List();
            Assert.StartsWith($"{Tap} ", listed, StringComparison.Ordinal);
            Assert.Equal(1, listed.Count(c => c == '\n'));
        });
    }

    private static string List()
    {
        using StringWriter output = new();
        LinuxClientHost.ListTaps(output);
        return output.ToString();
    }
}
