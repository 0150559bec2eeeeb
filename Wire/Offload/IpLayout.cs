using System.Buffers.Binary;

namespace Softlan.Wire.Offload;

/// <summary>Where the headers of an IP frame begin and end, in bytes from the frame's first byte. Holding one means that every offset lies inside the
/// frame.</summary>
/// <param name="Network">The IP header, behind the MAC addresses and at most two VLAN tags.</param>
/// <param name="Transport">What follows the IP header, its options or extension headers; at most <paramref name="End"/>.</param>
/// <param name="End">Where the IP packet ends by its own account. Behind it there may be Ethernet padding.</param>
/// <param name="Protocol">What stands at <paramref name="Transport"/> (IANA protocol numbers).</param>
/// <param name="IsV6">IPv6, otherwise IPv4.</param>
/// <param name="IsFragment">It is a fragment, or carries an IPv6 fragment header. Only a first fragment has a transport header.</param>
/// <param name="HasRouting">An IPv6 routing header: the address in the IP header need not be the one in the pseudo header.</param>
internal readonly record struct IpLayout(int Network, int Transport, int End, byte Protocol, bool IsV6, bool IsFragment, bool HasRouting)
{
    /// <summary>VLAN tags in front of the IP header. A frame with more of them has no layout.</summary>
    private const int MaxTags = 2;

    /// <summary>IPv6 extension headers that are walked. Behind more of them nothing is recognised: RFC 8200 knows six, each once or twice. Whether
    /// a frame may pass is decided with a bound of its own, <see cref="IPv6Packet.MaxExtensionHeaders"/>.</summary>
    private const int MaxExtensionHeaders = 8;

    /// <summary>Source and destination as one span of <paramref name="frame"/>.</summary>
    public ReadOnlySpan<byte> Addresses(ReadOnlySpan<byte> frame) => IsV6
        ? frame.Slice(Network + IPHeader.V6Addresses, IPHeader.V6AddressesLength)
        : frame.Slice(Network + IPHeader.V4Addresses, IPHeader.V4AddressesLength);

    /// <summary>False for what is not IP, and for IP whose lengths do not fit the frame.</summary>
    public static bool TryParse(ReadOnlySpan<byte> frame, out IpLayout layout)
    {
        layout = default;
        int typeOffset = 2 * MacAddress.Length;
        for (int tags = 0; frame.Length >= typeOffset + sizeof(ushort); tags++)
        {
            int network = typeOffset + sizeof(ushort);
            switch (BinaryPrimitives.ReadUInt16BigEndian(frame[typeOffset..]))
            {
                case EtherTypes.IPv4:
                    return TryParseV4(frame, network, out layout);
                case EtherTypes.IPv6:
                    return TryParseV6(frame, network, out layout);
                case EtherTypes.VlanCustomer or EtherTypes.VlanService when tags < MaxTags:
                    typeOffset += FrameLimits.TagLength;
                    break;
                default:
                    return false;
            }
        }

        return false;
    }

    private static bool TryParseV4(ReadOnlySpan<byte> frame, int network, out IpLayout layout)
    {
        layout = default;
        ReadOnlySpan<byte> packet = frame[network..];
        if (packet.Length < IPHeader.V4MinLength || IPHeader.Version(packet[0]) != 4)
        {
            return false;
        }

        int headerLength = IPHeader.V4Length(packet[0]);
        int totalLength = BinaryPrimitives.ReadUInt16BigEndian(packet[IPHeader.V4TotalLength..]);
        if (headerLength < IPHeader.V4MinLength || totalLength < headerLength || totalLength > packet.Length)
        {
            return false;
        }

        ushort fragment = BinaryPrimitives.ReadUInt16BigEndian(packet[IPHeader.V4Fragment..]);
        bool isFragment = (fragment & IPHeader.AnyFragment) != 0;
        layout = new IpLayout(network, network + headerLength, network + totalLength, packet[IPHeader.V4Protocol], false, isFragment, false);
        return true;
    }

    private static bool TryParseV6(ReadOnlySpan<byte> frame, int network, out IpLayout layout)
    {
        layout = default;
        ReadOnlySpan<byte> packet = frame[network..];
        if (packet.Length < IPHeader.V6Length || IPHeader.Version(packet[0]) != 6)
        {
            return false;
        }

        int length = IPHeader.V6Length + BinaryPrimitives.ReadUInt16BigEndian(packet[IPHeader.V6PayloadLength..]);
        if (length > packet.Length)
        {
            return false;
        }

        byte next = packet[IPHeader.V6NextHeader];
        int transport = IPHeader.V6Length;
        bool isFragment = false;
        bool hasRouting = false;
        for (int walked = 0; walked < MaxExtensionHeaders && IPProtocols.IsIPv6Extension(next); walked++)
        {
            if (transport + IPProtocols.MinExtensionLength > length)
            {
                return false;
            }

            int extension = IPProtocols.ExtensionLength(next, packet[transport + 1]);
            if (transport + extension > length)
            {
                return false;
            }

            isFragment |= next == IPProtocols.Fragment;
            hasRouting |= next == IPProtocols.Routing;
            next = packet[transport];
            transport += extension;
            if (isFragment)
            {
                // Behind it comes a piece of something, not a header that could be relied on.
                break;
            }
        }

        layout = new IpLayout(network, network + transport, network + length, next, true, isFragment, hasRouting);
        return true;
    }
}
