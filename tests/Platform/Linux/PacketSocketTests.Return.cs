using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

/// <summary>Interfaces that go and come back.</summary>
public sealed partial class PacketSocketTests
{
    private static readonly MacAddress OtherNic = MacAddress.Read([2, 0, 0, 0, 0, 0x11]);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void InterfaceGone_IsToldOnceAndWaitedFor(bool wasDownBefore)
    {
        InNamespace(rig =>
        {
            if (wasDownBefore)
            {
                rig.Namespace.Ip("link set nic0 down");
                PortRecorder.Settle(rig.Loop);
            }

            rig.Namespace.Ip("link del nic0");
            Becomes(rig, WireState.Gone);
            Assert.DoesNotContain(NetlinkLinks.List(rig.Netlink), link => link.Kind == "tun");
            long dropped = rig.Gateway.Counters.Dropped(DropReason.PortBusy);
            rig.Gateway.Write(TestFrames.Silent(LanHost, Player));
            PortRecorder.TurnUntil(rig.Loop, () => false, seconds: 2);
            Assert.Equal(dropped + 1, rig.Gateway.Counters.Dropped(DropReason.PortBusy));
            Assert.Equal(wasDownBefore ? [WireState.Down, WireState.Gone] : [WireState.Gone], rig.AtGateway.Wire);
            Assert.Null(rig.AtGateway.Failure);
        });
    }

    /// <summary>In a turn whose end finds it gone.</summary>
    [Fact]
    public void InterfaceGone_WhatWasToLeave_IsCounted()
    {
        InNamespace(rig =>
        {
            rig.Namespace.Ip("link del nic0");
            rig.Gateway.Write(TestFrames.Silent(LanHost, Player));
            rig.Gateway.Write(TestFrames.ArpRequest(Player, PlayerAddress, NicAddress));
            rig.Gateway.OnTurnEnd();
            Assert.Equal(2, rig.Gateway.Counters.Dropped(DropReason.PortBusy));
            Becomes(rig, WireState.Gone);
            Assert.Null(rig.AtGateway.Failure);
        });
    }

