using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Softlan.Roles.Client;

/// <summary>How the TAP gets its IPv4 address.</summary>
internal sealed record ClientAddress
{
    /// <summary>A longer one leaves nobody to play with, or is a point-to-point line.</summary>
    public const int MaxPrefixLength = 30;

    /// <summary>What to do where the party's DHCP server cannot be asked, as a clause in the imperative.</summary>
    public const string Advice = "give --address with a free address of the party's network, for example --address 10.73.42.50/24";

    private ClientAddress(IPAddress? address, int prefixLength)
    {
        Address = address;
        PrefixLength = prefixLength;
    }

    /// <summary>From the party's DHCP server.</summary>
    public static ClientAddress Dhcp { get; } = new(null, 1);

    /// <summary>Not from softlan: whatever the TAP has stays.</summary>
    public static ClientAddress None { get; } = new(null, 0);

    /// <summary>A fixed address; null for the two others.</summary>
    public IPAddress? Address { get; }

    public int PrefixLength { get; }

    /// <summary>Accepts <c>dhcp</c>, <c>none</c> and an IPv4 address with the length of its network's prefix (8 to 30), for example
    /// <c>10.73.42.50/24</c>.</summary>
    public static bool TryParse(string text, [MaybeNullWhen(false)] out ClientAddress value)
    {
        value = text.ToLowerInvariant() switch
        {
            "dhcp" => Dhcp,
            "none" => None,
            _ => ParseFixed(text),
        };
        return value is not null;
    }

    public override string ToString() => Equals(Dhcp) ? "dhcp" : Equals(None) ? "none" : $"{Address}/{PrefixLength}";

    private static ClientAddress? ParseFixed(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2
            && PlayerIPv4Address.TryParse(parts[0], out IPAddress? address)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            && length is >= PlayerIPv4Address.MinPrefixLength and <= MaxPrefixLength
            && PlayerIPv4Address.IsHost(address, length)
                ? new ClientAddress(address, length)
                : null;
    }
}
