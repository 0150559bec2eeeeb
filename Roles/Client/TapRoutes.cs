using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Linux.Netlink;

namespace Softlan.Roles.Client;

/// <summary>The routes on the TAP: broadcasts and multicasts of games lead to the party, and nothing else but its own network does.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TapRoutes(NetlinkSocket netlink, TapSettings tap, bool removesWideRoutes, ILogger logger)
{
    // Linux sends what goes to these out by the default route unless the sender bound itself to an interface, which games do not do: they would
    // search the home network.
    private static readonly IPNetwork[] PartyDestinations = [new(IPAddress.Broadcast, 32), new(IPAddress.Parse("224.0.0.0"), 4)];

    private readonly HashSet<IPNetwork> _noted = [];
    private readonly HashSet<IPNetwork> _said = [];

    /// <summary>Adds what is missing and removes what must not be. Called often; changes nothing when all is well.</summary>
    public void Maintain()
    {
        LinkEntry link = tap.Link;
        IReadOnlyList<RouteEntry> routes = [.. NetlinkRoutes.List(netlink, protocol: null).Where(route => route.InterfaceIndex == link.Index)];

        // Without an address of its own the TAP would only swallow what the home network should get.
        bool hasAddress = NetlinkAddresses.List(netlink, link.Index).Any(address => address.Address.AddressFamily == AddressFamily.InterNetwork);
        if (link.IsUp && hasAddress)
        {
            foreach (IPNetwork destination in PartyDestinations.Where(destination => !routes.Any(route => route.Destination.Equals(destination))))
            {
                Add(destination, link.Index);
            }
        }

        if (removesWideRoutes)
        {
            foreach (RouteEntry route in routes.Where(IsWide))
            {
                Remove(route);
            }
        }
    }

    private void Add(IPNetwork destination, int interfaceIndex)
    {
        NetlinkResult result = default;
        void Apply() => result = NetlinkRoutes.Add(netlink, new RouteEntry { Destination = destination, InterfaceIndex = interfaceIndex });
        if (_noted.Add(destination))
        {
            tap.Make(new HostChange.RouteAdded(destination.BaseAddress, destination.PrefixLength, null, tap.Name, interfaceIndex), Apply);
        }
        else
        {
            Apply(); // It went with the last address; undoing it once is enough.
        }

        if (!result.Succeeded && _said.Add(destination))
        {
            ClientLog.BroadcastsLeadElsewhere(logger, destination.ToString(), result.AlreadyExists ? WhoHas(destination) : result.Reason);
        }
    }

    private string WhoHas(IPNetwork destination)
    {
        RouteEntry? softlans = NetlinkRoutes.List(netlink, RouteEntry.SoftlanProtocol).FirstOrDefault(route => route.Destination.Equals(destination));
        return softlans is null
            ? "another program has a route to it on another interface"
            : $"another softlan of this machine, on {NetlinkLinks.Find(netlink, softlans.InterfaceIndex)?.Name ?? "another card"}, "
                + $"leads them to its own party. A game has to ask for {tap.Name}";
    }

    private static bool IsWide(RouteEntry route) => route.Protocol != RouteEntry.SoftlanProtocol && WideRoutes.IsWide(route.Destination);

    private void Remove(RouteEntry route)
    {
        NetlinkResult result = NetlinkRoutes.Delete(netlink, route);
        if (_said.Add(route.Destination))
        {
            ClientLog.WideRouteRemoved(logger, route.Destination.ToString(), tap.Name, result.Succeeded ? "removed" : result.Reason);
        }
    }
}
