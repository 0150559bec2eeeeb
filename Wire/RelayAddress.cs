using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;

namespace Softlan.Wire;

/// <summary>Where a relay can be reached. Holding one means that it has been checked.</summary>
/// <param name="Host">A DNS name in lower case and ASCII, an IPv4 address, or an IPv6 address without brackets.</param>
/// <param name="Port">1 to 65535.</param>
internal sealed record RelayAddress(string Host, int Port)
{
    public const int DefaultPort = 443;

    /// <summary>Stands for <see cref="Host"/> in texts where nobody knows it.</summary>
    public const string UnknownHost = "HOST";

    /// <summary>Characters of a DNS name (RFC 1035, section 2.3.4, less the root's length byte and the first label's).</summary>
    private const int MaxNameLength = 253;

    private const int MaxLabelLength = 63;

    /// <summary>Accepts <c>host</c>, <c>host:port</c>, <c>192.0.2.1:port</c>, <c>[2001:db8::1]</c>, <c>[2001:db8::1]:port</c> and a bare IPv6
    /// address; behind a port <c>/udp</c> as well, as for <see cref="ListenAddress"/>. A name in another script becomes its <c>xn--</c>
    /// form.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out RelayAddress? address)
    {
        address = null;
        int port = DefaultPort;
        if (string.IsNullOrEmpty(text)
            || !AddressText.TrySplit(text, out string host, out string? portText, out bool isBracketed)
            || (portText is not null && (!AddressText.TryParsePort(AddressText.WithoutUdp(portText), out port) || port == 0)))
        {
            return false;
        }

        bool valid = isBracketed || host.Contains(':', StringComparison.Ordinal)
            ? TryNormalizeIPv6(ref host)
            : AddressText.TryParseIPv4(host, out _) || TryNormalizeName(ref host);
        address = valid ? new RelayAddress(host, port) : null;
        return valid;
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>The shortest form (RFC 5952). A zone stays as it was written: interface numbers change from boot to boot, names do not.</summary>
    private static bool TryNormalizeIPv6(ref string host)
    {
        if (!AddressText.TryParseIPv6(host, out IPAddress? ip))
        {
            return false;
        }

        int percent = host.IndexOf('%', StringComparison.Ordinal);
        host = new IPAddress(ip.GetAddressBytes()) + (percent < 0 ? "" : host[percent..]);
        return true;
    }

    private static bool TryNormalizeName(ref string host)
    {
        // The dot at the end is DNS's way to say that nothing follows; a server name in TLS is written without it (RFC 6066, section 3).
        string name = (host.EndsWith('.') ? host[..^1] : host).ToLowerInvariant();
        if (!Ascii.IsValid(name) && !TryToAscii(ref name))
        {
            return false;
        }

        string[] labels = name.Split('.');
        host = name;

        // What ends in a number is an IPv4 address or nothing: "300.1.1.1" and "10.1" must not become questions to DNS.
        return name.Length <= MaxNameLength && labels.All(IsLabel) && !labels[^1].All(char.IsAsciiDigit);
    }

    private static bool TryToAscii(ref string name)
    {
        // IdnMapping alone lets symbols and look-alikes of dots through.
        foreach (Rune rune in name.EnumerateRunes())
        {
            if (!rune.IsAscii && !Rune.IsLetterOrDigit(rune)
                && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark))
            {
                return false;
            }
        }

        try
        {
            name = new IdnMapping().GetAscii(name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // An underscore is not a host name by RFC 952, but names on home networks have it, and resolvers do not mind.
    private static bool IsLabel(string label) =>
        label.Length is >= 1 and <= MaxLabelLength
        && label[0] != '-'
        && label[^1] != '-'
        && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
