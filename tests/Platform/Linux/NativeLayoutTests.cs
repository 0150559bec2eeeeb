using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Platform.Linux.Netlink;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

/// <summary>Sizes and offsets of what C# mirrors, against the numbers that a C compiler gave for the headers (x86-64; arm64 lays these structs out
/// alike).</summary>
[SupportedOSPlatform("linux")]
public sealed class NativeLayoutTests
{
    [Fact]
    public void Sizes_AreThoseOfTheHeaders()
    {
        Assert.Equal(40, Unsafe.SizeOf<NativeTun.InterfaceRequest>()); // net/if.h: struct ifreq
        Assert.Equal(20, Unsafe.SizeOf<NativePacket.LinkAddress>()); // linux/if_packet.h: struct sockaddr_ll
        Assert.Equal(16, Unsafe.SizeOf<NativePacket.Membership>()); // struct packet_mreq
        Assert.Equal(8, Unsafe.SizeOf<NativePacket.Statistics>()); // struct tpacket_stats
        Assert.Equal(20, Unsafe.SizeOf<NativePacket.AuxiliaryData>()); // struct tpacket_auxdata
        Assert.Equal(8, Unsafe.SizeOf<NativePacket.FilterInstruction>()); // linux/filter.h: struct sock_filter
        Assert.Equal(16, Unsafe.SizeOf<NativePacket.FilterProgram>()); // struct sock_fprog
        Assert.Equal(8, Unsafe.SizeOf<NativeBpf.Instruction>()); // linux/bpf.h: struct bpf_insn
        Assert.Equal(28, Unsafe.SizeOf<SockAddr>()); // netinet/in.h: struct sockaddr_in6
        Assert.Equal(16, Unsafe.SizeOf<NativeSocket.Buffer>()); // struct iovec
        Assert.Equal(56, Unsafe.SizeOf<NativeSocket.MessageHeader>()); // sys/socket.h: struct msghdr
        Assert.Equal(64, Unsafe.SizeOf<NativeSocket.MessageSlot>()); // struct mmsghdr
        Assert.Equal(16, Unsafe.SizeOf<NativeSocket.ControlHeader>()); // struct cmsghdr
        Assert.Equal(16, Unsafe.SizeOf<NativeSocket.TimeValue>()); // struct timeval
        Assert.Equal(12, Unsafe.SizeOf<NativeNetlink.NetlinkAddress>()); // linux/netlink.h: struct sockaddr_nl
        Assert.Equal(16, Unsafe.SizeOf<NativeNetlink.MessageHeader>()); // struct nlmsghdr
        Assert.Equal(4, Unsafe.SizeOf<NativeNetlink.AttributeHeader>()); // struct nlattr
        Assert.Equal(16, Unsafe.SizeOf<NativeNetlink.LinkMessage>()); // linux/rtnetlink.h: struct ifinfomsg
        Assert.Equal(8, Unsafe.SizeOf<NativeNetlink.AddressMessage>()); // linux/if_addr.h: struct ifaddrmsg
        Assert.Equal(16, Unsafe.SizeOf<NativeNetlink.AddressLifetimes>()); // struct ifa_cacheinfo
        Assert.Equal(12, Unsafe.SizeOf<NativeNetlink.RouteMessage>()); // linux/rtnetlink.h: struct rtmsg
        Assert.Equal(20, Unsafe.SizeOf<NativeNetlink.TrafficMessage>()); // struct tcmsg
    }

