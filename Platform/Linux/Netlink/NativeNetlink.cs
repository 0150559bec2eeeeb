using System.Runtime.InteropServices;

namespace Softlan.Platform.Linux.Netlink;

/// <summary>What softlan uses of linux/netlink.h, rtnetlink.h, fib_rules.h, if_link.h, if_addr.h, pkt_sched.h and pkt_cls.h. Declarations
/// only.</summary>
internal static class NativeNetlink
{
    public const int AF_UNSPEC = 0;
    public const int AF_INET = 2;
    public const int AF_INET6 = 10;
    public const int AF_NETLINK = 16;
    public const int NETLINK_ROUTE = 0;
    public const int SOL_NETLINK = 270;
    public const int NETLINK_EXT_ACK = 11;
    public const int NETLINK_GET_STRICT_CHK = 12;

    // linux/netlink.h: flags of a request, a dump and an acknowledgement. The three share one field, so some values mean several things.
    public const ushort NLM_F_REQUEST = 0x1;
    public const ushort NLM_F_ACK = 0x4;
    public const ushort NLM_F_DUMP_INTR = 0x10;
    public const ushort NLM_F_REPLACE = 0x100;
    public const ushort NLM_F_EXCL = 0x200;
    public const ushort NLM_F_DUMP = 0x300;
    public const ushort NLM_F_CREATE = 0x400;
    public const ushort NLM_F_APPEND = 0x800;
    public const ushort NLM_F_CAPPED = 0x100;
    public const ushort NLM_F_ACK_TLVS = 0x200;

    public const ushort NLMSG_NOOP = 1;
    public const ushort NLMSG_ERROR = 2;
    public const ushort NLMSG_DONE = 3;
    public const ushort NLMSG_OVERRUN = 4;
    public const ushort NLMSGERR_ATTR_MSG = 1;
    public const ushort NLA_F_NESTED = 0x8000;
    public const ushort NLA_TYPE_MASK = 0x3fff;

    // linux/rtnetlink.h: message types.
    public const ushort RTM_NEWLINK = 16;
    public const ushort RTM_GETLINK = 18;
    public const ushort RTM_SETLINK = 19;
    public const ushort RTM_NEWADDR = 20;
    public const ushort RTM_DELADDR = 21;
    public const ushort RTM_GETADDR = 22;
    public const ushort RTM_NEWROUTE = 24;
    public const ushort RTM_DELROUTE = 25;
    public const ushort RTM_GETROUTE = 26;
    public const ushort RTM_NEWRULE = 32;
    public const ushort RTM_DELRULE = 33;
    public const ushort RTM_GETRULE = 34;
    public const ushort RTM_NEWQDISC = 36;
    public const ushort RTM_NEWTFILTER = 44;

    // linux/rtnetlink.h: multicast groups, as bits of sockaddr_nl.nl_groups.
    public const uint RTMGRP_LINK = 0x1;
    public const uint RTMGRP_IPV4_IFADDR = 0x10;
    public const uint RTMGRP_IPV4_ROUTE = 0x40;
    public const uint RTMGRP_IPV4_RULE = 0x80;
    public const uint RTMGRP_IPV6_IFADDR = 0x100;
    public const uint RTMGRP_IPV6_ROUTE = 0x400;

    /// <summary>1 &lt;&lt; (RTNLGRP_IPV6_RULE - 1); the header has no such constant.</summary>
    public const uint RTMGRP_IPV6_RULE = 0x40000;

    // linux/if_link.h
    public const ushort IFLA_ADDRESS = 1;
    public const ushort IFLA_IFNAME = 3;
    public const ushort IFLA_MTU = 4;
    public const ushort IFLA_MASTER = 10;
    public const ushort IFLA_LINKINFO = 18;
    public const ushort IFLA_EXT_MASK = 29;
    public const ushort IFLA_CARRIER = 33;
    public const ushort IFLA_INFO_KIND = 1;
    public const ushort IFLA_INFO_DATA = 2;
    public const ushort IFLA_INFO_SLAVE_KIND = 4;
    public const ushort IFLA_MACVLAN_MODE = 1;
    public const uint MACVLAN_MODE_PASSTHRU = 8;

    /// <summary>linux/rtnetlink.h: leave the counters out of a link's description.</summary>
    public const uint RTEXT_FILTER_SKIP_STATS = 8;

