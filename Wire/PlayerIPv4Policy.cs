using System.Buffers.Binary;

namespace Softlan.Wire;

/// <summary>The IPv4 half of <see cref="SafetyPolicy"/>, for frames from clients.</summary>
internal static class PlayerIPv4Policy
{
    private const ushort DhcpClientPort = 68;

    // ICMP types (RFC 792 and RFC 1256).
    private const byte Redirect = 5;
    private const byte RouterAdvertisement = 9;

    // IGMP types of multicast routers (RFC 9776, section 4.1; RFC 4286; DVMRP and PIM version 1 as IANA has them).
    private const byte MembershipQuery = 0x11;
    private const byte Dvmrp = 0x13;
    private const byte PimVersion1 = 0x14;
    private const byte MulticastRouterAdvertisement = 0x30;
    private const byte MulticastRouterTermination = 0x32;

    public static DropReason Check(ReadOnlySpan<byte> bytes, MacAddress source)
    {
        if (!IPv4Packet.TryParse(bytes, out IPv4Packet packet))
        {
            return DropReason.Unjudgeable;
        }

        if (packet.FragmentOffset > 0)
        {
            // A second fragment at byte 8 belongs to a first one that was cut inside a header, or overlaps it (RFC 1858, RFC 3128). Later ones cannot
            // reach the ports or the type.
            return packet.FragmentOffset == 1 ? DropReason.Unjudgeable : DropReason.None;
        }

        return packet.Protocol switch
        {
            IPProtocols.Udp => CheckUdp(packet.Payload, bytes.Length - packet.HeaderLength, packet.HasMoreFragments, source),
            IPProtocols.IcmpV4 => CheckIcmp(packet.Payload),
            IPProtocols.Igmp => CheckIgmp(packet.Payload),
            IPProtocols.Ospf or IPProtocols.Pim or IPProtocols.Vrrp => DropReason.RouterAdvertisement,
            _ => DropReason.None,
        };
    }

    /// <summary>Nothing may go to a DHCP client's port: clients read raw sockets and look at this port only, so a rogue server may use any port of
    /// its own. What goes to a server's port is a request of the player's own.</summary>
    private static DropReason CheckUdp(ReadOnlySpan<byte> udp, int bytesToFrameEnd, bool isFragment, MacAddress source)
    {
        if (udp.Length < TransportHeader.UdpLength)
        {
            return DropReason.Unjudgeable;
        }

        return BinaryPrimitives.ReadUInt16BigEndian(udp[TransportHeader.DestinationPort..]) switch
        {
            DhcpClientPort => DropReason.DhcpServer,
            // A later fragment could overlap what is judged here. No request needs a second one (RFC 2131: 576 bytes).
            BootpMessage.ServerPort when isFragment => DropReason.Unjudgeable,
            BootpMessage.ServerPort => CheckDhcpRequest(udp, bytesToFrameEnd, source),
            _ => DropReason.None,
        };
    }

    /// <summary>A server gives an address to each hardware address that asks, so whoever asks under many takes them all; and an answer to a relay
    /// agent goes to the server's port. Real clients (udhcpc, dhclient, dhcpcd, systemd, Windows; INFORM and broadcast flag included) ask under the
    /// MAC of the card that they send through. A client identifier goes before the hardware address, so the same holds for one that is a
    /// MAC.</summary>
    /// <param name="udp">As long as the IPv4 header says, or as there are bytes.</param>
    /// <param name="bytesToFrameEnd">From the UDP header on, padding included: a server that reads raw frames may take it for options.</param>
    /// <param name="source">The frame's source MAC.</param>
    private static DropReason CheckDhcpRequest(ReadOnlySpan<byte> udp, int bytesToFrameEnd, MacAddress source)
    {
        if (!BootpMessage.TryFind(udp, out ReadOnlySpan<byte> bootp))
        {
            return DropReason.Unjudgeable;
        }

        if (bootp[BootpMessage.Operation] != BootpMessage.Request || BinaryPrimitives.ReadUInt32BigEndian(bootp[BootpMessage.RelayAgent..]) != 0)
        {
            return DropReason.DhcpServer;
        }

        if (bootp[BootpMessage.HardwareType] != BootpMessage.Ethernet
            || bootp[BootpMessage.HardwareLength] != MacAddress.Length
            || MacAddress.Read(bootp[BootpMessage.ClientMac..]) != source)
        {
            return DropReason.ArpSpoof;
        }

        bool isFollowed = bytesToFrameEnd > TransportHeader.UdpLength + bootp.Length;
        if (!DhcpClientIdentifier.TryFind(bootp, out ReadOnlySpan<byte> identifier, out _, out bool isEnded) || (isFollowed && !isEnded))
        {
            return DropReason.Unjudgeable;
        }

        return DhcpClientIdentifier.TryGetMac(identifier, out MacAddress named) && named != source ? DropReason.ArpSpoof : DropReason.None;
    }

    private static DropReason CheckIcmp(ReadOnlySpan<byte> icmp)
    {
        if (icmp.IsEmpty)
        {
            return DropReason.Unjudgeable;
        }

        return icmp[0] is Redirect or RouterAdvertisement ? DropReason.RouterAdvertisement : DropReason.None;
    }

    /// <summary>Switches send groups to who asks for them, and all of them to a router; who asks the others becomes the one that switches go by (RFC
    /// 4541, section 2.1.1).</summary>
    private static DropReason CheckIgmp(ReadOnlySpan<byte> igmp) =>
        igmp is [MembershipQuery or Dvmrp or PimVersion1 or MulticastRouterAdvertisement or MulticastRouterTermination, ..]
            ? DropReason.RouterAdvertisement
            : DropReason.None;
}
