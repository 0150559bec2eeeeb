using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace Softlan.Roles.Client.Dhcp;

/// <summary>Understands how the DHCP clients call their script. What they hand over comes from the network, so nothing of it is believed
/// unseen.</summary>
/// <remarks>
/// udhcpc names the event in its first argument (busybox: networking/udhcp/dhcpc.c, udhcp_run_script); dhclient and dhcpcd in the variable
/// <c>reason</c> (dhclient-script(8), dhcpcd-run-hooks(8)). Their variables are <c>ip</c>, <c>mask</c>/<c>subnet</c> and <c>new_ip_address</c>,
/// <c>new_subnet_mask</c>/<c>new_subnet_cidr</c>.
/// </remarks>
internal static class DhcpEvent
{
    /// <summary>A shorter prefix would make half the internet a neighbour on the party's LAN: a default route in all but name.</summary>
    public const int MinPrefixLength = 8;

    /// <param name="arguments">What stands behind the script's name.</param>
    /// <param name="variable">Reads one environment variable; null where it is not set.</param>
    /// <param name="notice">What it means.</param>
    /// <param name="error">Why it is refused, as a clause; null when it is not.</param>
    public static bool TryRead(IReadOnlyList<string> arguments, Func<string, string?> variable, out DhcpNotice notice, out string? error)
    {
        string? reason = variable("reason");
        (DhcpNoticeKind kind, bool isUdhcpc) = arguments.Count > 0 && reason is null
            ? (KindOfUdhcpc(arguments[0]), true)
            : (KindOfReason(reason), false);
        notice = new DhcpNotice(kind);
        error = null;
        if (kind != DhcpNoticeKind.Lease)
        {
            return true;
        }

        string? address = variable(isUdhcpc ? "ip" : "new_ip_address");
        string? mask = isUdhcpc ? variable("subnet") ?? variable("mask") : variable("new_subnet_mask") ?? variable("new_subnet_cidr");
        string? server = variable(isUdhcpc ? "serverid" : "new_dhcp_server_identifier");
        return TryReadLease(address, mask, server, out notice, out error);
    }

    private static DhcpNoticeKind KindOfUdhcpc(string name) => name switch
    {
        "bound" or "renew" => DhcpNoticeKind.Lease,
        "deconfig" => DhcpNoticeKind.Gone,
        "leasefail" => DhcpNoticeKind.NoAnswer,
        _ => DhcpNoticeKind.Nothing, // nak: a deconfig follows.
    };

    private static DhcpNoticeKind KindOfReason(string? name) => name switch
    {
        "BOUND" or "RENEW" or "REBIND" or "REBOOT" => DhcpNoticeKind.Lease,
        "EXPIRE" or "FAIL" or "RELEASE" or "STOP" or "STOPPED" or "NAK" or "DEPARTED" => DhcpNoticeKind.Gone,

        // dhclient found nobody and offers an old lease to try. It is not taken: nobody knows whether that address is still free.
        "TIMEOUT" => DhcpNoticeKind.NoAnswer,
        _ => DhcpNoticeKind.Nothing, // PREINIT, MEDIUM, ARPSEND, CARRIER, ROUTERADVERT...
    };

    private static bool TryReadLease(string? addressText, string? maskText, string? serverText, out DhcpNotice notice, out string? error)
    {
        notice = new DhcpNotice(DhcpNoticeKind.Nothing);
        if (!TryReadAddress(addressText, out IPAddress? address, out uint bits) || !IsUsable(bits))
        {
            error = $"'{addressText}' is not an address that a player can have";
            return false;
        }

        if (!TryReadPrefixLength(maskText, bits, out int prefixLength))
        {
            error = $"'{maskText}' is not the mask of a network";
            return false;
        }

        if (prefixLength < MinPrefixLength)
        {
            error = $"its network {address}/{prefixLength} is larger than the /{MinPrefixLength} that softlan accepts";
            return false;
        }

        uint host = prefixLength == 32 ? 1 : bits & (uint.MaxValue >> prefixLength);
        if (prefixLength <= 30 && (host == 0 || host == uint.MaxValue >> prefixLength))
        {
            error = $"{address}/{prefixLength} is the address of a network, not of a player";
            return false;
        }

        _ = TryReadAddress(serverText, out IPAddress? server, out _);
        notice = new DhcpNotice(DhcpNoticeKind.Lease, address, prefixLength, server);
        error = null;
        return true;
    }

    private static bool TryReadAddress(string? text, out IPAddress? address, out uint bits)
    {
        bits = 0;

        // IPAddress also understands "10" and "0x0a000001"; dotted quads are what DHCP clients write.
        if (text?.Count(c => c == '.') != 3 || !IPAddress.TryParse(text, out address) || address.AddressFamily != AddressFamily.InterNetwork)
        {
            address = null;
            return false;
        }

        Span<byte> octets = stackalloc byte[4];
        address.TryWriteBytes(octets, out _);
        bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(octets);
        return true;
    }

    // Not 0/8, not loopback, not multicast, not reserved.
    private static bool IsUsable(uint bits) => (bits >> 24) is not (0 or 127) and < 224;

    /// <summary>A dotted mask, a number of bits, or nothing: then the class of the address, as RFC 950 would have it.</summary>
    private static bool TryReadPrefixLength(string? text, uint address, out int prefixLength)
    {
        if (string.IsNullOrEmpty(text))
        {
            prefixLength = (address >> 24) switch { < 128 => 8, < 192 => 16, _ => 24 };
            return true;
        }

        if (TryReadAddress(text, out _, out uint mask))
        {
            prefixLength = BitOperations.PopCount(mask);
            return BitOperations.LeadingZeroCount(~mask) == prefixLength;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out prefixLength) && prefixLength is >= 0 and <= 32;
    }
}
