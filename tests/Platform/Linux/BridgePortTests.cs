using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

//   br0 (the host itself, 10.9.0.1): nic0 ---- nic1 (the LAN, in a namespace of its own), and softlan's TAP
[Collection(NamespaceTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class BridgePortTests
{
    private static readonly MacAddress Player = MacAddress.Read([2, 0, 0, 0, 0, 9]);

    [Fact]
    public void Open_JoinsTheBridgeAndLeavesItAsItWas()
    {
        InNamespace((ns, loop, netlink) =>
        {
            LinkEntry before = new InterfaceCheck(netlink).RequireBridge("br0");
            using (BridgePort port = BridgePort.Open(loop, before))
            {
                LinkEntry link = NetlinkLinks.Find(netlink, port.Name)!;
                Assert.True(link is { IsUp: true, IsBridgePort: true, Mtu: 9000 });
                Assert.Equal(before.Index, link.MasterIndex);
                Assert.NotEqual(0, Sysctl.Read(port.Name, Sysctl.DisableIPv6) ?? 1);
                Assert.True(NetlinkLinks.Find(netlink, "br0") is { Mtu: 9000 } during && during.Address == before.Address);
            }

            // The kernel's link watch takes a bridge's carrier away a moment after its last port is gone.
            SpinWait.SpinUntil(() => before == NetlinkLinks.Find(netlink, "br0"), TimeSpan.FromSeconds(20));
            Assert.Equal(before, NetlinkLinks.Find(netlink, "br0"));
            Assert.DoesNotContain(NetlinkLinks.List(netlink), link => link.Kind == "tun");
        });
    }

    [Fact]
    public void Open_OtherPortsHaveHighAddresses_LeavesTheBridgesAsItIs()
    {
        InNamespace((ns, loop, netlink) =>
        {
            ns.Ip("link set nic0 address fe:ff:fe:ff:ff:ff");
            LinkEntry before = NetlinkLinks.Find(netlink, "br0")!;
            Assert.Equal("fe:ff:fe:ff:ff:ff", before.Address.ToString());
            using BridgePort port = BridgePort.Open(loop, before);
            Assert.Equal(before.Address, NetlinkLinks.Find(netlink, "br0")!.Address);
        });
    }

    [Fact]
    public void Open_NotABridge_IsRefusedAndLeavesNothing()
    {
        InNamespace((ns, loop, netlink) =>
        {
            LinkEntry nic = NetlinkLinks.Find(netlink, "nic0")!;
            Assert.Contains(
                "it is not a bridge",
                Assert.Throws<SoftlanException>(() => BridgePort.Open(loop, nic)).Message,
                StringComparison.Ordinal);
            Assert.DoesNotContain(NetlinkLinks.List(netlink), link => link.Kind == "tun");
        });
    }

    [Fact]
    public void Frames_ReachTheHostAndTheLan()
    {
        InNamespace((ns, loop, netlink) =>
        {
            using BridgePort port = BridgePort.Open(loop, NetlinkLinks.Find(netlink, "br0")!);
            PortRecorder recorder = new();
            port.Start(recorder);
            foreach (string address in (string[])["10.9.0.1", "10.9.0.2"])
            {
                int seen = recorder.CountOf(EtherTypes.Arp);
                port.Write(TestFrames.ArpRequest(Player, IPAddress.Parse("10.9.0.9"), IPAddress.Parse(address)));
                Assert.True(PortRecorder.TurnUntil(loop, () => recorder.CountOf(EtherTypes.Arp) > seen), $"no answer from {address}");
            }
        });
    }

    [Fact]
    public void Wire_TheOtherPortsAndTheBridge_AreReported()
    {
        Watch(watched =>
        {
            watched.Namespace.Ip("link set nic0 down");
            watched.Becomes(WireState.Unplugged);
            watched.Namespace.Ip("link set nic0 up");
            watched.Becomes(WireState.Connected);
            watched.Namespace.Ip("link set br0 down");
            watched.Becomes(WireState.Down);
            watched.Namespace.Ip("link set br0 up");
            watched.Becomes(WireState.Connected);
            watched.Namespace.Ip($"link set {watched.Port.Name} down");
            watched.Becomes(WireState.Down);
            watched.Becomes(WireState.Connected); // Its own port it brings up itself.
            watched.Namespace.Ip("link set nic0 down");
            watched.Becomes(WireState.Unplugged);
            watched.Namespace.Ip("link set nic0 nomaster");
            watched.Becomes(WireState.Connected); // What is left is this host.
        });
    }

    [Fact]
    public void Wire_ThePortIsTakenOut_IsPutBackButNotForEver()
    {
        Watch(watched =>
        {
            watched.Namespace.Ip($"link set {watched.Port.Name} nomaster");
            watched.Becomes(WireState.Detached);
            watched.Becomes(WireState.Connected);
            Assert.Contains("master br0", watched.Namespace.Ip($"link show {watched.Port.Name}"), StringComparison.Ordinal);
            watched.Namespace.Ip($"link set {watched.Port.Name} nomaster");
            watched.Becomes(WireState.Detached);
            PortRecorder.Settle(watched.Loop);
            PortRecorder.Settle(watched.Loop);
            Assert.DoesNotContain("master br0", watched.Namespace.Ip($"link show {watched.Port.Name}"), StringComparison.Ordinal);
            watched.Becomes(WireState.Connected, seconds: 10);
        });
    }

    /// <summary>Neither at once nor when it is taken down there.</summary>
    [Fact]
    public void Wire_ThePortIsPutIntoAnotherBridge_StaysThereUntilItIsTakenOut()
    {
        Watch(watched =>
        {
            string port = watched.Port.Name;
            watched.Namespace.Ip("link add br1 type bridge");
            watched.Namespace.Ip($"link set {port} master br1");
            watched.Becomes(WireState.Taken);
            watched.Namespace.Ip($"link set {port} down");
            PortRecorder.Settle(watched.Loop);
            Assert.Contains("master br1", watched.Namespace.Ip($"link show {port}"), StringComparison.Ordinal);
            watched.Namespace.Ip($"link set {port} nomaster");
            watched.Becomes(WireState.Detached);
            watched.Becomes(WireState.Connected);
            Assert.Contains("master br0", watched.Namespace.Ip($"link show {port}"), StringComparison.Ordinal);
        });
    }

    /// <summary>As when a host's networking is restarted.</summary>
    [Fact]
    public void Wire_TheBridgeIsMadeAnew_FramesPassAgain()
    {
        Watch(watched =>
        {
            watched.Namespace.Ip("link del br0");
            watched.Becomes(WireState.Gone);
            watched.Namespace.Ip("link add br0 type bridge");
            watched.Namespace.Ip("link set nic0 master br0");
            watched.Namespace.Ip("link set br0 up");
            watched.Becomes(WireState.Connected);
            watched.Port.Write(TestFrames.ArpRequest(Player, IPAddress.Parse("10.9.0.9"), IPAddress.Parse("10.9.0.2")));
            Assert.True(PortRecorder.TurnUntil(watched.Loop, () => watched.Recorder.CountOf(EtherTypes.Arp) > 0), "no answer from the LAN");
            Assert.Contains("mtu 9000", watched.Namespace.Ip("link show br0"), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Mtu_OfTheBridge_IsReported()
    {
        Watch(watched =>
        {
            watched.Namespace.Ip("link set br0 mtu 1400");
            Assert.True(PortRecorder.TurnUntil(watched.Loop, () => watched.Recorder.Mtus.Count == 1));
            Assert.Equal([1400], watched.Recorder.Mtus);
        });
    }

    /// <summary>The module may be loaded while the gateway runs; then a bridge of its loader's comes, too.</summary>
    [Fact]
    public void Filter_IsOn_IsSaidOnceAtTheStartOrWithTheNextChange()
    {
        DirectoryInfo root = Directory.CreateTempSubdirectory("softlan-bridge-");
        try
        {
            InNamespace((ns, loop, netlink) =>
            {
                using BridgePort port = BridgePort.Open(loop, NetlinkLinks.Find(netlink, "br0")!, root: root.FullName);
                PortRecorder recorder = new();
                port.Start(recorder);
                ns.Ip("link add br1 type bridge");
                PortRecorder.Settle(loop);
                Assert.Empty(recorder.Filters);

                Directory.CreateDirectory($"{root.FullName}/proc/sys/net/bridge");
                File.WriteAllText($"{root.FullName}/proc/sys/net/bridge/bridge-nf-call-iptables", "1\n");
                ns.Ip("link add docker0 type bridge");
                Assert.True(PortRecorder.TurnUntil(loop, () => recorder.Filters.Count > 0));
                ns.Ip("link del br1");
                PortRecorder.Settle(loop);
                Assert.Equal(["IPv4"], recorder.Filters);

                using BridgePort another = BridgePort.Open(loop, NetlinkLinks.Find(netlink, "br0")!, root: root.FullName);
                PortRecorder second = new();
                another.Start(second);
                Assert.Equal(["IPv4"], second.Filters);
            });
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static void Watch(Action<Watched> test) => InNamespace((ns, loop, netlink) =>
    {
        using BridgePort port = BridgePort.Open(loop, NetlinkLinks.Find(netlink, "br0")!);
        PortRecorder recorder = new();
        port.Start(recorder);
        test(new Watched(ns, loop, port, recorder));
    });

    private sealed record Watched(NetworkNamespace Namespace, EventLoop Loop, BridgePort Port, PortRecorder Recorder)
    {
        private int _seen;

        /// <summary>The next that the port says of its wire.</summary>
        public void Becomes(WireState state, int seconds = 3)
        {
            Assert.True(PortRecorder.TurnUntil(Loop, () => Recorder.Wire.Count > _seen, seconds), $"no word of {state}");
            Assert.Equal(state, Recorder.Wire[_seen++]);
        }
    }

    private static void InNamespace(Action<NetworkNamespace, EventLoop, NetlinkSocket> test)
    {
        Assert.SkipUnless(File.Exists("/dev/net/tun"), "needs /dev/net/tun");
        using NetworkNamespace host = NetworkNamespace.Create();
        using NetworkNamespace lan = NetworkNamespace.Create();
        host.Ip("link add br0 type bridge");
        host.Ip($"link add nic0 mtu 9000 type veth peer name nic1 mtu 9000 netns {lan.Name}");
        host.Ip("link set nic0 master br0");
        host.Ip("addr add 10.9.0.1/24 dev br0");
        host.Ip("link set nic0 up");
        host.Ip("link set br0 up");
        lan.Ip("addr add 10.9.0.2/24 dev nic1");
        lan.Ip("link set nic1 up");
        host.Run(() =>
        {
            using NetlinkSocket netlink = NetlinkSocket.Open();
            using EventLoop loop = new();
            test(host, loop, netlink);
        });
    }
}
