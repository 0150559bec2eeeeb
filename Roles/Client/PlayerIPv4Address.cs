using System.Diagnostics.CodeAnalysis;
using System.Net;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>Which IPv4 addresses and networks a player's card can have, whether a person names them or the party's DHCP.</summary>
internal static class PlayerIPv4Address
{
    /// <summary>A shorter prefix would make half the internet a neighbour on the party's LAN: a default route in all but name.</summary>
    public const int MinPrefixLength = 8;

    /// <summary>Networks that are nobody's on the internet (IANA's registry of special-purpose addresses): those of LANs (RFC 1918), between a
    /// provider and its customers (RFC 6598), link-local ones (RFC 3927), and those for benchmarks (RFC 2544) and examples (RFC 5737), which test
    /// rooms use.</summary>
    private static readonly IPNetwork[] LanNetworks =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("203.0.113.0/24"),
    ];

    /// <summary>A dotted quad that one machine can have: not of 0/8, not loopback, not multicast, not reserved.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out IPAddress? address)
    {
        if (text is not null && AddressText.TryParseIPv4(text, out address) && IsUnicast(address))
        {
            return true;
        }

        address = null;
        return false;
    }

    /// <summary>Whether it is a machine's in its network: neither the network's own address nor its broadcast address.</summary>
    public static bool IsHost(IPAddress address, int prefixLength)
    {
        if (prefixLength > 30)
        {
            return true; // RFC 3021 has neither of the two.
        }

        IPNetwork network = IPNetworks.Of(address, prefixLength);
        return !address.Equals(network.BaseAddress) && !address.Equals(IPNetworks.LastOf(network));
    }

    /// <summary>Whether all of it belongs to LANs.</summary>
    public static bool IsLan(IPNetwork network) =>
        LanNetworks.Any(lan => lan.PrefixLength <= network.PrefixLength && lan.Contains(network.BaseAddress));

    private static bool IsUnicast(IPAddress address) => address.GetAddressBytes()[0] is not (0 or 127) and < 224;
}