    // linux/if.h
    public const uint IFF_UP = 0x1;
    public const uint IFF_LOOPBACK = 0x8;
    public const uint IFF_LOWER_UP = 0x10000;

    /// <summary>linux/if_arp.h</summary>
    public const ushort ARPHRD_ETHER = 1;

    // linux/if_addr.h
    public const ushort IFA_ADDRESS = 1;
    public const ushort IFA_LOCAL = 2;
    public const ushort IFA_BROADCAST = 4;
    public const ushort IFA_FLAGS = 8;
    public const uint IFA_F_PERMANENT = 0x80;

    // linux/rtnetlink.h: attributes of a route.
    public const ushort RTA_DST = 1;
    public const ushort RTA_OIF = 4;
    public const ushort RTA_GATEWAY = 5;
    public const ushort RTA_PRIORITY = 6;
    public const ushort RTA_PREFSRC = 7;
    public const ushort RTA_MULTIPATH = 9;
    public const ushort RTA_CACHEINFO = 12;
    public const ushort RTA_TABLE = 15;
    public const ushort RTA_VIA = 18;
    public const byte RT_TABLE_UNSPEC = 0;
    public const byte RT_TABLE_MAIN = 254;
    public const byte RT_TABLE_LOCAL = 255;
    public const byte RT_SCOPE_UNIVERSE = 0;
    public const byte RT_SCOPE_LINK = 253;
    public const byte RT_SCOPE_NOWHERE = 255;
    public const byte RTN_UNICAST = 1;
    public const byte RTN_BROADCAST = 3;
    public const uint RTNH_F_ONLINK = 4;

    // linux/fib_rules.h
    public const ushort FRA_SRC = 2;
    public const ushort FRA_PRIORITY = 6;
    public const ushort FRA_TABLE = 15;
    public const ushort FRA_PROTOCOL = 21;
    public const byte FR_ACT_TO_TBL = 1;

    // linux/pkt_sched.h, pkt_cls.h
    public const uint TC_H_CLSACT = 0xfffffff1;
    public const uint TC_H_CLSACT_HANDLE = 0xffff0000;
    public const uint TC_H_CLSACT_INGRESS = 0xfffffff2;
    public const ushort TCA_KIND = 1;
    public const ushort TCA_OPTIONS = 2;
    public const ushort TCA_BPF_FD = 6;
    public const ushort TCA_BPF_NAME = 7;
    public const ushort TCA_BPF_FLAGS = 8;
    public const uint TCA_BPF_FLAG_ACT_DIRECT = 1;

    /// <summary>struct sockaddr_nl.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct NetlinkAddress
    {
        public ushort Family;
        public ushort Padding;
        public uint PortId;
        public uint Groups;
    }

    /// <summary>struct nlmsghdr. The length covers this header.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public uint Length;
        public ushort Type;
        public ushort Flags;
        public uint Sequence;
        public uint PortId;
    }

    /// <summary>struct nlattr (and rtattr). The length covers this header, not the padding behind the value.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct AttributeHeader
    {
        public ushort Length;
        public ushort Type;
    }

    /// <summary>struct ifinfomsg.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct LinkMessage
    {
        public byte Family;
        public byte Padding;
        public ushort HardwareType;
        public int Index;
        public uint Flags;
        public uint Change;
    }

    /// <summary>struct ifaddrmsg.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct AddressMessage
    {
        public byte Family;
        public byte PrefixLength;
        public byte Flags;
        public byte Scope;
        public int Index;
    }

    /// <summary>struct rtmsg.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct RouteMessage
    {
        public byte Family;
        public byte DestinationLength;
        public byte SourceLength;
        public byte TypeOfService;
        public byte Table;
        public byte Protocol;
        public byte Scope;
        public byte Type;
        public uint Flags;
    }

    /// <summary>struct fib_rule_hdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct RuleMessage
    {
        public byte Family;
        public byte DestinationLength;
        public byte SourceLength;
        public byte TypeOfService;
        public byte Table;
        public byte Reserved1;
        public byte Reserved2;
        public byte Action;
        public uint Flags;
    }

    /// <summary>struct tcmsg.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TrafficMessage
    {
        public byte Family;
        public byte Padding1;
        public ushort Padding2;
        public int Index;
        public uint Handle;
        public uint Parent;
        public uint Info;
    }
}
