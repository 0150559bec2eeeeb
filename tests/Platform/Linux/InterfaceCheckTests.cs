using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[Collection(NamespaceTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class InterfaceCheckTests
{
    [Fact]
    public void RequireInterface_TakesAWiredOneAndSaysWhyNotOtherwise()
    {
        InNamespace((ns, check) =>
        {
            Assert.Equal("good", check.RequireInterface("good").Name);
            Refuses(
                "missing",
                "Cannot find interface 'missing': this machine has no interface of that name. "
                    + "Hint: usable here: good, mvall, other, under0, under1.");
            Refuses("lo", "loopback");
            Refuses("br0", "it is a bridge. Hint: use --bridge br0.");
            Refuses("port", "it is a port of a bridge already. Hint: use --bridge br0.");
            Refuses("down", "it is down. Hint: bring it up: ip link set down up.");
            Refuses("uncabled", "it has no carrier");
            Refuses("small", "its MTU is 1000 bytes, and a LAN needs at least 1280");
            Refuses("tun0", "not an Ethernet interface");
            Refuses("mv0", "it is a macvlan, which gets no frames for the MAC addresses of players");
            Assert.Equal("mvall", check.RequireInterface("mvall").Name);
            Refuses("sl0", "it is how a softlan gateway reaches this machine itself");
            Refuses("a-name-that-is-far-too-long", "Linux allows 1 to 15 characters");
            Refuses("a/b", "a character that Linux does not allow");
            void Refuses(string name, string text) =>
                Assert.Contains(text, Assert.Throws<SoftlanException>(() => check.RequireInterface(name)).Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void RequireInterface_Wireless_IsRefused()
    {
        string directory = Directory.CreateTempSubdirectory("softlan-class-net").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(directory, "good", "phy80211"));
            InNamespace(
                (ns, check) =>
                {
                    Assert.Contains(
                        "it is wireless",
                        Assert.Throws<SoftlanException>(() => check.RequireInterface("good")).Message,
                        StringComparison.Ordinal);
                    Assert.EndsWith(
                        "usable here: mvall, other, under0, under1.",
                        Assert.Throws<SoftlanException>(() => check.RequireInterface("missing")).Message,
                        StringComparison.Ordinal);
                },
                directory);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void RequireBridge_TakesABridgeOnly()
    {
        InNamespace((ns, check) =>
        {
            Assert.Equal("br0", check.RequireBridge("br0").Name);
            string message = Assert.Throws<SoftlanException>(() => check.RequireBridge("good")).Message;
            Assert.Contains(
                "it is not a bridge. Hint: give it with --interface good, or name one of these bridges: br0.",
                message,
                StringComparison.Ordinal);
            string loopback = Assert.Throws<SoftlanException>(() => check.RequireBridge("lo")).Message;
            Assert.Contains("it is not a bridge. Hint: bridges here: br0", loopback, StringComparison.Ordinal);
            Assert.Contains("bridges here: br0", Assert.Throws<SoftlanException>(() => check.RequireBridge("br9")).Message, StringComparison.Ordinal);
        });
    }

    private static void InNamespace(Action<NetworkNamespace, InterfaceCheck> test, string? classDirectory = null)
    {
        using NetworkNamespace ns = NetworkNamespace.Create();
        ns.Ip("link add good type veth peer name other");
        ns.Ip("link add port type veth peer name down");
        ns.Ip("link add uncabled type veth peer name unplugged");
        ns.Ip("link add small type veth peer name portpeer");
        ns.Ip("link add br0 type bridge");
        ns.Ip("link set port master br0");
        ns.Ip("link set portpeer master br0");
        ns.Ip("link set small mtu 1000");
        ns.Ip("link add under0 type veth peer name under1");
        ns.Ip("link add mv0 link under0 type macvlan mode bridge");
        ns.Ip("link add mvall link under1 type macvlan mode passthru");
        ns.Ip("tuntap add tun0 mode tun");
        ns.Ip("tuntap add sl0 mode tap");
        foreach (string up in (string[])["good", "other", "port", "uncabled", "small", "portpeer", "br0", "tun0", "under0", "under1", "mv0", "mvall"])
        {
            ns.Ip($"link set {up} up");
        }

        ns.Run(() =>
        {
            using NetlinkSocket socket = NetlinkSocket.Open();
            test(ns, classDirectory is null ? new InterfaceCheck(socket) : new InterfaceCheck(socket, classDirectory));
        });
    }
}
