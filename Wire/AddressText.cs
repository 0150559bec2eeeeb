using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Softlan.Wire;

/// <summary>The pieces that <see cref="RelayAddress"/> and <see cref="ListenAddress"/> are written with. Stricter than the framework, which takes
/// <c>1</c>, <c>0x7f.1</c> and <c>010.0.0.1</c> for addresses.</summary>
internal static class AddressText
{
    /// <summary>What may stand behind a port, as in firewalls and in /etc/services.</summary>
    public const string Udp = "/udp";

    /// <summary>A port, or an address with one, without <see cref="Udp"/> behind it.</summary>
    public static string WithoutUdp(string text) => text.EndsWith(Udp, StringComparison.OrdinalIgnoreCase) ? text[..^Udp.Length] : text;

    /// <summary>Cuts <c>host</c>, <c>host:port</c>, <c>[v6]</c>, <c>[v6]:port</c> or a bare <c>v6</c> in two. Whether the halves are any good is not
    /// looked at.</summary>
    /// <param name="text">What somebody typed.</param>
    /// <param name="host">Without brackets.</param>
    /// <param name="port">Null where none is given; empty after a bare colon.</param>
    /// <param name="isBracketed">Whether the host stood in brackets, and so must be an IPv6 address.</param>
    public static bool TrySplit(string text, out string host, out string? port, out bool isBracketed)
    {
        host = text;
        port = null;
        isBracketed = text.StartsWith('[');
        if (isBracketed)
        {
            int close = text.IndexOf(']', StringComparison.Ordinal);
            if (close < 0)
            {
                return false;
            }

            host = text[1..close];
            string rest = text[(close + 1)..];
            port = rest.StartsWith(':') ? rest[1..] : null;
            return rest.Length == 0 || port is not null;
        }

        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0 && text.LastIndexOf(':') == colon)
        {
            host = text[..colon];
            port = text[(colon + 1)..];
        }

        return true;
    }

    /// <summary>1 to 5 ASCII digits, 0 to 65535.</summary>
    public static bool TryParsePort(string text, out int port)
    {
        port = 0;
        return text.Length is >= 1 and <= 5
            && !text.AsSpan().ContainsAnyExceptInRange('0', '9')
            && int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out port)
            && port <= IPEndPoint.MaxPort;
    }

    /// <summary>Four decimal numbers without leading zeros.</summary>
    public static bool TryParseIPv4(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        return !text.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(text, out address) && address.ToString() == text;
    }

    /// <summary>An IPv6 address without brackets; a link-local one may have a zone, as in <c>fe80::1%eth0</c>.</summary>
    public static bool TryParseIPv6(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        int percent = text.IndexOf('%', StringComparison.Ordinal);
        string digits = percent < 0 ? text : text[..percent];
        if (!digits.Contains(':', StringComparison.Ordinal)
            || digits.AsSpan().ContainsAnyExcept(IPv6Alphabet)
            || (percent >= 0 && !IsZone(text.AsSpan(percent + 1)))
            || !IPAddress.TryParse(text, out IPAddress? parsed))
        {
            return false;
        }

        address = percent < 0 || parsed.IsIPv6LinkLocal ? parsed : null;
        return address is not null;
    }

    /// <summary>An interface's number or name; 15 characters is the most that Linux allows (IFNAMSIZ in linux/if.h).</summary>
    private static bool IsZone(ReadOnlySpan<char> zone) =>
        zone.Length is >= 1 and <= 15 && !zone.ContainsAny('%', ']', '/') && !zone.ContainsAnyExceptInRange('!', '~');

    private static readonly System.Buffers.SearchValues<char> IPv6Alphabet = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF:.");
}
