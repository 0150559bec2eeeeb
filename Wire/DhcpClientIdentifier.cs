namespace Softlan.Wire;

/// <summary>The name that a DHCP request gives its client (option 61). A server that finds one keeps its leases by that and not by the hardware
/// address (RFC 2131, section 4.2; RFC 2132, section 9.14).</summary>
internal static class DhcpClientIdentifier
{
    // Option codes (RFC 2132, sections 3.1, 3.2, 9.3, 9.6 and 9.14). The first and the last are single bytes; behind the others come a length and as
    // many bytes.
    private const byte Pad = 0;
    private const byte Overload = 52;
    private const byte MessageType = 53;
    private const byte Code = 61;
    private const byte End = 255;

    /// <summary>DHCPDECLINE (RFC 2132, section 9.6).</summary>
    private const byte Decline = 4;

    private const int OptionHeaderLength = 2;

    /// <summary>A type, and one byte at least.</summary>
    private const int MinLength = 2;

    /// <summary>In bytes: a hardware type and a MAC.</summary>
    private const int EthernetLength = 1 + MacAddress.Length;

    // RFC 2131, section 3. Without it a server sees no options: BOOTP as RFC 951 had it.
    private static ReadOnlySpan<byte> MagicCookie => [99, 130, 83, 99];

    /// <summary>Reads the options of a message as every server must.</summary>
    /// <param name="message">From the BOOTP header on, as long as the UDP header says.</param>
    /// <param name="identifier">Empty: there is none.</param>
    /// <param name="isDecline">Whether it refuses an address: one of its types says so, should there be several.</param>
    /// <param name="isEnded">Whether the end option was there: behind it nobody reads on.</param>
    /// <returns>False when servers may read it in different ways: an option that runs over the end; an identifier that is too short, or stands there
    /// twice, which is one that is spliced (RFC 3396) or two of which either may count; options in the fields for names, which not all servers look
    /// into, and which no client that is known to us has a need for.</returns>
    public static bool TryFind(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> identifier, out bool isDecline, out bool isEnded)
    {
        identifier = default;
        isDecline = false;
        isEnded = false;
        if (message.Length < BootpMessage.Options || !message[BootpMessage.Options..].StartsWith(MagicCookie))
        {
            return true;
        }

        ReadOnlySpan<byte> options = message[(BootpMessage.Options + MagicCookie.Length)..];
        while (!options.IsEmpty && !isEnded)
        {
            byte code = options[0];
            if (code is Pad or End)
            {
                isEnded = code == End;
                options = options[1..];
                continue;
            }

            int length = options.Length < OptionHeaderLength ? int.MaxValue : options[1];
            if (length > options.Length - OptionHeaderLength || code == Overload)
            {
                return false;
            }

            if (code == Code)
            {
                if (length < MinLength || !identifier.IsEmpty)
                {
                    return false;
                }

                identifier = options.Slice(OptionHeaderLength, length);
            }

            isDecline |= code == MessageType && options.Slice(OptionHeaderLength, length).Contains(Decline);
            options = options[(OptionHeaderLength + length)..];
        }

        return true;
    }

    /// <summary>Whether an identifier is the hardware address of an Ethernet card, and of which.</summary>
    public static bool TryGetMac(ReadOnlySpan<byte> identifier, out MacAddress mac)
    {
        bool isMac = identifier.Length == EthernetLength && identifier[0] == BootpMessage.Ethernet;
        mac = isMac ? MacAddress.Read(identifier[1..]) : default;
        return isMac;
    }
}