    /// <summary>As another adapter would: with another MAC, and another MTU.</summary>
    [Fact]
    public void InterfaceBack_FramesPassAgain()
    {
        InNamespace(rig =>
        {
            rig.Namespace.Ip("link del nic0");
            Becomes(rig, WireState.Gone);
            rig.Namespace.Ip(
                $"link add nic0 mtu 1400 address {OtherNic} type veth peer name nic1 mtu 1400 address {LanHost} netns {rig.LanNamespace.Name}");
            rig.Namespace.Ip("link set nic0 up");
            rig.LanNamespace.Ip("link set nic1 up");
            rig.Namespace.Ip($"addr add {NicAddress}/24 dev nic0");
            Becomes(rig, WireState.Connected);
            Assert.Equal((OtherNic, "nic0"), (rig.Gateway.Address, rig.Gateway.Name));
            Assert.Equal([1400], rig.AtGateway.Mtus);
            Assert.Contains(" promiscuity 1 ", rig.Namespace.Ip("-d link show nic0"), StringComparison.Ordinal);
            Assert.Empty(rig.AtGateway.HostLosses);
            FramesPass(rig);

            rig.Gateway.Write(TestFrames.ArpRequest(Player, PlayerAddress, NicAddress));
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.CountOf(EtherTypes.Arp) > 0), "no ARP reply");
            Assert.DoesNotContain(rig.AtGateway.Frames, seen => MacAddress.Read(seen.Frame.AsSpan(6)) == Player);
            rig.Gateway.Dispose();
            Assert.DoesNotContain(NetlinkLinks.List(rig.Netlink), link => link.Kind == "tun");
            Assert.Contains(" promiscuity 0 ", rig.Namespace.Ip("-d link show nic0"), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void InterfaceBack_WithoutNetAdmin_WorksAndThatTheHostIsOutOfReachIsNotSaidAgain()
    {
        InNamespace(rig =>
        {
            Capabilities.DropAllOfThisThread(except: Capabilities.NetRaw);
            using PacketSocket socket = Open(rig.Loop, rig.Netlink);
            PortRecorder recorder = new();
            socket.Start(recorder);
            Assert.Single(recorder.HostLosses);
            rig.Namespace.Ip("link del nic0");
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => recorder.Wire.Contains(WireState.Gone)));
            rig.Namespace.Ip($"link add nic0 type veth peer name nic1 netns {rig.LanNamespace.Name}");
            rig.Namespace.Ip("link set nic0 up");
            rig.LanNamespace.Ip("link set nic1 up");
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => recorder.Wire[^1] == WireState.Connected));
            Assert.Single(recorder.HostLosses);
        });
    }

    /// <summary>It has its old index then. While it is down the kernel says nothing, and within a second nobody sees that it was away.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void InterfaceMovedToAnotherNamespaceAndBack_FramesPassAgain(bool isDown)
    {
        InNamespace(rig =>
        {
            using NetworkNamespace other = NetworkNamespace.Create();
            if (isDown)
            {
                rig.Namespace.Ip("link set nic0 down");
                Becomes(rig, WireState.Down);
            }

            rig.Namespace.Ip($"link set nic0 netns {other.Name}");
            if (!isDown)
            {
                Becomes(rig, WireState.Gone);
            }

            other.Ip($"link set nic0 netns {rig.Namespace.Name}");
            rig.Namespace.Ip("link set nic0 up");
            Becomes(rig, WireState.Connected);
            FramesPass(rig);
        });
    }

    [Fact]
    public void Look_TheKernelDoesNotAnswer_IsRepeated()
    {
        InNamespace(rig =>
        {
            rig.Namespace.Ip("link set nic0 mtu 1400");
            WhileTheKernelDoesNotAnswer(() => PortRecorder.TurnUntil(rig.Loop, () => false, seconds: 2));
            Assert.Empty(rig.AtGateway.Wire);
            Assert.Empty(rig.AtGateway.Mtus);
            Assert.Null(rig.AtGateway.Failure);
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.Mtus.Count == 1));
            FramesPass(rig);
        });
    }

    [Fact]
    public void Look_TheKernelDoesNotAnswer_AnInterfaceThatIsGoneIsToldAllTheSame()
    {
        InNamespace(rig =>
        {
            rig.Namespace.Ip("link del nic0");
            WhileTheKernelDoesNotAnswer(() => PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.Wire.Count > 0));
            Assert.Equal([WireState.Gone], rig.AtGateway.Wire);
        });
    }

    /// <summary>Also while another interface gets its old name.</summary>
    [Fact]
    public void InterfaceRenamed_IsTheSameInterface()
    {
        InNamespace(rig =>
        {
            rig.Namespace.Ip("link set nic0 down");
            rig.Namespace.Ip("link set nic0 name cable0");
            rig.Namespace.Ip("link add nic0 type veth peer name nic9");
            rig.Namespace.Ip("link set nic0 up");
            rig.Namespace.Ip("link set nic9 up");
            rig.Namespace.Ip("link set cable0 up");
            FramesPass(rig);
            PortRecorder.TurnUntil(rig.Loop, () => false, seconds: 2);
            FramesPass(rig);
            Assert.DoesNotContain(WireState.Gone, rig.AtGateway.Wire);
        });
    }

    private static void WhileTheKernelDoesNotAnswer(Action act)
    {
        Exception? failure = null;
        Thread thread = new(() =>
        {
            SystemCallFilter.RefuseSendOfThisThread();
            failure = Record.Exception(act);
        });
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    private static void Becomes(Rig rig, WireState state) =>
        Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.Wire.Count > 0 && rig.AtGateway.Wire[^1] == state), $"no word of {state}");

    /// <summary>Both ways, once both ends have found their interface.</summary>
    private static void FramesPass(Rig rig)
    {
        int onLan = rig.OnLan.CountOf(TestFrames.SilentType);
        int atGateway = rig.AtGateway.CountOf(TestFrames.SilentType);
        Assert.True(
            PortRecorder.TurnUntil(rig.Loop, () =>
            {
                rig.Gateway.Write(TestFrames.Silent(LanHost, Player));
                rig.Lan.Write(TestFrames.Silent(Player, LanHost));
                return rig.OnLan.CountOf(TestFrames.SilentType) > onLan && rig.AtGateway.CountOf(TestFrames.SilentType) > atGateway;
            }),
            "no frames");
    }
}
