using System.Net;

namespace Softlan.Platform.Linux.Netlink;

/// <summary>One route: a unicast one of the main table unless it says otherwise.</summary>
internal sealed record RouteEntry
{
    /// <summary>
    /// rtm_protocol of every route that softlan adds: 115, the letter s. linux/rtnetlink.h leaves the values above RTPROT_STATIC to user space and
    /// iproute2's rt_protos gives this one to nobody. It is how a route that a crash left behind is known as softlan's; <c>ip route show proto
    /// 115</c> lists them.
    /// </summary>
    public const byte SoftlanProtocol = 115;

    /// <summary>RTPROT_KERNEL: the kernel made it, with an address.</summary>
    public const byte KernelProtocol = 2;

    /// <summary>RTPROT_RA: the kernel made it, from a router's advertisement.</summary>
    public const byte AdvertisementProtocol = 9;

    public required IPNetwork Destination { get; init; }

    /// <summary>The next hop; null: the destination is on the link.</summary>
    public IPAddress? Gateway { get; init; }

    public required int InterfaceIndex { get; init; }

    /// <summary>The source address that the route suggests.</summary>
    public IPAddress? PreferredSource { get; init; }

    /// <summary>The metric; lower wins. 0 in a new route means the kernel's default (0 for IPv4, 1024 for IPv6).</summary>
    public uint Metric { get; init; }

    /// <summary>Who made it (rtm_protocol).</summary>
    public byte Protocol { get; init; } = SoftlanProtocol;

    /// <summary>The gateway is taken to be on the link, whatever the addresses say (RTNH_F_ONLINK).</summary>
    public bool IsGatewayOnLink { get; init; }

    /// <summary>It goes by itself after a time, as what a router advertised does.</summary>
    public bool Expires { get; init; }

    public uint Table { get; init; } = NativeNetlink.RT_TABLE_MAIN;

    /// <summary>RTN_*.</summary>
    public byte Type { get; init; } = NativeNetlink.RTN_UNICAST;
}
