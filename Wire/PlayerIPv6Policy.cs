using System.Buffers.Binary;

namespace Softlan.Wire;

/// <summary>The IPv6 half of <see cref="SafetyPolicy"/>, for frames from clients. What RA guards are known to miss is in RFC 7113.</summary>
internal static class PlayerIPv6Policy
{
    // ICMPv6 types of multicast routers (RFC 9777, section 5.1; RFC 4286).
    private const byte ListenerQuery = 130;
    private const byte MulticastRouterAdvertisement = 151;
    private const byte MulticastRouterTermination = 153;

    // ICMPv6 types (RFC 4861, section 4).
    private const byte RouterSolicitation = 133;
    private const byte RouterAdvertisement = 134;
    private const byte NeighborSolicitation = 135;
    private const byte NeighborAdvertisement = 136;
    private const byte Redirect = 137;

    // Where the options of these messages begin (RFC 4861, sections 4.1, 4.3 and 4.4).
    private const int RouterSolicitationLength = 8;
    private const int NeighborMessageLength = 24;

    private const byte SourceLinkLayerOption = 1;
    private const byte TargetLinkLayerOption = 2;

    public static DropReason Check(ReadOnlySpan<byte> bytes, MacAddress source)
    {
        if (!IPv6Packet.TryParse(bytes, out IPv6Packet packet))
        {
            return DropReason.Unjudgeable;
        }

        if (packet.Fragmentation == IPv6Fragmentation.Later)
        {
            // Its first fragment was judged, and no later one reaches the ports or the type, unless extension headers lie between.
            return IPProtocols.IsIPv6Extension(packet.Protocol) ? DropReason.Unjudgeable : DropReason.None;
        }

        if (packet.HasFragmentedHeaders)
        {
            // A later fragment may say that it has none (hosts look at the first one's Next Header only, RFC 8200, section 4.5), and overlap the
            // ports or the type. Nothing honest is lost: later fragments that say what they are do not pass either.
            return DropReason.Unjudgeable;
        }

        return packet.Protocol switch
        {
            IPProtocols.Udp => CheckUdp(packet.Payload, packet.Fragmentation == IPv6Fragmentation.First),
            IPProtocols.IcmpV6 => CheckIcmp(packet.Payload, packet.Fragmentation != IPv6Fragmentation.None, source),
            IPProtocols.Ospf or IPProtocols.Pim or IPProtocols.Vrrp => DropReason.RouterAdvertisement,
            _ => DropReason.None,
        };
    }

    /// <summary>Nothing may go to a DHCPv6 client's port: the standard leaves the server's own port open (RFC 8415, section 7.2). What goes to a
    /// server's port is a client's.</summary>
    private static DropReason CheckUdp(ReadOnlySpan<byte> udp, bool isFragment)
    {
        if (udp.Length < TransportHeader.UdpLength)
        {
            return DropReason.Unjudgeable;
        }

        return BinaryPrimitives.ReadUInt16BigEndian(udp[TransportHeader.DestinationPort..]) switch
        {
            DhcpV6Message.ClientPort => DropReason.DhcpServer,
            // A later fragment could overlap what is judged here, and no request needs a second one.
            DhcpV6Message.ServerPort when isFragment => DropReason.Unjudgeable,
            DhcpV6Message.ServerPort => CheckDhcpRequest(udp),
            _ => DropReason.None,
        };
    }

    /// <summary>An answer to a relay agent goes to the server's port, and a relay agent speaks for as many clients as it likes.</summary>
    private static DropReason CheckDhcpRequest(ReadOnlySpan<byte> udp)
    {
        if (!DhcpV6Message.TryFind(udp, out ReadOnlySpan<byte> message))
        {
            return DropReason.Unjudgeable;
        }

        if (!DhcpV6Message.IsOfClient(message))
        {
            return DropReason.DhcpServer;
        }

        return DhcpV6Message.TryFindDuid(message, out _) ? DropReason.None : DropReason.Unjudgeable;
    }

    private static DropReason CheckIcmp(ReadOnlySpan<byte> icmp, bool isFragment, MacAddress source)
    {
        if (icmp.IsEmpty)
        {
            return DropReason.Unjudgeable;
        }

        switch (icmp[0])
        {
            case RouterAdvertisement or Redirect or ListenerQuery or MulticastRouterAdvertisement or MulticastRouterTermination:
                return DropReason.RouterAdvertisement;
            case RouterSolicitation or NeighborSolicitation or NeighborAdvertisement when isFragment:
                // Nobody may send these in fragments, and nobody should listen to them (RFC 6980, section 5).
                return DropReason.Unjudgeable;
            case RouterSolicitation:
                return CheckOptions(icmp, RouterSolicitationLength, source);
            case NeighborSolicitation or NeighborAdvertisement:
                return CheckOptions(icmp, NeighborMessageLength, source);
            default:
                return DropReason.None;
        }
    }

    /// <summary>Every link-layer address in a neighbour message goes into the hearer's neighbour table: those of advertisements, but those of
    /// solicitations just as well.</summary>
    private static DropReason CheckOptions(ReadOnlySpan<byte> icmp, int offset, MacAddress source)
    {
        if (icmp.Length < offset)
        {
            return DropReason.Unjudgeable;
        }

        ReadOnlySpan<byte> options = icmp[offset..];
        while (!options.IsEmpty)
        {
            // Lengths count 8 bytes; a zero ends the reading of every host (RFC 4861, section 4.6).
            int length = options.Length < 2 ? 0 : options[1] * 8;
            if (length == 0 || length > options.Length)
            {
                return DropReason.Unjudgeable;
            }

            if (options[0] is SourceLinkLayerOption or TargetLinkLayerOption && MacAddress.Read(options[2..]) != source)
            {
                return DropReason.ArpSpoof;
            }

            options = options[length..];
        }

        return DropReason.None;
    }
}
