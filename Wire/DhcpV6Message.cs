using System.Buffers.Binary;

namespace Softlan.Wire;

/// <summary>Where things stand in a DHCPv6 message of a client's (RFC 8415, sections 7.3, 8 and 21).</summary>
/// <remarks>
/// <code>
///  0      1             4
///  +------+-------------+--------------------------------------------
///  | type | transaction | options: code, length (two bytes each), value
///  +------+-------------+--------------------------------------------
/// </code>
/// </remarks>
internal static class DhcpV6Message
{
    /// <summary>The UDP port of clients.</summary>
    public const ushort ClientPort = 546;

    /// <summary>The UDP port of servers and relay agents.</summary>
    public const ushort ServerPort = 547;

    /// <summary>An identity association begins with its IAID, of four bytes (RFC 8415, section 21.4).</summary>
    public const int AssociationIdLength = 4;

    private const int HeaderLength = 4;

    // Messages (RFC 8415, section 7.3). All others are for servers and relay agents to send, or are not known to clients.
    private const byte Solicit = 1;
    private const byte Request = 3;
    private const byte Rebind = 6;
    private const byte Release = 8;
    private const byte Decline = 9;
    private const byte InformationRequest = 11;

    // Options (RFC 8415, section 24).
    private const ushort ClientId = 1;
    private const ushort Addresses = 3;
    private const ushort TemporaryAddresses = 4;
    private const ushort Prefixes = 25;
    private const int OptionHeaderLength = 4;

    // A DUID has a type of two bytes, and behind it 1 to 128 bytes (RFC 8415, section 11.1).
    private const int MinDuidLength = 3;
    private const int MaxDuidLength = 130;

    /// <summary>Finds the message in a UDP datagram to <see cref="ServerPort"/>, as long as the UDP header says.</summary>
    /// <param name="udp">The payload of an IPv6 packet, which is no later fragment. Of any length.</param>
    /// <param name="message">At least type and transaction.</param>
    /// <returns>False: it goes elsewhere, is too short, or says that it is longer than what is there.</returns>
    public static bool TryFind(ReadOnlySpan<byte> udp, out ReadOnlySpan<byte> message) =>
        UdpDatagram.TryTake(udp, ServerPort, HeaderLength, out message);

    /// <summary>Whether a client sends such a message: Solicit, Request, Confirm, Renew, Rebind, Release, Decline, Information-request.</summary>
    public static bool IsOfClient(ReadOnlySpan<byte> message) =>
        message[0] is Solicit or (>= Request and <= Rebind) or Release or Decline or InformationRequest;

    public static bool IsDecline(ReadOnlySpan<byte> message) => message[0] == Decline;

    public static ReadOnlySpan<byte> Options(ReadOnlySpan<byte> message) => message[HeaderLength..];

    /// <summary>Whether an option asks for addresses, or for prefixes.</summary>
    public static bool IsAssociation(ushort code) => code is Addresses or TemporaryAddresses or Prefixes;

    /// <summary>Takes the next option from <paramref name="options"/>.</summary>
    /// <returns>False: there are no more, or the rest is none.</returns>
    public static bool TryTakeOption(scoped ref ReadOnlySpan<byte> options, out ushort code, out ReadOnlySpan<byte> value)
    {
        code = 0;
        value = default;
        if (options.Length < OptionHeaderLength)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(options[sizeof(ushort)..]);
        if (length > options.Length - OptionHeaderLength)
        {
            return false;
        }

        code = BinaryPrimitives.ReadUInt16BigEndian(options);
        value = options.Slice(OptionHeaderLength, length);
        options = options[(OptionHeaderLength + length)..];
        return true;
    }

    /// <summary>Reads the options of a client's message, those that stand in others excepted.</summary>
    /// <param name="message">From its type on.</param>
    /// <param name="duid">Empty: there is none, as in some Information-requests.</param>
    /// <returns>False when servers may read it in different ways: an option that runs over the end, two names, or one that is too short or too long,
    /// or an identity association that is too short.</returns>
    public static bool TryFindDuid(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> duid)
    {
        duid = default;
        ReadOnlySpan<byte> options = Options(message);
        while (TryTakeOption(ref options, out ushort code, out ReadOnlySpan<byte> value))
        {
            if (code == ClientId)
            {
                if (value.Length is < MinDuidLength or > MaxDuidLength || !duid.IsEmpty)
                {
                    return false;
                }

                duid = value;
            }
            else if (IsAssociation(code) && value.Length < AssociationIdLength)
            {
                return false;
            }
        }

        return options.IsEmpty;
    }
}
