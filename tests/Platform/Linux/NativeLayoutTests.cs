using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Softlan.Platform.Linux;
using Softlan.Platform.Linux.Netlink;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

/// <summary>Whether sizes, offsets and constants that C# repeats are those of this machine's headers: the C compiler is asked.</summary>
[SupportedOSPlatform("linux")]
public sealed class NativeLayoutTests
{
    // The headers of the C library stand before those of the kernel that repeat them.
    private const string Headers = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <poll.h>
        #include <sched.h>
        #include <signal.h>
        #include <stddef.h>
        #include <sys/epoll.h>
        #include <sys/eventfd.h>
        #include <sys/ioctl.h>
        #include <sys/mman.h>
        #include <sys/prctl.h>
        #include <sys/socket.h>
        #include <sys/stat.h>
        #include <sys/uio.h>
        #include <sys/time.h>
        #include <sys/types.h>
        #include <time.h>
        #include <netinet/in.h>
        #include <netinet/udp.h>
        #include <net/if.h>
        #include <linux/bpf.h>
        #include <linux/bpf_common.h>
        #include <linux/fib_rules.h>
        #include <linux/filter.h>
        #include <linux/if_addr.h>
        #include <linux/if_arp.h>
        #include <linux/if_ether.h>
        #include <linux/if_link.h>
        #include <linux/if_packet.h>
        #include <linux/if_tun.h>
        #include <linux/netlink.h>
        #include <linux/pkt_cls.h>
        #include <linux/rtnetlink.h>
        #include <linux/virtio_net.h>

        // What the headers have only in parts.
        #define BPF_LD_W_ABS (BPF_LD | BPF_W | BPF_ABS)
        #define BPF_LD_B_ABS (BPF_LD | BPF_B | BPF_ABS)
        #define BPF_JMP_JA (BPF_JMP | BPF_JA)
        #define BPF_JMP_JSET_K (BPF_JMP | BPF_JSET | BPF_K)
        #define BPF_JMP_JEQ_K (BPF_JMP | BPF_JEQ | BPF_K)
        #define BPF_ALU_MOD_K (BPF_ALU | BPF_MOD | BPF_K)
        #define BPF_RET_A (BPF_RET | BPF_A)
        #define BPF_RET_K (BPF_RET | BPF_K)
        #define BPF_ALU64_MOV_K (BPF_ALU64 | BPF_MOV | BPF_K)
        #define BPF_STX_MEM_W (BPF_STX | BPF_MEM | BPF_W)
        #define BPF_JMP_CALL (BPF_JMP | BPF_CALL)
        #define BPF_JMP_EXIT (BPF_JMP | BPF_EXIT)
        #define RTMGRP_IPV6_RULE (1 << (RTNLGRP_IPV6_RULE - 1))
        #define TC_H_CLSACT_HANDLE TC_H_MAKE(TC_H_CLSACT, 0)
        #define TC_H_CLSACT_INGRESS TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)

