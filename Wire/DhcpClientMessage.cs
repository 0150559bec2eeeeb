namespace Softlan.Wire;

/// <summary>What a DHCP client says to servers, DHCPv4 or DHCPv6: under which names, and whether it refuses an address. Borrows the frame.</summary>
internal readonly ref struct DhcpClientMessage
{
    /// <summary>Of a client identifier that is made of a DUID (RFC 4361, section 6.1): the type, before it an IAID of four bytes.</summary>
    private const byte DuidType = 255;
    private const int DuidOffset = 1 + 4;

    private DhcpClientMessage(bool isV6, ReadOnlySpan<byte> identifier, ReadOnlySpan<byte> options, bool isDecline)
    {
        IsV6 = isV6;
        Identifier = identifier;
        Options = options;
        IsDecline = isDecline;
    }

    public bool IsV6 { get; }

    /// <summary>The client identifier (option 61) of 2 to 255 bytes, or the DUID. Empty: there is none.</summary>
    public ReadOnlySpan<byte> Identifier { get; }

    /// <summary>What is the same in all of a machine's identifiers, DHCPv4 and DHCPv6: the DUID, where there is one; otherwise
    /// <see cref="Identifier"/>.</summary>
    public ReadOnlySpan<byte> Name => !IsV6 && Identifier.Length > DuidOffset && Identifier[0] == DuidType ? Identifier[DuidOffset..] : Identifier;

    /// <summary>Of DHCPv6: for <see cref="DhcpV6Message.TryTakeOption"/>.</summary>
    public ReadOnlySpan<byte> Options { get; }

    /// <summary>The client says that somebody else has the address which it was given.</summary>
    public bool IsDecline { get; }

    /// <summary>Finds the request in a frame, as <see cref="SafetyPolicy"/> lets it pass.</summary>
    /// <returns>False: it goes to no DHCP server, or cannot be read.</returns>
    public static bool TryFind(ReadOnlySpan<byte> frame, out DhcpClientMessage request)
    {
        request = default;
        if (!EthernetFrame.TryParse(frame, out EthernetFrame ethernet))
        {
            return false;
        }

        ushort etherType = ethernet.EtherType;
        ReadOnlySpan<byte> payload = ethernet.Payload;
        SnapHeader.TryRemove(ref etherType, ref payload);
        return etherType switch
        {
            EtherTypes.IPv4 => TryFindV4(payload, out request),
            EtherTypes.IPv6 => TryFindV6(payload, out request),
            _ => false,
        };
    }

    private static bool TryFindV4(ReadOnlySpan<byte> bytes, out DhcpClientMessage request)
    {
        request = default;
        if (!IPv4Packet.TryParse(bytes, out IPv4Packet packet)
            || packet.Protocol != IPProtocols.Udp
            || packet.FragmentOffset > 0
            || !BootpMessage.TryFind(packet.Payload, out ReadOnlySpan<byte> message)
            || !DhcpClientIdentifier.TryFind(message, out ReadOnlySpan<byte> identifier, out bool isDecline, out _))
        {
            return false;
        }

        request = new DhcpClientMessage(isV6: false, identifier, default, isDecline);
        return true;
    }

    private static bool TryFindV6(ReadOnlySpan<byte> bytes, out DhcpClientMessage request)
    {
        request = default;
        if (!IPv6Packet.TryParse(bytes, out IPv6Packet packet)
            || packet.Protocol != IPProtocols.Udp
            || packet.Fragmentation == IPv6Fragmentation.Later
            || !DhcpV6Message.TryFind(packet.Payload, out ReadOnlySpan<byte> message)
            || !DhcpV6Message.IsOfClient(message)
            || !DhcpV6Message.TryFindDuid(message, out ReadOnlySpan<byte> duid))
        {
            return false;
        }

        request = new DhcpClientMessage(isV6: true, duid, DhcpV6Message.Options(message), DhcpV6Message.IsDecline(message));
        return true;
    }
}
