namespace Softlan.Wire;

/// <summary>Why a frame went no further. Every reason has a counter (<see cref="PeerCounters"/>) and a line in docs/troubleshooting.md.</summary>
internal enum DropReason
{
    /// <summary>It was not dropped.</summary>
    None,

    /// <summary>The datagram's header or its body's length is not of this protocol.</summary>
    Malformed,

    /// <summary>Source MAC is multicast or zero.</summary>
    InvalidSourceMac,

    /// <summary>Source MAC is not the one that this client announced.</summary>
    UnauthorizedSourceMac,

    /// <summary>A remote client's MAC came from the LAN: something else bridges the two as well.</summary>
    LoopedSourceMac,

    /// <summary>A client has the MAC of a machine on the LAN.</summary>
    LanSourceMac,

    /// <summary>Bridge and switch control: STP, LACP, LLDP, EAPOL, pause. From a client also what a LAN's devices configure each other with:
    /// HomePlug, IEEE 1905.1, PPPoE and the like.</summary>
    SwitchControl,

    /// <summary>Longer than 1518 bytes.</summary>
    Jumbo,

    /// <summary>802.1Q or 802.1ad tagged.</summary>
    VlanTagged,

    /// <summary>A DHCP server's or relay agent's message that does not come from the LAN.</summary>
    DhcpServer,

    /// <summary>Router Advertisement or Redirect, of ICMPv6 or of ICMP in IPv4, that does not come from the LAN.</summary>
    RouterAdvertisement,

    /// <summary>From a client: headers that cannot be judged. Fragments in which they could hide, malformed IP or ARP, UDP, ICMP or DHCP too short
    /// for theirs, DHCP options that servers may read in different ways, a length where SNAP has an EtherType.</summary>
    Unjudgeable,

    /// <summary>ARP, IPv6 neighbour advertisement or solicitation, router solicitation, or DHCP request with another's MAC.</summary>
    ArpSpoof,

    /// <summary>Larger than the room's MTU.</summary>
    MtuExceeded,

    /// <summary>More than this peer may send: bytes, broadcasts, unicast to MACs that nobody has, DHCP requests under ever new client identifiers;
    /// or more probes than are answered.</summary>
    RateLimited,

    /// <summary>Nobody in the room has the destination MAC.</summary>
    UnknownDestination,

    /// <summary>The target's queue is full.</summary>
    QueueFull,

    /// <summary>It waited in a queue longer than a frame may.</summary>
    TooOld,

    /// <summary>Its conversation keeps a queue standing: dropped early, so that TCP slows down before frames grow too old.</summary>
    Congested,

    /// <summary>The path became too small for a datagram that was already queued.</summary>
    PathTooSmall,

    /// <summary>The other piece of a split frame did not arrive in time.</summary>
    Incomplete,

    /// <summary>The operating system did not take the frame or did not hand it over (TAP or packet socket full, interface down or gone, no
    /// memory).</summary>
    PortBusy,

    /// <summary>No link to the relay, or not yet in the room.</summary>
    NotConnected,

    /// <summary>What the operating system handed over is no frame, shorter than an Ethernet header for example, or a super-frame that cannot be cut
    /// into frames.</summary>
    BadOffload,
}
