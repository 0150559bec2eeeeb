using System.Net;
using System.Net.Sockets;

namespace Softlan.Roles.Client;

/// <summary>Tells networks of a party from ways to the internet.</summary>
internal static class WideRoutes
{
    /// <summary>A prefix that is shorter is no network of a party but a way to the internet.</summary>
    private const int MinPrefixLengthIPv4 = 8;
    private const int MinPrefixLengthIPv6 = 32;

    public static bool IsWide(IPNetwork network) =>
        !IsMulticast(network)
        && network.PrefixLength < (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? MinPrefixLengthIPv4 : MinPrefixLengthIPv6);

    /// <summary>fe80::/64 and ff00::/8 are what every IPv6 interface has; 224.0.0.0/4 Windows has on each, and on Linux somebody else may have added
    /// it for the same reason as softlan.</summary>
    private static bool IsMulticast(IPNetwork network) =>
        network.BaseAddress.AddressFamily == AddressFamily.InterNetwork
            ? network.BaseAddress.GetAddressBytes()[0] >= 224
            : network.BaseAddress.IsIPv6Multicast;
}