        """;

    /// <summary>A name in capitals is one of a header; others are ours.</summary>
    private static readonly Type[] Constants =
    [
        typeof(Errno), typeof(NativeBpf), typeof(NativeLibc), typeof(NativeNetlink), typeof(NativePacket), typeof(NativeSocket), typeof(NativeStat),
        typeof(NativeTun), typeof(NativeUdp),
    ];

    /// <summary>The first stands in no header for programs, the others only in newer ones than those of Debian 12.</summary>
    private static readonly HashSet<string> NotInHeaders = ["INFINITY_LIFE_TIME", "TUN_F_USO4", "TUN_F_USO6"];

    [Fact]
    public void Structs_AreThoseOfTheHeaders() => Compile(Structs());

    [Fact]
    public void Constants_AreThoseOfTheHeaders()
    {
        string[] asserts = [.. Constants.SelectMany(NamesOf).Where(constant => !NotInHeaders.Contains(constant.Name)).Select(Assertion)];
        Assert.True(asserts.Length > 100, "the constants were not found");
        Compile(asserts);
    }

    [Fact]
    public void Compiler_FindsWhatIsWrong() =>
        Assert.ThrowsAny<Exception>(() => Compile([Size<NativeSocket.Buffer>("struct msghdr")]));

    private static IEnumerable<string> Structs() =>
    [
        Size<NativeTun.InterfaceRequest>("struct ifreq"),
        Offset<NativeTun.InterfaceRequest>("Flags", "struct ifreq", "ifr_flags"),
        Size<NativePacket.LinkAddress>("struct sockaddr_ll"),
        Offset<NativePacket.LinkAddress>("Protocol", "struct sockaddr_ll", "sll_protocol"),
        Offset<NativePacket.LinkAddress>("Index", "struct sockaddr_ll", "sll_ifindex"),
        Offset<NativePacket.LinkAddress>("HardwareType", "struct sockaddr_ll", "sll_hatype"),
        Offset<NativePacket.LinkAddress>("PacketType", "struct sockaddr_ll", "sll_pkttype"),
        Offset<NativePacket.LinkAddress>("AddressLength", "struct sockaddr_ll", "sll_halen"),
        Offset<NativePacket.LinkAddress>("Address", "struct sockaddr_ll", "sll_addr"),
        Size<NativePacket.Membership>("struct packet_mreq"),
        Offset<NativePacket.Membership>("Type", "struct packet_mreq", "mr_type"),
        Offset<NativePacket.Membership>("AddressLength", "struct packet_mreq", "mr_alen"),
        Offset<NativePacket.Membership>("Address", "struct packet_mreq", "mr_address"),
        Size<NativePacket.Statistics>("struct tpacket_stats"),
        Offset<NativePacket.Statistics>("Drops", "struct tpacket_stats", "tp_drops"),
        Size<NativePacket.AuxiliaryData>("struct tpacket_auxdata"),
        Offset<NativePacket.AuxiliaryData>("Length", "struct tpacket_auxdata", "tp_len"),
        Offset<NativePacket.AuxiliaryData>("VlanTci", "struct tpacket_auxdata", "tp_vlan_tci"),
        Offset<NativePacket.AuxiliaryData>("VlanTpid", "struct tpacket_auxdata", "tp_vlan_tpid"),
        Size<NativePacket.FilterInstruction>("struct sock_filter"),
        Offset<NativePacket.FilterInstruction>("JumpTrue", "struct sock_filter", "jt"),
        Offset<NativePacket.FilterInstruction>("JumpFalse", "struct sock_filter", "jf"),
        Offset<NativePacket.FilterInstruction>("K", "struct sock_filter", "k"),
        Size<NativePacket.FilterProgram>("struct sock_fprog"),
        Offset<NativePacket.FilterProgram>("Instructions", "struct sock_fprog", "filter"),
        Size<NativeBpf.Instruction>("struct bpf_insn"),
        Offset<NativeBpf.Instruction>("Offset", "struct bpf_insn", "off"),
        Offset<NativeBpf.ProgramLoad>("InstructionCount", "union bpf_attr", "insn_cnt"),
        Offset<NativeBpf.ProgramLoad>("Instructions", "union bpf_attr", "insns"),
        Offset<NativeBpf.ProgramLoad>("License", "union bpf_attr", "license"),
        Offset<NativeBpf.ProgramLoad>("LogLevel", "union bpf_attr", "log_level"),
        Offset<NativeBpf.ProgramLoad>("LogLength", "union bpf_attr", "log_size"),
        Offset<NativeBpf.ProgramLoad>("Log", "union bpf_attr", "log_buf"),
        Offset<NativeBpf.ProgramLoad>("KernelVersion", "union bpf_attr", "kern_version"),
        Offset<NativeBpf.ProgramLoad>("Flags", "union bpf_attr", "prog_flags"),
        Size<SockAddr>("struct sockaddr_in6"),
        Equal("sizeof(struct sockaddr_in)", SockAddr.InetLength),
        Equal("sizeof(struct sockaddr_in6)", SockAddr.Inet6Length),
        Equal("AF_INET", SockAddr.Inet),
        Equal("AF_INET6", SockAddr.Inet6),
        Size<NativeSocket.Buffer>("struct iovec"),
        Offset<NativeSocket.Buffer>("Length", "struct iovec", "iov_len"),
        Size<NativeSocket.MessageHeader>("struct msghdr"),
        Offset<NativeSocket.MessageHeader>("NameLength", "struct msghdr", "msg_namelen"),
        Offset<NativeSocket.MessageHeader>("Buffers", "struct msghdr", "msg_iov"),
        Offset<NativeSocket.MessageHeader>("BufferCount", "struct msghdr", "msg_iovlen"),
        Offset<NativeSocket.MessageHeader>("Control", "struct msghdr", "msg_control"),
        Offset<NativeSocket.MessageHeader>("ControlLength", "struct msghdr", "msg_controllen"),
        Offset<NativeSocket.MessageHeader>("Flags", "struct msghdr", "msg_flags"),
        Size<NativeSocket.MessageSlot>("struct mmsghdr"),
        Offset<NativeSocket.MessageSlot>("Length", "struct mmsghdr", "msg_len"),
        Size<NativeSocket.ControlHeader>("struct cmsghdr"),
        Offset<NativeSocket.ControlHeader>("Level", "struct cmsghdr", "cmsg_level"),
        Offset<NativeSocket.ControlHeader>("Type", "struct cmsghdr", "cmsg_type"),
        Equal("CMSG_LEN(0)", ControlMessage.HeaderLength),
        Equal("CMSG_LEN(20)", ControlMessage.LengthOf(20)),
        Equal("CMSG_SPACE(2)", ControlMessage.SpaceOf(2)),
        Equal("CMSG_SPACE(20)", ControlMessage.SpaceOf(20)),
        Equal("sizeof(struct in_addr)", NativeUdp.InAddressLength),
        Equal("sizeof(struct in_pktinfo)", NativeUdp.InPacketInfoLength),
        Equal("offsetof(struct in_pktinfo, ipi_spec_dst)", NativeUdp.InPacketInfoSourceOffset),
        Equal("offsetof(struct in_pktinfo, ipi_addr)", NativeUdp.InPacketInfoHeaderOffset),
        Equal("sizeof(struct in6_addr)", NativeUdp.In6AddressLength),
        Equal("sizeof(struct in6_pktinfo)", NativeUdp.In6PacketInfoLength),
        Equal("offsetof(struct in6_pktinfo, ipi6_addr)", 0),
        Size<NativeSocket.TimeValue>("struct timeval"),
        Offset<NativeSocket.TimeValue>("Microseconds", "struct timeval", "tv_usec"),
        Size<NativeLibc.Timespec>("struct timespec"),
        Equal("sizeof(struct epoll_event)", NativeLibc.EpollEventLayout.Size),
        Equal("offsetof(struct epoll_event, data)", NativeLibc.EpollEventLayout.DataOffset),
        Size<NativeStat.FileStatus>("struct statx"),
        Offset<NativeStat.FileStatus>("Owner", "struct statx", "stx_uid"),
        Offset<NativeStat.FileStatus>("Group", "struct statx", "stx_gid"),
        Offset<NativeStat.FileStatus>("Mode", "struct statx", "stx_mode"),
        Size<NativeNetlink.NetlinkAddress>("struct sockaddr_nl"),
        Offset<NativeNetlink.NetlinkAddress>("PortId", "struct sockaddr_nl", "nl_pid"),
        Offset<NativeNetlink.NetlinkAddress>("Groups", "struct sockaddr_nl", "nl_groups"),
        Size<NativeNetlink.MessageHeader>("struct nlmsghdr"),
        Offset<NativeNetlink.MessageHeader>("Type", "struct nlmsghdr", "nlmsg_type"),
        Offset<NativeNetlink.MessageHeader>("Flags", "struct nlmsghdr", "nlmsg_flags"),
        Offset<NativeNetlink.MessageHeader>("Sequence", "struct nlmsghdr", "nlmsg_seq"),
        Offset<NativeNetlink.MessageHeader>("PortId", "struct nlmsghdr", "nlmsg_pid"),
        Size<NativeNetlink.AttributeHeader>("struct nlattr"),
        Size<NativeNetlink.LinkMessage>("struct ifinfomsg"),
        Offset<NativeNetlink.LinkMessage>("HardwareType", "struct ifinfomsg", "ifi_type"),
        Offset<NativeNetlink.LinkMessage>("Index", "struct ifinfomsg", "ifi_index"),
        Offset<NativeNetlink.LinkMessage>("Flags", "struct ifinfomsg", "ifi_flags"),
        Offset<NativeNetlink.LinkMessage>("Change", "struct ifinfomsg", "ifi_change"),
        Size<NativeNetlink.AddressMessage>("struct ifaddrmsg"),
        Offset<NativeNetlink.AddressMessage>("PrefixLength", "struct ifaddrmsg", "ifa_prefixlen"),
        Offset<NativeNetlink.AddressMessage>("Flags", "struct ifaddrmsg", "ifa_flags"),
        Offset<NativeNetlink.AddressMessage>("Scope", "struct ifaddrmsg", "ifa_scope"),
        Offset<NativeNetlink.AddressMessage>("Index", "struct ifaddrmsg", "ifa_index"),
        Size<NativeNetlink.RouteMessage>("struct rtmsg"),
        Offset<NativeNetlink.RouteMessage>("Table", "struct rtmsg", "rtm_table"),
        Offset<NativeNetlink.RouteMessage>("Protocol", "struct rtmsg", "rtm_protocol"),
        Offset<NativeNetlink.RouteMessage>("Scope", "struct rtmsg", "rtm_scope"),
        Offset<NativeNetlink.RouteMessage>("Type", "struct rtmsg", "rtm_type"),
        Offset<NativeNetlink.RouteMessage>("Flags", "struct rtmsg", "rtm_flags"),
        Size<NativeNetlink.RuleMessage>("struct fib_rule_hdr"),
        Offset<NativeNetlink.RuleMessage>("SourceLength", "struct fib_rule_hdr", "src_len"),
        Offset<NativeNetlink.RuleMessage>("Table", "struct fib_rule_hdr", "table"),
        Offset<NativeNetlink.RuleMessage>("Action", "struct fib_rule_hdr", "action"),
        Offset<NativeNetlink.RuleMessage>("Flags", "struct fib_rule_hdr", "flags"),
        Size<NativeNetlink.TrafficMessage>("struct tcmsg"),
        Offset<NativeNetlink.TrafficMessage>("Index", "struct tcmsg", "tcm_ifindex"),
        Offset<NativeNetlink.TrafficMessage>("Handle", "struct tcmsg", "tcm_handle"),
        Offset<NativeNetlink.TrafficMessage>("Parent", "struct tcmsg", "tcm_parent"),
        Offset<NativeNetlink.TrafficMessage>("Info", "struct tcmsg", "tcm_info"),
    ];

    private static string Size<T>(string type)
        where T : struct => Equal($"sizeof({type})", Unsafe.SizeOf<T>());

    private static string Offset<T>(string field, string type, string member)
        where T : struct => Equal($"offsetof({type}, {member})", (int)Marshal.OffsetOf<T>(field));

    private static string Equal(string expression, object value) =>
        string.Create(CultureInfo.InvariantCulture, $"_Static_assert(({expression}) == ({value}), \"C# has {value} for {expression}\");");

    private static IEnumerable<(string Name, object Value)> NamesOf(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
            .Where(field => field.IsLiteral && field.FieldType != typeof(string))
            .Where(field => field.Name.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_'))
            .Select(field => (field.Name, field.GetRawConstantValue()!));

    /// <summary>In as many bits as C# has it: some headers make it an int, or give it a sign.</summary>
    private static string Assertion((string Name, object Value) constant) => constant.Value switch
    {
        int value => Equal($"(unsigned int)({constant.Name})", unchecked((uint)value)),
        uint => Equal($"(unsigned int)({constant.Name})", constant.Value),
        ushort => Equal($"(unsigned short)({constant.Name})", constant.Value),
        _ => Equal(constant.Name, constant.Value),
    };

    private static void Compile(IEnumerable<string> asserts)
    {
        string source = Path.Combine(Path.GetTempPath(), $"softlan-layouts-{Environment.ProcessId}-{Guid.NewGuid():N}.c");
        File.WriteAllText(source, Headers + string.Join('\n', asserts) + "\n", Encoding.ASCII);
        try
        {
            using Process gcc = Process.Start(
                new ProcessStartInfo("gcc", ["-std=gnu11", "-fsyntax-only", "-fmax-errors=1000", source]) { RedirectStandardError = true })!;
            string errors = gcc.StandardError.ReadToEnd();
            Assert.True(gcc.WaitForExit(TimeSpan.FromSeconds(60)), "gcc does not end");
            Assert.True(gcc.ExitCode == 0, errors);
        }
        finally
        {
            File.Delete(source);
        }
    }
}
