using System.Net;
using Softlan.Platform.Windows;
using Softlan.Wire;

namespace Softlan.Roles.Client.Windows;

/// <summary>The routes of Windows.</summary>
/// <param name="ip">For questions and changes.</param>
/// <param name="tap">The LUID of this client's TAP; 0 while it has none.</param>
/// <param name="ipv6Fails">See <see cref="RouteTable"/>.</param>
internal sealed class WindowsRoutes(IIpHelper ip, Func<ulong> tap, Action<string>? ipv6Fails = null) : IRelayRoutes
{
    private readonly RouteTable _table = new(ip, ipv6Fails);
    private readonly IpAddresses _addresses = new(ip);

    // Windows keeps no mark on a route by which softlan's own could be told from others'.
    private readonly HashSet<(IPAddress Destination, int InterfaceIndex, IPAddress? NextHop)> _own = [];

    public RelayRoute? Find(IPAddress destination) =>
        _table.FindBest(destination) is { } route ? Describe(route, isLocal: route.IsLocal || _addresses.IsOwn(destination)) : null;

    public RelayRoute? FindWithoutSoftlan(IPAddress destination)
    {
        WindowsRoute[] candidates =
        [
            .. _table.FindAll(destination).Where(route => !route.IsLocal && route.InterfaceLuid != tap() && !IsOwn(route, destination))
        ];
        if (candidates.Length == 0)
        {
            return null;
        }

        // Among equals it is Windows that decides; otherwise two cards on one network would look like a rule.
        WindowsRoute first = candidates[0];
        WindowsRoute? used = _table.FindBest(destination);
        WindowsRoute chosen = candidates.FirstOrDefault(route =>
            used is not null
            && route.InterfaceLuid == used.InterfaceLuid
            && Equals(route.NextHop, used.NextHop)
            && route.Metric == first.Metric
            && route.Destination.PrefixLength == first.Destination.PrefixLength) ?? first;
        return Describe(chosen, isLocal: false);
    }

    public bool HasHostRoute(IPAddress destination, RelayRoute via) => _table.HasHostRoute(destination, via.InterfaceIndex, via.Gateway);

    public void AddHostRoute(IPAddress destination, RelayRoute via)
    {
        _table.AddHostRoute(destination, via.InterfaceIndex, via.Gateway);
        _own.Add((destination, via.InterfaceIndex, via.Gateway));
    }

    private bool IsOwn(WindowsRoute route, IPAddress destination) =>
        route.Destination.PrefixLength == IPNetworks.HostPrefixOf(destination)
        && _own.Contains((destination, route.InterfaceIndex, route.NextHop));

    private RelayRoute Describe(WindowsRoute route, bool isLocal)
    {
        RelayRouteKind kind = isLocal ? RelayRouteKind.Local : route.InterfaceLuid == tap() ? RelayRouteKind.Tunnel : RelayRouteKind.Network;
        return new RelayRoute(
            route.InterfaceIndex,
            ip.FindAlias(route.InterfaceLuid) ?? FormattableString.Invariant($"interface {route.InterfaceIndex}"),
            route.NextHop,
            kind);
    }
}
