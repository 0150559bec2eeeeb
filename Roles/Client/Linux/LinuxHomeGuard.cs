using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;

namespace Softlan.Roles.Client.Linux;

/// <summary>Keeps a Linux player's internet where it is when the party's network has the same addresses: name servers and routers of the player's own
/// are reached on their own network card.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxHomeGuard(NetlinkSocket netlink, string tap, HomeHostRoutes hostRoutes, LinuxNameServers nameServers)
{
    /// <summary>The name servers that this machine asks, as of the last look.</summary>
    public IReadOnlyList<IPAddress> Servers { get; private set; } = [];

    /// <summary>Follows the machine's networks. Called often; changes nothing when all is well.</summary>
    /// <param name="coming">A network that the TAP is about to get.</param>
    public void Look(IPNetwork? coming = null) => Look(NetlinkRoutes.List(netlink, protocol: null), FindTap(), coming);

    /// <param name="routes">Those of the main table.</param>
    /// <param name="tapIndex">The TAP's.</param>
    /// <param name="coming">A network that the TAP is about to get.</param>
    public void Look(IReadOnlyList<RouteEntry> routes, int tapIndex, IPNetwork? coming = null)
    {
        Servers = nameServers.Read();
        List<IPNetwork> party = [.. routes.Where(route => route.InterfaceIndex == tapIndex).Select(route => route.Destination)];
        if (coming is { } network)
        {
            party.Add(network);
        }

        hostRoutes.Hold([.. Servers.Concat(Routers(routes, tapIndex)).Distinct()], party);
    }

    /// <summary>No route can hold what becomes this machine's own address, or its network's broadcast address. To be called after a look.</summary>
    /// <exception cref="SoftlanException">That would take a name server's or a router's place.</exception>
    public void RequireFree(IPAddress address, IPNetwork network)
    {
        IPAddress[] taken = [address, network.BaseAddress, IPNetworks.LastOf(network)];
        if (Servers.Concat(Routers(NetlinkRoutes.List(netlink, protocol: null), FindTap()))
            .FirstOrDefault(taken.Contains) is { } own)
        {
            throw SoftlanException.Create(
                $"Cannot give '{tap}' the address {address}/{network.PrefixLength}",
                $"{own} is a name server or router of this machine's own network, which would be cut off",
                "ask the organiser to have DHCP give another address, or set one with --address");
        }
    }

    /// <returns>Its index; 0: it is not there yet.</returns>
    private int FindTap() => NetlinkLinks.Find(netlink, tap)?.Index ?? 0;

    /// <summary>Next hops of the default routes. Link-local ones belong to their interface, and no other route leads to them.</summary>
    private static IEnumerable<IPAddress> Routers(IEnumerable<RouteEntry> routes, int tapIndex) =>
        routes.Where(route => route.Destination.PrefixLength == 0 && route.InterfaceIndex != tapIndex)
            .Select(route => route.Gateway)
            .OfType<IPAddress>()
            .Where(gateway => !gateway.IsIPv6LinkLocal);
}
