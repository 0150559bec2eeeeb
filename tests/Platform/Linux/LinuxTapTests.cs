using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[Collection(NamespaceTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class LinuxTapTests
{
    private static readonly MacAddress Mac = MacAddress.Read([2, 0, 0, 0, 0, 7]);
    private static readonly MacAddress Other = MacAddress.Read([2, 0, 0, 0, 0, 9]);
    private static readonly IPAddress Host = IPAddress.Parse("10.9.0.1");
    private static readonly IPAddress Remote = IPAddress.Parse("10.9.0.2");

    [Fact]
    public void Open_MakesTheInterfaceAndTakesItAway()
    {
        InNamespace((ns, loop, netlink) =>
        {
            using (LinuxTap tap = LinuxTap.Open(loop, new() { Name = "softlan0", Address = Mac, Mtu = 1400 }))
            {
                LinkEntry link = NetlinkLinks.Find(netlink, "softlan0")!;
                Assert.True(link is { IsUp: true, HasCarrier: true, Mtu: 1400, Kind: "tun" });
                Assert.Equal((Mac, Mac, link.Index, false), (link.Address, tap.Address, tap.InterfaceIndex, tap.IsPersistent));
            }

            // Another test may be starting a program at this moment: its child has the descriptor until it has become that program.
            Assert.True(SpinWait.SpinUntil(() => NetlinkLinks.Find(netlink, "softlan0") is null, TimeSpan.FromSeconds(5)));
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("multi_queue")]
    public void Open_PersistentTap_IsUsedAndLeftAsItWas(string kind)
    {
        InNamespace((ns, loop, netlink) =>
        {
            ns.Ip($"tuntap add softlan0 mode tap {kind}");
            LinkEntry before = NetlinkLinks.Find(netlink, "softlan0")!;
            using (LinuxTap tap = LinuxTap.Open(loop, new() { Name = "softlan0", Address = Mac, Mtu = 1400 }))
            {
                Assert.True(tap.IsPersistent);
                Assert.True(NetlinkLinks.Find(netlink, "softlan0") is { IsUp: true, Mtu: 1400 } link && link.Address == Mac);
            }

            LinkEntry after = NetlinkLinks.Find(netlink, "softlan0")!;
            Assert.Equal((before.Address, before.Mtu, before.IsUp), (after.Address, after.Mtu, after.IsUp));
        });
    }

    [Fact]
    public void Open_WhatCannotBeOpened_SaysWhy()
    {
        InNamespace((ns, loop, netlink) =>
        {
            ns.Ip("link add nic0 type veth peer name nic1");
            ns.Ip("tuntap add tun0 mode tun");
            using LinuxTap tap = LinuxTap.Open(loop, new() { Name = "softlan0" });
            Refuses("softlan0", "another process is using it");
            Refuses("nic0", "an interface of that name exists and is not a TAP");
            Refuses("tun0", "an interface of that name exists and is not a TAP");
            Refuses("a-name-that-is-far-too-long", "Linux allows 1 to 15 characters");
            Refuses("a b", "a character that Linux does not allow");
            void Refuses(string name, string text) =>
                Assert.Contains(
                    text,
                    Assert.Throws<SoftlanException>(() => LinuxTap.Open(loop, new() { Name = name })).Message,
                    StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Open_WhatFailsHalfway_LeavesNothingBehind()
    {
        InNamespace((ns, loop, netlink) =>
        {
            Assert.Throws<SoftlanException>(() => LinuxTap.Open(loop, new() { Name = "softlan0", Mtu = 1 }));
            Assert.Null(NetlinkLinks.Find(netlink, "softlan0"));
        });
    }

    [Fact]
    public void Open_WithoutPrivileges_SaysWhatToDo()
    {
        InNamespace((ns, loop, netlink) =>
        {
            Capabilities.DropAllOfThisThread();
            string message = Assert.Throws<SoftlanException>(() => LinuxTap.Open(loop, new() { Name = "softlan0" })).Message;
            Assert.Contains("this process may not make network interfaces. Hint: put sudo in front", message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Frames_GoIntoTheStackAndComeOut()
    {
        InNamespace((ns, loop, netlink) =>
        {
            using LinuxTap tap = OpenWithAddress(loop, netlink);
            PortRecorder recorder = new();
            tap.Start(recorder);
            tap.Write(TestFrames.ArpRequest(Other, Remote, Host));
            Assert.True(PortRecorder.TurnUntil(loop, () => recorder.CountOf(EtherTypes.Arp) > 0));
            (byte[] reply, FrameOrigin origin) = recorder.Frames.First(seen => PortRecorder.TypeOf(seen.Frame) == EtherTypes.Arp);
            Assert.Equal((Other, Mac, FrameOrigin.Received), (MacAddress.Read(reply), MacAddress.Read(reply.AsSpan(6)), origin));

            tap.Write(TestFrames.Echo(Mac, Other, Remote, Host));
            Assert.True(PortRecorder.TurnUntil(loop, () => recorder.CountOf(EtherTypes.IPv4) > 0));
            Assert.Equal(0, tap.Counters.TotalDropped);
        });
    }

    [Fact]
    public void Write_InterfaceDown_IsDroppedAndCounted()
    {
        InNamespace((ns, loop, netlink) =>
        {
            using LinuxTap tap = LinuxTap.Open(loop, new() { Name = "softlan0", Up = false });
            PortRecorder recorder = new();
            tap.Start(recorder);
            tap.Write(TestFrames.Silent(Mac, Other));
            tap.Write(TestFrames.Silent(Mac, Other));
            loop.RunTurn(TimeSpan.Zero);
            Assert.Equal(2, tap.Counters.Dropped(DropReason.PortBusy));
            Assert.Null(recorder.Failure);

            tap.SetUp(true);
            tap.Write(TestFrames.Silent(Mac, Other));
            loop.RunTurn(TimeSpan.Zero);
            Assert.Equal(2, tap.Counters.TotalDropped);
        });
    }

    [Fact]
    public void InterfaceDeleted_IsReportedOnce()
    {
        InNamespace((ns, loop, netlink) =>
        {
            using LinuxTap tap = OpenWithAddress(loop, netlink);
            PortRecorder recorder = new();
            tap.Start(recorder);
            ns.Ip("link del softlan0");
            Assert.True(PortRecorder.TurnUntil(loop, () => recorder.Failure is not null));
            Assert.Contains("it was deleted", recorder.Failure!.Message, StringComparison.Ordinal);
            long dropped = tap.Counters.Dropped(DropReason.PortBusy);
            tap.Write(TestFrames.Silent(Mac, Other));
            PortRecorder.Settle(loop);
            Assert.Equal(dropped + 1, tap.Counters.Dropped(DropReason.PortBusy));
        });
    }

    [Fact]
    public void Steady_ReadingAndWriting_AllocatesNothing()
    {
        InNamespace((ns, loop, netlink) =>
        {
            using LinuxTap tap = OpenWithAddress(loop, netlink);
            Counting handler = new();
            tap.Start(handler);
            tap.Write(TestFrames.ArpRequest(Other, Remote, Host));
            byte[] echo = TestFrames.Echo(Mac, Other, Remote, Host);
            Exchange(loop, tap, handler, echo, 200);

            Assert.Equal(0, Allocations.Of(() => Exchange(loop, tap, handler, echo, 1000)));
            Assert.True(handler.Frames > 1000, $"{handler.Frames} answers");
        });
    }

    private static void Exchange(EventLoop loop, LinuxTap tap, Counting handler, byte[] echo, int times)
    {
        for (int i = 0; i < times; i++)
        {
            int seen = handler.Frames;
            tap.Write(echo);
            loop.RunTurn(TimeSpan.Zero);
            for (int turn = 0; turn < 10 && handler.Frames == seen; turn++)
            {
                loop.RunTurn(TimeSpan.FromMilliseconds(10));
            }
        }
    }

    private static LinuxTap OpenWithAddress(EventLoop loop, NetlinkSocket netlink)
    {
        LinuxTap tap = LinuxTap.Open(loop, new() { Name = "softlan0", Address = Mac, DisableIPv6 = true });
        NetlinkAddresses.Set(netlink, new() { InterfaceIndex = tap.InterfaceIndex, Address = Host, PrefixLength = 24 }).ThrowIfFailed("set");
        return tap;
    }

    private static void InNamespace(Action<NetworkNamespace, EventLoop, NetlinkSocket> test)
    {
        Assert.SkipUnless(File.Exists("/dev/net/tun"), "needs /dev/net/tun");
        using NetworkNamespace ns = NetworkNamespace.Create();
        ns.Run(() =>
        {
            using NetlinkSocket netlink = NetlinkSocket.Open();
            using EventLoop loop = new();
            test(ns, loop, netlink);
        });
    }

    private sealed class Counting : IFramePortHandler
    {
        public int Frames { get; private set; }

        public void OnFrame(Span<byte> frame, FrameOrigin origin) => Frames++;

        public void OnPortFailed(SoftlanException reason) => throw reason;
    }
}
