using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Numerics;
using Softlan.Wire;

namespace Softlan.Roles.Client.Linux.Dhcp;

/// <summary>Understands how the DHCP clients call their script. What they hand over comes from the network, so nothing of it is believed
/// unseen.</summary>
/// <remarks>
/// udhcpc names the event in its first argument (busybox: networking/udhcp/dhcpc.c, udhcp_run_script); dhclient and dhcpcd in the variable
/// <c>reason</c> (dhclient-script(8), dhcpcd-run-hooks(8)). Their variables are <c>ip</c>, <c>mask</c>/<c>subnet</c>, <c>lease</c> and
/// <c>new_ip_address</c>, <c>new_subnet_mask</c>/<c>new_subnet_cidr</c>, <c>new_dhcp_lease_time</c>.
/// </remarks>
internal static class DhcpEvent
{
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
        string? time = variable(isUdhcpc ? "lease" : "new_dhcp_lease_time");
        return TryReadLease(address, mask, time, server, out notice, out error);
    }

    private static DhcpNoticeKind KindOfUdhcpc(string name) => name switch
    {
        "bound" or "renew" => DhcpNoticeKind.Lease,
        "nak" => DhcpNoticeKind.Gone,

        // udhcpc says so when it starts, and also when three requests to renew stayed unanswered, however long the lease still is.
        "deconfig" => DhcpNoticeKind.Restarted,
        "leasefail" => DhcpNoticeKind.NoAnswer,
        _ => DhcpNoticeKind.Nothing,
    };

    private static DhcpNoticeKind KindOfReason(string? name) => name switch
    {
        "BOUND" or "RENEW" or "REBIND" or "REBOOT" => DhcpNoticeKind.Lease,
        "EXPIRE" or "RELEASE" or "NAK" => DhcpNoticeKind.Gone,
        "FAIL" or "STOP" or "STOPPED" or "DEPARTED" => DhcpNoticeKind.Restarted,

        // dhclient found nobody and offers an old lease to try. It is not taken: nobody knows whether that address is still free.
        "TIMEOUT" => DhcpNoticeKind.NoAnswer,
        _ => DhcpNoticeKind.Nothing, // PREINIT, MEDIUM, ARPSEND, CARRIER, ROUTERADVERT...
    };

    private static bool TryReadLease(
        string? addressText, string? maskText, string? timeText, string? serverText, out DhcpNotice notice, out string? error)
    {
        notice = new DhcpNotice(DhcpNoticeKind.Nothing);
        if (!PlayerIPv4Address.TryParse(addressText, out IPAddress? address))
        {
            error = $"'{addressText}' is not an address that a player can have";
            return false;
        }

        if (!TryReadPrefixLength(maskText, address, out int prefixLength))
        {
            error = $"'{maskText}' is not the mask of a network";
            return false;
        }

        if (prefixLength < PlayerIPv4Address.MinPrefixLength)
        {
            error = $"its network {address}/{prefixLength} is larger than the /{PlayerIPv4Address.MinPrefixLength} that softlan accepts";
            return false;
        }

        if (!PlayerIPv4Address.IsHost(address, prefixLength))
        {
            error = $"{address}/{prefixLength} is the address of a network, not of a player";
            return false;
        }

        if (!PlayerIPv4Address.IsLan(IPNetworks.Of(address, prefixLength)))
        {
            // A more specific route wins: 8.8.8.50/24 would lead whoever asks 8.8.8.8 to the party.
            error = $"{address}/{prefixLength} is not a private network, so it may be somebody's on the internet; "
                + $"if it is the party's own, set it with --address {address}/{prefixLength}";
            return false;
        }

        _ = PlayerIPv4Address.TryParse(serverText, out IPAddress? server);
        _ = uint.TryParse(timeText, NumberStyles.None, CultureInfo.InvariantCulture, out uint seconds);
        notice = new DhcpNotice(DhcpNoticeKind.Lease, address, prefixLength, seconds, server);
        error = null;
        return true;
    }

    /// <summary>A dotted mask, a number of bits, or nothing: then the class of the address, as RFC 950 would have it.</summary>
    private static bool TryReadPrefixLength(string? text, IPAddress address, out int prefixLength)
    {
        if (string.IsNullOrEmpty(text))
        {
            prefixLength = address.GetAddressBytes()[0] switch { < 128 => 8, < 192 => 16, _ => 24 };
            return true;
        }

        if (AddressText.TryParseIPv4(text, out IPAddress? mask))
        {
            uint bits = BinaryPrimitives.ReadUInt32BigEndian(mask.GetAddressBytes());
            prefixLength = BitOperations.PopCount(bits);
            return BitOperations.LeadingZeroCount(~bits) == prefixLength;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out prefixLength) && prefixLength is >= 0 and <= 32;
    }
}
