namespace Softlan.Platform.Linux;

/// <summary>What UDP sockets are told by, and tell with control messages (netinet/in.h, netinet/udp.h, linux/in6.h); the calls are those of
/// <see cref="NativeSocket"/>. Declarations only.</summary>
internal static class NativeUdp
{
    public const int IPPROTO_IP = 0;
    public const int IP_PKTINFO = 8;
    public const int IP_MTU_DISCOVER = 10;
    public const int IP_RECVERR = 11;

    /// <summary>struct in_pktinfo: interface index, source address to use, address in the header.</summary>
    public const int InPacketInfoLength = 12;

    public const int InPacketInfoSourceOffset = 4;
    public const int InPacketInfoHeaderOffset = 8;

    /// <summary>struct in_addr.</summary>
    public const int InAddressLength = 4;

    /// <summary>struct in6_pktinfo: address, interface index.</summary>
    public const int In6PacketInfoLength = 20;

    /// <summary>struct in6_addr.</summary>
    public const int In6AddressLength = 16;

    public const int IPPROTO_IPV6 = 41;
    public const int IPV6_MTU_DISCOVER = 23;
    public const int IPV6_RECVERR = 25;
    public const int IPV6_V6ONLY = 26;
    public const int IPV6_RECVPKTINFO = 49;
    public const int IPV6_PKTINFO = 50;

    // Sets DF and ignores what the kernel believes about the path: QUIC finds out itself (RFC 9000, section 14).
    public const int IP_PMTUDISC_PROBE = 3;

    public const int SOL_UDP = 17;
    public const int UDP_SEGMENT = 103;
    public const int UDP_GRO = 104;
}
