using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;

namespace Softlan.Roles.Client.Linux;

/// <summary>The routes on the TAP: broadcasts and multicasts of games lead to the party, and nothing else but its own network does.</summary>
/// <param name="netlink">For questions and changes.</param>
/// <param name="tap">The interface.</param>
/// <param name="home">What must not be led to the party; null where somebody else looks after the interface.</param>
/// <param name="before">The routes that were on it before this client, and are put back at its end if they are removed.</param>
/// <param name="logger">For what the player should know.</param>
[SupportedOSPlatform("linux")]
internal sealed class LinuxTapRoutes(
    NetlinkSocket netlink, LinuxTapSettings tap, LinuxHomeGuard? home, IEnumerable<RouteEntry> before, ILogger logger)
{
    /// <summary>Routes that are put back; of a TAP that had more wide ones the rest stays away.</summary>
    private const int MaxPutBack = 256;

    // Linux sends what goes to these out by the default route unless the sender bound itself to an interface, which games do not do: they would
    // search the home network.
    private static readonly IPNetwork[] PartyDestinations = [new(IPAddress.Broadcast, 32), new(IPAddress.Parse("224.0.0.0"), 4)];

    /// <summary>Routes that are spoken of; a party that brings more has the others removed without a word.</summary>
    private const int MaxSaid = 64;

    // What expires was advertised, and is again when there is somebody to do so.
    private readonly HashSet<RouteEntry> _before =
        [.. before.Where(route => !route.Expires && (IsWide(route) || WideRoutes.IsGlobalIPv6(route.Destination))).Take(MaxPutBack)];

    private readonly HashSet<IPNetwork> _noted = [];
    private readonly HashSet<IPNetwork> _said = [];

    /// <summary>Adds what is missing and removes what must not be. Called often; changes nothing when all is well.</summary>
    /// <param name="now">The TAP and its addresses.</param>
    /// <param name="main">The routes of the main table.</param>
    public void Maintain(in TapSnapshot now, IReadOnlyList<RouteEntry> main)
    {
        LinkEntry link = now.Link;
        IReadOnlyList<RouteEntry> routes = [.. main.Where(route => route.InterfaceIndex == link.Index)];
        IReadOnlyList<InterfaceAddress> addresses = [.. now.Own];
        home?.Look(main, link.Index);

        // Without an address of its own the TAP would only swallow what the home network should get.
        bool hasAddress = addresses.Any(address => address.Address.AddressFamily == AddressFamily.InterNetwork);
        if (link.IsUp && hasAddress)
        {
            var failures =
                from destination in PartyDestinations
                where !routes.Any(route => route.Destination.Equals(destination))
                let failure = Add(destination, link.Index)
                where failure is not null && _said.Add(destination)
                group destination by failure;
            foreach (IGrouping<string, IPNetwork> failure in failures)
            {
                ClientLog.BroadcastsLeadElsewhere(logger, string.Join(" and ", failure), failure.Key);
            }
        }

        if (home is not null)
        {
            foreach (RouteEntry route in routes.Where(route => IsWide(route) || IsForeign(route, addresses, home.Servers)))
            {
                Remove(route);
            }
        }
    }

    /// <returns>Why it cannot be added; null: it is there.</returns>
    private string? Add(IPNetwork destination, int interfaceIndex)
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

        return result.Succeeded ? null : result.AlreadyExists ? WhoHas(destination) : result.Reason;
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

    /// <summary>A part of the IPv6 internet that an advertisement calls on-link. One that belongs to an address which a person gave is that person's
    /// affair.</summary>
    private static bool IsForeign(RouteEntry route, IReadOnlyList<InterfaceAddress> addresses, IReadOnlyList<IPAddress> nameServers) =>
        route.Protocol is RouteEntry.KernelProtocol or RouteEntry.AdvertisementProtocol
        && (WideRoutes.IsForeign(route.Destination)
            || (WideRoutes.IsGlobalIPv6(route.Destination) && nameServers.Any(route.Destination.Contains)))
        && !addresses.Any(address => address.IsPermanent && route.Destination.Contains(address.Address));

    private void Remove(RouteEntry route)
    {
        bool wasThere = _before.Contains(route);
        NetlinkResult result = wasThere ? TakeAway(route) : NetlinkRoutes.Delete(netlink, route);
        if (_said.Count < MaxSaid && _said.Add(route.Destination))
        {
            string destination = route.Destination.ToString();
            if (wasThere && result.Succeeded)
            {
                ClientLog.WideRouteTakenAway(logger, destination, tap.Name);
            }
            else
            {
                ClientLog.WideRouteRemoved(logger, destination, tap.Name, result.Succeeded ? "removed" : result.Reason);
            }
        }
    }

    /// <summary>Removes a route that is put back at the end, once: whoever adds it again meanwhile finds it there then.</summary>
    private NetlinkResult TakeAway(RouteEntry route)
    {
        NetlinkResult result = default;
        IPNetwork to = route.Destination;
        HostChange.RouteRemoved removed = new(
            tap.Name, to.BaseAddress, to.PrefixLength, route.Gateway, route.IsGatewayOnLink, route.PreferredSource, route.Metric, route.Protocol);
        try
        {
            tap.Make(removed, () =>
            {
                result = NetlinkRoutes.Delete(netlink, route);
                result.ThrowIfFailed($"Cannot remove the {removed}"); // It is still there, and nothing to put back.
            });
            _before.Remove(route);
        }
        catch (SoftlanException) when (!result.Succeeded)
        {
            // As the result says.
        }

        return result;
    }
}
