using System.Net;
using System.Net.Sockets;

namespace Softlan.Roles.Client;

/// <summary>Tells networks of a party from ways to the internet.</summary>
internal static class WideRoutes
{
    /// <summary>A prefix that is shorter is no network of a party but a way to the internet.</summary>
    private const int MinPrefixLengthIPv4 = 8;
    private const int MinPrefixLengthIPv6 = 32;

    /// <summary>What a LAN has, and the only length that machines make addresses of by themselves (RFC 4862, RFC 7421).</summary>
    private const int LanPrefixLengthIPv6 = 64;

    /// <summary>RFC 4193.</summary>
    private static readonly IPNetwork UniqueLocal = IPNetwork.Parse("fc00::/7");

    public static bool IsWide(IPNetwork network) =>
        !IsMulticast(network)
        && network.PrefixLength < (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? MinPrefixLengthIPv4 : MinPrefixLengthIPv6);

    /// <summary>Whether it is a part of the IPv6 internet and no LAN's: an advertisement that calls it on-link wants single machines of it, or many
    /// networks.</summary>
    public static bool IsForeign(IPNetwork network) => IsGlobalIPv6(network) && network.PrefixLength != LanPrefixLengthIPv6;

    /// <summary>Neither unique local nor link-local: whoever owns it can be anywhere.</summary>
    public static bool IsGlobalIPv6(IPNetwork network) =>
        network.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6
        && !IsMulticast(network)
        && !network.BaseAddress.IsIPv6LinkLocal
        && !UniqueLocal.Contains(network.BaseAddress);

    /// <summary>fe80::/64 and ff00::/8 are what every IPv6 interface has; 224.0.0.0/4 Windows has on each, and on Linux somebody else may have added
    /// it for the same reason as softlan.</summary>
    private static bool IsMulticast(IPNetwork network) =>
        network.BaseAddress.AddressFamily == AddressFamily.InterNetwork
            ? network.BaseAddress.GetAddressBytes()[0] >= 224
            : network.BaseAddress.IsIPv6Multicast;
}
