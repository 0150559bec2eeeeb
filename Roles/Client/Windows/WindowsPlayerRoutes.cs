using System.Net;
using Softlan.Platform.Windows;
using Softlan.Wire;

namespace Softlan.Roles.Client.Windows;

/// <summary>The routes that were on the TAP adapter before softlan plugged its cable in: the player's own, for example those of a gateway in its IPv4
/// settings. They are there again when softlan ends.</summary>
/// <remarks>
/// Windows lists the routes of an adapter without a cable, too. Where the driver is set to be always connected, what an earlier party announced may
/// still be among them, and Windows does not say reliably what DHCP brought: so with a lease none of IPv4 counts. What expires never does.
/// </remarks>
internal sealed class WindowsPlayerRoutes(IIpHelper ip, ulong luid, Action<string>? ipv6Fails = null)
{
    /// <summary>Routes that are remembered; of an adapter with more the rest is taken for the party's.</summary>
    private const int MaxRemembered = 256;

    private readonly RouteTable _table = new(ip, ipv6Fails);
    private readonly IpAddresses _addresses = new(ip);
    private readonly Dictionary<(IPNetwork Destination, IPAddress? NextHop), WindowsRoute> _routes = [];

    /// <summary>Looks what is there. Only before the cable is in.</summary>
    /// <exception cref="SoftlanException">Windows does not give its routes.</exception>
    public void Look()
    {
        bool hasLease = _addresses.HasLease(luid);
        foreach ((WindowsRoute route, _) in _table.ListOn(luid))
        {
            if (route.IsLasting
                && !(hasLease && SocketAddresses.FamilyOf(route.Destination.BaseAddress) == NativeIphlpapi.AF_INET)
                && _routes.Count < MaxRemembered)
            {
                _routes.TryAdd((route.Destination, route.NextHop), route);
            }
        }
    }

    public bool Contains(WindowsRoute route) => _routes.ContainsKey((route.Destination, route.NextHop));

    /// <summary>The default routes of a family, by how they go on.</summary>
    public IReadOnlyList<string> DefaultRoutes(ushort family) =>
    [
        .. _routes.Values
            .Where(route => route.Destination.PrefixLength == 0 && SocketAddresses.FamilyOf(route.Destination.BaseAddress) == family)
            .Select(Way)
    ];

    /// <summary>How a route goes on, as it stands in the journal.</summary>
    public static string Way(WindowsRoute route) => route.NextHop?.ToString() ?? "on-link";
}
