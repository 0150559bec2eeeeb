using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;

namespace Softlan.Roles.Client.Linux;

/// <summary>The routes of Linux.</summary>
/// <param name="netlink">For questions and changes.</param>
/// <param name="tap">The name of this client's TAP.</param>
[SupportedOSPlatform("linux")]
internal sealed class LinuxRoutes(NetlinkSocket netlink, string tap) : IRelayRoutes
{
    public RelayRoute? Find(IPAddress destination) =>
        NetlinkRoutes.Lookup(netlink, destination) is { } route ? Describe(route) : null;

    public RelayRoute? FindWithoutSoftlan(IPAddress destination)
    {
        IEnumerable<RouteEntry> candidates = NetlinkRoutes.List(netlink, protocol: null)
            .Where(route => route.Protocol != RouteEntry.SoftlanProtocol
                && route.InterfaceIndex != 0
                && route.Destination.BaseAddress.AddressFamily == destination.AddressFamily
                && route.Destination.Contains(destination))
            .OrderByDescending(route => route.Destination.PrefixLength)
            .ThenBy(route => route.Metric);
        foreach (RouteEntry candidate in candidates)
        {
            // "unreachable" routes of IPv6 lead to lo.
            if (Describe(candidate) is { Kind: RelayRouteKind.Network } found)
            {
                return found;
            }
        }

        return null;
    }

    public bool HasHostRoute(IPAddress destination, RelayRoute via) =>
        NetlinkRoutes.List(netlink, protocol: null).Any(route =>
            route.Destination.Equals(IPNetworks.HostOf(destination))
            && route.InterfaceIndex == via.InterfaceIndex
            && Equals(route.Gateway, via.Gateway));

    public void AddHostRoute(IPAddress destination, RelayRoute via) =>
        NetlinkRoutes.Add(netlink, new RouteEntry
        {
            Destination = IPNetworks.HostOf(destination),
            Gateway = via.Gateway,
            InterfaceIndex = via.InterfaceIndex,
            PreferredSource = via.Source,
        }).ThrowIfFailed($"Cannot hold the route to {destination} on {via}");

    private RelayRoute? Describe(RouteEntry route)
    {
        LinkEntry? link = NetlinkLinks.Find(netlink, route.InterfaceIndex);
        if (link is null)
        {
            return null; // It went away just now.
        }

        RelayRouteKind kind = link.IsLoopback ? RelayRouteKind.Local : link.Name == tap ? RelayRouteKind.Tunnel : RelayRouteKind.Network;
        return new RelayRoute(link.Index, link.Name, route.Gateway, kind) { Source = route.PreferredSource };
    }
}
