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
    public const int MinV4Length = 20;
    public const int V6Length = 40;

    public const int V4TotalLength = 2;
    public const int V4Identification = 4;
    public const int V4FragmentOffset = 6;
    public const int V4Protocol = 9;
    public const int V4Checksum = 10;
    public const int V4Addresses = 12;
    public const int V4AddressesLength = 8;
    public const int V6PayloadLength = 4;
    public const int V6NextHeader = 6;
    public const int V6Addresses = 8;
    public const int V6AddressesLength = 32;

    /// <summary>The flag in the word at <see cref="V4FragmentOffset"/> that forbids fragments (RFC 791, section 3.1).</summary>
    public const ushort DontFragment = 0x4000;

    public const ushort MoreFragments = 0x2000;

    private const ushort OffsetMask = 0x1fff;

    /// <summary>VLAN tags in front of the IP header. A frame with more of them has no layout.</summary>
    private const int MaxTags = 2;

    /// <summary>IPv6 extension headers that are walked. Behind more of them nothing is recognised: RFC 8200 knows six, each once or twice.</summary>
    private const int MaxExtensionHeaders = 8;

    /// <summary>Source and destination as one span of <paramref name="frame"/>.</summary>
    public ReadOnlySpan<byte> Addresses(ReadOnlySpan<byte> frame) => IsV6
        ? frame.Slice(Network + V6Addresses, V6AddressesLength)
        : frame.Slice(Network + V4Addresses, V4AddressesLength);

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
        if (packet.Length < MinV4Length || packet[0] >> 4 != 4)
        {
            return false;
        }

        int headerLength = (packet[0] & 0xf) * 4;
        int totalLength = BinaryPrimitives.ReadUInt16BigEndian(packet[V4TotalLength..]);
        if (headerLength < MinV4Length || totalLength < headerLength || totalLength > packet.Length)
        {
            return false;
        }

        ushort fragment = BinaryPrimitives.ReadUInt16BigEndian(packet[V4FragmentOffset..]);
        bool isFragment = (fragment & (MoreFragments | OffsetMask)) != 0;
        layout = new IpLayout(network, network + headerLength, network + totalLength, packet[V4Protocol], false, isFragment, false);
        return true;
    }

    private static bool TryParseV6(ReadOnlySpan<byte> frame, int network, out IpLayout layout)
    {
        layout = default;
        ReadOnlySpan<byte> packet = frame[network..];
        if (packet.Length < V6Length || packet[0] >> 4 != 6)
        {
            return false;
        }

        int length = V6Length + BinaryPrimitives.ReadUInt16BigEndian(packet[V6PayloadLength..]);
        if (length > packet.Length)
        {
            return false;
        }

        byte next = packet[V6NextHeader];
        int transport = V6Length;
        bool isFragment = false;
        bool hasRouting = false;
        for (int walked = 0; walked < MaxExtensionHeaders && IPProtocols.IsIPv6Extension(next); walked++)
        {
            if (transport + 8 > length)
            {
                return false;
            }

            int extension = next switch
            {
                IPProtocols.Fragment => 8,
                IPProtocols.Authentication => (packet[transport + 1] + 2) * 4,
                _ => (packet[transport + 1] + 1) * 8,
            };
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
