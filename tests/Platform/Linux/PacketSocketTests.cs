using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Platform.Linux.Netlink;
using Softlan.Tests.Wire.Offload;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

//   namespace "host": nic0 (the gateway's card, 10.9.0.1) ---- nic1 in namespace "lan": no address, only read and written by a port
[Collection(NamespaceTests.Name)]
[SupportedOSPlatform("linux")]
public sealed partial class PacketSocketTests
{
    private static readonly MacAddress Nic = MacAddress.Read([2, 0, 0, 0, 0, 1]);
    private static readonly MacAddress Player = MacAddress.Read([2, 0, 0, 0, 0, 9]);
    private static readonly MacAddress LanHost = MacAddress.Read([2, 0, 0, 0, 0, 2]);
    private static readonly IPAddress NicAddress = IPAddress.Parse("10.9.0.1");
    private static readonly IPAddress PlayerAddress = IPAddress.Parse("10.9.0.9");

    [Fact]
    public void Write_GoesToTheWireAndIsNotHeardAgain()
    {
        InNamespace(rig =>
        {
            byte[] frame = TestFrames.Silent(LanHost, Player);
            rig.Gateway.Write(frame);
            rig.Gateway.Write(TestFrames.Silent(MacAddress.Broadcast, Player));
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.OnLan.CountOf(TestFrames.SilentType) == 2));
            PortRecorder.Settle(rig.Loop);
            Assert.Equal(frame, rig.OnLan.Frames.First(seen => PortRecorder.TypeOf(seen.Frame) == TestFrames.SilentType).Frame);
            Assert.DoesNotContain(rig.AtGateway.Frames, seen => MacAddress.Read(seen.Frame.AsSpan(6)) == Player);
            Assert.Equal(0, rig.Gateway.Counters.TotalDropped);
        });
    }

    [Fact]
    public void Read_FramesForPlayers_ArePromiscuouslyHeard()
    {
        InNamespace(rig =>
        {
            byte[] frame = TestFrames.Silent(Player, LanHost);
            rig.Lan.Write(frame);
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.CountOf(TestFrames.SilentType) == 1));
            Assert.Contains(rig.AtGateway.Frames, seen => seen.Frame.AsSpan().SequenceEqual(frame) && seen.Origin == FrameOrigin.Received);
        });
    }

    /// <summary>This card of a test hears everything anyway; a real one drops what is for other MACs unless it is told not to.</summary>
    [Fact]
    public void Open_TheCardIsPromiscuous_UntilItIsClosed()
    {
        InNamespace(rig =>
        {
            Assert.Contains(" promiscuity 1 ", rig.Namespace.Ip("-d link show nic0"), StringComparison.Ordinal);
            rig.Gateway.Dispose();

            // A program that another test is just starting may hold the socket for a moment longer, until it is executed.
            string Show() => rig.Namespace.Ip("-d link show nic0");
            SpinWait.SpinUntil(() => Show().Contains(" promiscuity 0 ", StringComparison.Ordinal), TimeSpan.FromSeconds(20));
            Assert.Contains(" promiscuity 0 ", Show(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Read_MoreThanTheKernelKeeps_WhatItDroppedIsCounted()
    {
        InNamespace(rig =>
        {
            const int Written = 40_000;
            byte[] frame = TestFrames.Silent(Player, LanHost);
            for (int i = 0; i < Written; i++)
            {
                rig.Lan.Write(frame);
            }

            // Once a second it asks for the number. Between the two cards the kernel may lose some of its own.
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.Gateway.Counters.Dropped(DropReason.PortBusy) > 0));
            PortRecorder.Settle(rig.Loop);
            Assert.InRange(rig.AtGateway.CountOf(TestFrames.SilentType) + rig.Gateway.Counters.Dropped(DropReason.PortBusy), 1, Written);
        });
    }

    [Fact]
    public void Read_OfAnotherInterface_HearsNothing()
    {
        InNamespace(rig =>
        {
            rig.Namespace.Ip("link add busy0 type veth peer name busy1");
            rig.Namespace.Ip("link set busy0 up");
            rig.Namespace.Ip("link set busy1 up");
            using PacketSocket busy = PacketSocket.Open(
                rig.Loop, new() { Interface = NetlinkLinks.Find(rig.Netlink, "busy0")!, DeliverLocally = false });
            busy.Start(new PortRecorder());
            busy.Write(TestFrames.Silent(LanHost, Player));
            PortRecorder.Settle(rig.Loop);
            Assert.Equal(0, rig.AtGateway.CountOf(TestFrames.SilentType));
        });
    }

    [Fact]
    public void Read_TaggedFrame_HasItsTagAgain()
    {
        InNamespace(rig =>
        {
            byte[] frame = TestFrames.Tagged(Player, LanHost, 7);
            rig.Lan.Write(frame);
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.CountOf(EtherTypes.VlanCustomer) == 1));
            Assert.Contains(rig.AtGateway.Frames, seen => seen.Frame.AsSpan().SequenceEqual(frame));
        });
    }

    [Fact]
    public void Read_WhatThisHostSends_IsMarkedAsSuch()
    {
        InNamespace(rig =>
        {
            _ = rig.Namespace.TryExec("ping -c 1 -W 1 10.9.0.77");
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.CountOf(EtherTypes.Arp) > 0));
            Assert.All(
                rig.AtGateway.Frames.Where(seen => MacAddress.Read(seen.Frame.AsSpan(6)) == Nic),
                seen => Assert.Equal(FrameOrigin.SentByThisHost, seen.Origin));
        });
    }

    [Fact]
    public void LocalDelivery_ThisHostAnswersAPlayer()
    {
        InNamespace(rig =>
        {
            Assert.Null(rig.Gateway.LocalDeliveryUnavailable);
            rig.Gateway.Write(TestFrames.ArpRequest(Player, PlayerAddress, NicAddress));
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.CountOf(EtherTypes.Arp) > 0), "no ARP reply");
            (byte[] reply, FrameOrigin origin) = rig.AtGateway.Frames.Single(seen => PortRecorder.TypeOf(seen.Frame) == EtherTypes.Arp);
            Assert.Equal((Player, Nic, FrameOrigin.SentByThisHost), (MacAddress.Read(reply), MacAddress.Read(reply.AsSpan(6)), origin));

            rig.Gateway.Write(TestFrames.Echo(Nic, Player, PlayerAddress, NicAddress));
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.CountOf(EtherTypes.IPv4) > 0), "no echo reply");
            PortRecorder.Settle(rig.Loop);

            // The request for everybody went to the wire as well; the one for this host did not. Neither came back from here.
            Assert.DoesNotContain(rig.AtGateway.Frames, seen => MacAddress.Read(seen.Frame.AsSpan(6)) == Player);
            Assert.Single(
                rig.OnLan.Frames,
                seen => MacAddress.Read(seen.Frame) == MacAddress.Broadcast && MacAddress.Read(seen.Frame.AsSpan(6)) == Player);
            Assert.DoesNotContain(rig.OnLan.Frames, seen => MacAddress.Read(seen.Frame) == Nic);
        });
    }

    [Fact]
    public void CamRefresh_GoesToTheWire()
    {
        InNamespace(rig =>
        {
            byte[] frame = TestFrames.Silent(Nic, Player);
            frame[13] = EtherTypes.LocalExperimental & 0xff;
            rig.Gateway.WriteToWire(frame);
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.OnLan.CountOf(EtherTypes.LocalExperimental) == 1));
        });
    }

    [Fact]
    public void Dispose_TakesTheHelperInterfaceAway()
    {
        InNamespace(rig =>
        {
            Assert.Single(NetlinkLinks.List(rig.Netlink), link => link.Kind == "tun");
            Assert.Equal(1, Sysctl.Read("sl0", Sysctl.DisableIPv6) ?? 1);
            rig.Gateway.Dispose();
            Assert.DoesNotContain(NetlinkLinks.List(rig.Netlink), link => link.Kind == "tun");
        });
    }

    [Fact]
    public void InterfaceDown_IsSurvived()
    {
        InNamespace(rig =>
        {
            rig.Namespace.Ip("link set nic0 down");
            PortRecorder.Settle(rig.Loop);
            rig.Gateway.Write(TestFrames.Silent(LanHost, Player));
            PortRecorder.Settle(rig.Loop);
            Assert.Null(rig.AtGateway.Failure);
            Assert.Equal(1, rig.Gateway.Counters.Dropped(DropReason.PortBusy));

            rig.Namespace.Ip("link set nic0 up");
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () =>
            {
                rig.Lan.Write(TestFrames.Silent(Player, LanHost));
                return rig.AtGateway.CountOf(TestFrames.SilentType) > 0;
            }));
        });
    }

    [Theory]
    [InlineData(Errno.EINVAL, "BadOffload")]
    [InlineData(Errno.ENOBUFS, "PortBusy")]
    [InlineData(Errno.ENOMEM, "PortBusy")]
    [InlineData(Errno.EBADF, "None")]
    public void ReasonOf_ReceiveError_IsWhatTheReadmeSays(int error, string reason) => Assert.Equal(reason, PacketSocket.ReasonOf(error).ToString());

    [Fact]
    public void Open_WithoutPrivileges_SaysWhatToDo()
    {
        InNamespace(rig =>
        {
            Capabilities.DropAllOfThisThread();
            string message = Assert.Throws<SoftlanException>(() => Open(rig.Loop, rig.Netlink)).Message;
            Assert.Contains("this process may not open packet sockets. Hint: put sudo in front of the command", message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Open_ThatFails_LeavesNoSocketBehind()
    {
        InNamespace(rig =>
        {
            int packets = File.ReadAllLines("/proc/thread-self/net/packet").Length;
            int netlinks = File.ReadAllLines("/proc/thread-self/net/netlink").Length;
            LinkEntry nic = NetlinkLinks.Find(rig.Netlink, "nic0")!;
            Assert.Throws<NullReferenceException>(() => PacketSocket.Open(null!, new() { Interface = nic })); // What a bug of ours could bring.
            Assert.Equal(packets, File.ReadAllLines("/proc/thread-self/net/packet").Length);
            Assert.Equal(netlinks, File.ReadAllLines("/proc/thread-self/net/netlink").Length);
        });
    }

    [Fact]
    public void Open_WithoutNetAdmin_WorksButNotForThisHost()
    {
        InNamespace(rig =>
        {
            Capabilities.DropAllOfThisThread(except: Capabilities.NetRaw);
            using PacketSocket socket = Open(rig.Loop, rig.Netlink);
            Assert.Contains("Hint: run the gateway as root", socket.LocalDeliveryUnavailable, StringComparison.Ordinal);
            Assert.Contains("use --bridge", socket.LocalDeliveryUnavailable, StringComparison.Ordinal);
            Assert.Equal(2, socket.LocalDeliveryUnavailable!.Split("Hint:").Length); // One, and not the inner failure's as well.
            socket.Write(TestFrames.Silent(LanHost, Player));
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.OnLan.CountOf(TestFrames.SilentType) == 1));
        });
    }

    [Fact]
    public void Wire_TakenDownIsNotACableThatWasPulled()
    {
        InNamespace(rig =>
        {
            rig.Namespace.Ip("link set nic0 down");
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.Wire.Count == 1 && rig.OnLan.Wire.Count == 1));
            Assert.Equal([WireState.Down], rig.AtGateway.Wire);
            Assert.Equal([WireState.Unplugged], rig.OnLan.Wire);
            rig.Namespace.Ip("link set nic0 up");
            Assert.True(PortRecorder.TurnUntil(
                rig.Loop,
                () => rig.AtGateway.Wire[^1] == WireState.Connected && rig.OnLan.Wire[^1] == WireState.Connected));
        });
    }

    [Fact]
    public void Mtu_SomebodyChangesIt_IsReported()
    {
        InNamespace(rig =>
        {
            rig.Namespace.Ip("link set nic0 mtu 1400");
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.Mtus.Count == 1));
            rig.Namespace.Ip("link set nic0 mtu 1500");
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.Mtus.Count == 2));
            Assert.Equal([1400, 1500], rig.AtGateway.Mtus);
        });
    }

    [Fact]
    public void Steady_ReadingAndWriting_AllocatesNothing()
    {
        InNamespace(rig =>
        {
            rig.Gateway.Write(TestFrames.ArpRequest(Player, PlayerAddress, NicAddress));
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.CountOf(EtherTypes.Arp) > 0));
            rig.AtGateway.KeepFrames = rig.OnLan.KeepFrames = false;
            byte[] echo = TestFrames.Echo(Nic, Player, PlayerAddress, NicAddress);
            byte[] broadcast = TestFrames.Silent(MacAddress.Broadcast, Player);
            Exchange(rig, echo, broadcast, 200);

            int seen = rig.AtGateway.Count + rig.OnLan.Count;
            Assert.Equal(0, Allocations.Of(() => Exchange(rig, echo, broadcast, 1000)));
            Assert.True(rig.AtGateway.Count + rig.OnLan.Count - seen > 1500, $"{rig.AtGateway.Count + rig.OnLan.Count - seen} frames");
        });
    }

    /// <summary>Between these cards they stay whole: up to 65 frames each.</summary>
    [Fact]
    public void Read_ManySuperFrames_AreTheSharesOfManyTurns_AndAllArriveInOrder()
    {
        InNamespace(rig =>
        {
            const int Count = 2600;
            const int Length = 1000;
            TestFrame frame = new() { Payload = new byte[Length] };
            byte[][] frames =
                [.. Enumerable.Range(0, Count).Select(i => (frame with { Identification = (ushort)i, Sequence = (uint)(i * Length) }).Build())];
            int most = 0;
            void Send()
            {
                int end = rig.AtGateway.Count + Count;
                foreach (byte[] bytes in frames)
                {
                    rig.Lan.Write(bytes);
                }

                for (long limit = Environment.TickCount64 + 5000; rig.AtGateway.Count < end && Environment.TickCount64 < limit;)
                {
                    int before = rig.AtGateway.Count;
                    rig.Loop.RunTurn(TimeSpan.FromMilliseconds(10));
                    most = Math.Max(most, rig.AtGateway.Count - before);
                }
            }

            PortRecorder.Settle(rig.Loop);
            rig.AtGateway.Frames.Clear();
            Send();
            Assert.Equal(frames, rig.AtGateway.Frames.Select(seen => seen.Frame));
            Assert.InRange(most, 2 * 65, PacketSocket.MaxFramesPerTurn + 65);

            rig.AtGateway.KeepFrames = false;
            Assert.Contains(0, Enumerable.Range(0, 10).Select(_ => Allocations.Of(Send))); // The look at the interface once a second allocates.
            Assert.Equal(0, rig.Gateway.Counters.TotalDropped);
        });
    }

    private static void Exchange(Rig rig, byte[] echo, byte[] broadcast, int times)
    {
        for (int i = 0; i < times; i++)
        {
            rig.Gateway.Write(echo);
            rig.Gateway.Write(broadcast);
            rig.Loop.RunTurn(TimeSpan.Zero);
            rig.Loop.RunTurn(TimeSpan.FromMilliseconds(10));
        }
    }

    private static PacketSocket Open(EventLoop loop, NetlinkSocket netlink) =>
        PacketSocket.Open(loop, new() { Interface = new InterfaceCheck(netlink).RequireInterface("nic0") });

    private static void InNamespace(Action<Rig> test)
    {
        Assert.SkipUnless(File.Exists("/dev/net/tun"), "needs /dev/net/tun");
        using NetworkNamespace host = NetworkNamespace.Create("ping");
        using NetworkNamespace lan = NetworkNamespace.Create();
        host.Ip($"link add nic0 address {Nic} type veth peer name nic1 address {LanHost} netns {lan.Name}");
        host.Run(() =>
        {
            using EventLoop loop = new();
            PacketSocket? onLan = null;
            lan.Run(() =>
            {
                Sysctl.Write("nic1", Sysctl.DisableIPv6, 1);
                lan.Ip("link set nic1 up");
                using NetlinkSocket netlink = NetlinkSocket.Open();
                onLan = PacketSocket.Open(loop, new() { Interface = NetlinkLinks.Find(netlink, "nic1")!, DeliverLocally = false });
            });
            Sysctl.Write("nic0", Sysctl.DisableIPv6, 1);
            host.Ip("link set nic0 up");
            host.Ip($"addr add {NicAddress}/24 dev nic0");
            using NetlinkSocket netlink = NetlinkSocket.Open();
            using PacketSocket gateway = Open(loop, netlink);
            using PacketSocket port = onLan!;
            Rig rig = new(host, lan, loop, netlink, gateway, port);
            gateway.Start(rig.AtGateway);
            port.Start(rig.OnLan);
            test(rig);
        });
    }

    private sealed record Rig(
        NetworkNamespace Namespace, NetworkNamespace LanNamespace, EventLoop Loop, NetlinkSocket Netlink, PacketSocket Gateway, PacketSocket Lan)
    {
        public PortRecorder AtGateway { get; } = new();

        public PortRecorder OnLan { get; } = new();
    }
}