    [Fact]
    public void Offsets_AreThoseOfTheHeaders()
    {
        Assert.Equal(16, Offset<NativeTun.InterfaceRequest>("Flags")); // struct ifreq.ifr_flags
        Assert.Equal(2, Offset<NativePacket.LinkAddress>("Protocol")); // struct sockaddr_ll
        Assert.Equal(4, Offset<NativePacket.LinkAddress>("Index"));
        Assert.Equal(8, Offset<NativePacket.LinkAddress>("HardwareType"));
        Assert.Equal(10, Offset<NativePacket.LinkAddress>("PacketType"));
        Assert.Equal(11, Offset<NativePacket.LinkAddress>("AddressLength"));
        Assert.Equal(12, Offset<NativePacket.LinkAddress>("Address"));
        Assert.Equal(4, Offset<NativePacket.Membership>("Type")); // struct packet_mreq
        Assert.Equal(6, Offset<NativePacket.Membership>("AddressLength"));
        Assert.Equal(8, Offset<NativePacket.Membership>("Address"));
        Assert.Equal(4, Offset<NativePacket.Statistics>("Drops")); // struct tpacket_stats
        Assert.Equal(4, Offset<NativePacket.AuxiliaryData>("Length")); // struct tpacket_auxdata
        Assert.Equal(16, Offset<NativePacket.AuxiliaryData>("VlanTci"));
        Assert.Equal(18, Offset<NativePacket.AuxiliaryData>("VlanTpid"));
        Assert.Equal(2, Offset<NativePacket.FilterInstruction>("JumpTrue")); // struct sock_filter
        Assert.Equal(4, Offset<NativePacket.FilterInstruction>("K"));
        Assert.Equal(8, Offset<NativePacket.FilterProgram>("Instructions")); // struct sock_fprog
        Assert.Equal(4, Offset<NativeBpf.ProgramLoad>("InstructionCount")); // union bpf_attr
        Assert.Equal(8, Offset<NativeBpf.ProgramLoad>("Instructions"));
        Assert.Equal(16, Offset<NativeBpf.ProgramLoad>("License"));
        Assert.Equal(24, Offset<NativeBpf.ProgramLoad>("LogLevel"));
        Assert.Equal(28, Offset<NativeBpf.ProgramLoad>("LogLength"));
        Assert.Equal(32, Offset<NativeBpf.ProgramLoad>("Log"));
        Assert.Equal(40, Offset<NativeBpf.ProgramLoad>("KernelVersion"));
        Assert.Equal(44, Offset<NativeBpf.ProgramLoad>("Flags"));
        Assert.Equal(8, Offset<NativeSocket.Buffer>("Length")); // struct iovec
        Assert.Equal(8, Offset<NativeSocket.MessageHeader>("NameLength")); // struct msghdr
        Assert.Equal(16, Offset<NativeSocket.MessageHeader>("Buffers"));
        Assert.Equal(24, Offset<NativeSocket.MessageHeader>("BufferCount"));
        Assert.Equal(32, Offset<NativeSocket.MessageHeader>("Control"));
        Assert.Equal(40, Offset<NativeSocket.MessageHeader>("ControlLength"));
        Assert.Equal(48, Offset<NativeSocket.MessageHeader>("Flags"));
        Assert.Equal(56, Offset<NativeSocket.MessageSlot>("Length")); // struct mmsghdr
        Assert.Equal(8, Offset<NativeSocket.ControlHeader>("Level")); // struct cmsghdr
        Assert.Equal(12, Offset<NativeSocket.ControlHeader>("Type"));
        Assert.Equal(8, Offset<NativeSocket.TimeValue>("Microseconds")); // struct timeval
        Assert.Equal(4, Offset<NativeNetlink.NetlinkAddress>("PortId")); // struct sockaddr_nl
        Assert.Equal(8, Offset<NativeNetlink.NetlinkAddress>("Groups"));
        Assert.Equal(4, Offset<NativeNetlink.MessageHeader>("Type")); // struct nlmsghdr
        Assert.Equal(6, Offset<NativeNetlink.MessageHeader>("Flags"));
        Assert.Equal(8, Offset<NativeNetlink.MessageHeader>("Sequence"));
        Assert.Equal(12, Offset<NativeNetlink.MessageHeader>("PortId"));
        Assert.Equal(2, Offset<NativeNetlink.LinkMessage>("HardwareType")); // struct ifinfomsg
        Assert.Equal(4, Offset<NativeNetlink.LinkMessage>("Index"));
        Assert.Equal(8, Offset<NativeNetlink.LinkMessage>("Flags"));
        Assert.Equal(12, Offset<NativeNetlink.LinkMessage>("Change"));
        Assert.Equal(1, Offset<NativeNetlink.AddressMessage>("PrefixLength")); // struct ifaddrmsg
        Assert.Equal(2, Offset<NativeNetlink.AddressMessage>("Flags"));
        Assert.Equal(3, Offset<NativeNetlink.AddressMessage>("Scope"));
        Assert.Equal(4, Offset<NativeNetlink.AddressMessage>("Index"));
        Assert.Equal(4, Offset<NativeNetlink.AddressLifetimes>("Valid")); // struct ifa_cacheinfo
        Assert.Equal(4, Offset<NativeNetlink.RouteMessage>("Table")); // struct rtmsg
        Assert.Equal(5, Offset<NativeNetlink.RouteMessage>("Protocol"));
        Assert.Equal(6, Offset<NativeNetlink.RouteMessage>("Scope"));
        Assert.Equal(7, Offset<NativeNetlink.RouteMessage>("Type"));
        Assert.Equal(8, Offset<NativeNetlink.RouteMessage>("Flags"));
        Assert.Equal(4, Offset<NativeNetlink.TrafficMessage>("Index")); // struct tcmsg
        Assert.Equal(8, Offset<NativeNetlink.TrafficMessage>("Handle"));
        Assert.Equal(12, Offset<NativeNetlink.TrafficMessage>("Parent"));
        Assert.Equal(16, Offset<NativeNetlink.TrafficMessage>("Info"));
    }

    private static int Offset<T>(string field)
        where T : struct => (int)Marshal.OffsetOf<T>(field);
}
