using System.Net;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Windows;
using Softlan.Wire;

namespace Softlan.Roles.Client.Windows;

/// <summary>The routes on the TAP on Windows: its own networks lead there, and nothing else does.</summary>
/// <remarks>
/// Windows takes routes from the party's DHCP (options 121 and 249) and from its router advertisements, and with metric 1 they would be the best:
/// 0.0.0.0/1 and 128.0.0.0/1 are the whole internet though neither is a default route, and 10.0.0.0/8 by way of the party's router is the office
/// behind the player's own VPN. So what is wider than a party goes, and so does whatever leads on through another machine, set by hand or not:
/// Windows does not say reliably which is which. So do networks that may be somebody's on the internet: such a lease's own, and parts of the IPv6
/// internet that an advertisement calls on-link. Default routes stay listed where <see cref="WindowsTapSettings"/> has switched them off: by the
/// router in them Windows knows the network again, and with it its category. What was there before softlan is put back at its end.
/// </remarks>
/// <param name="ip">For questions and changes.</param>
/// <param name="changes">Where the removal of the player's own is noted.</param>
/// <param name="adapter">The adapter.</param>
/// <param name="luid">Its interface.</param>
/// <param name="before">What is the player's own.</param>
/// <param name="ipv6Fails">See <see cref="RouteTable"/>.</param>
/// <param name="logger">For what the player should know.</param>
internal sealed class WindowsTapRoutes(
    IIpHelper ip,
    HostChanges changes,
    TapAdapter adapter,
    ulong luid,
    WindowsPlayerRoutes before,
    Action<string> ipv6Fails,
    ILogger logger)
{
    private readonly RouteTable _table = new(ip, ipv6Fails);
    private readonly IpInterfaces _interfaces = new(ip);
    private readonly IpAddresses _addresses = new(ip);
    private readonly HashSet<IPNetwork> _said = [];
    private readonly Dictionary<(IPNetwork Destination, IPAddress? NextHop), HostChange> _taken = [];

    /// <summary>Those that Windows would not remove: the next attempts are not noted, or each would write the journal twice.</summary>
    private readonly HashSet<(IPNetwork Destination, IPAddress? NextHop)> _kept = [];

    /// <summary>Removes what must not be. Called often; changes nothing when all is well.</summary>
    /// <param name="addresses">Those of this machine.</param>
    public void Maintain(IReadOnlyList<OwnAddress> addresses)
    {
        IPNetwork[] foreign =
        [
            .. addresses
                .Where(own => own.InterfaceLuid == luid && own.Origin == AddressOrigin.Dhcp && !PlayerIPv4Address.IsLan(own.Network))
                .Select(own => own.Network)
        ];
        foreach (ListedRoute listed in _table.ListOn(luid))
        {
            WindowsRoute route = listed.Route;
            if (!IsUnwanted(route, foreign))
            {
                continue;
            }

            string? failure = TakeAway(listed);
            if (!_said.Add(route.Destination))
            {
                continue;
            }

            if (_taken.ContainsKey(KeyOf(route)))
            {
                ClientLog.WideRouteTakenAway(logger, Name(route), adapter.Name);
            }
            else if (foreign.Contains(route.Destination))
            {
                ClientLog.ForeignNetworkRemoved(logger, adapter.Name, route.Destination, failure ?? "removed");
            }
            else
            {
                ClientLog.WideRouteRemoved(logger, Name(route), adapter.Name, failure ?? "removed");
            }
        }
    }

    /// <summary>Whether a route leads on from the party, or to more than a party, by what it says itself.</summary>
    public static bool LeadsAway(IPNetwork destination, IPAddress? nextHop) =>
        destination.PrefixLength == 0 || nextHop is not null || WideRoutes.IsWide(destination) || WideRoutes.IsForeign(destination);

    private static string Name(WindowsRoute route) => route.NextHop is { } hop ? $"{route.Destination} via {hop}" : route.Destination.ToString();

    private static (IPNetwork Destination, IPAddress? NextHop) KeyOf(WindowsRoute route) => (route.Destination, route.NextHop);

    /// <summary>Removes a route. One that was there before is noted first, once: if Windows or a person adds it again meanwhile, it is there at the
    /// end as well.</summary>
    /// <returns>Why Windows keeps it; null: it does not.</returns>
    private string? TakeAway(ListedRoute listed)
    {
        WindowsRoute route = listed.Route;
        (IPNetwork, IPAddress?) key = KeyOf(route);
        if (before.Contains(route) && LeadsAway(route.Destination, route.NextHop) && !_taken.ContainsKey(key) && !_kept.Contains(key))
        {
            Note(route);
        }

        string? failure = _table.Remove(listed);
        if (failure is null && _kept.Remove(key) && before.Contains(route))
        {
            Note(route);
        }
        else if (failure is not null && _taken.Remove(key, out HostChange? change))
        {
            changes.Forget(change); // It is still there.
            _kept.Add(key);
        }

        return failure;
    }

    /// <summary>It is put back at the end.</summary>
    private void Note(WindowsRoute route)
    {
        IPNetwork to = route.Destination;
        HostChange change = new HostChange.AdapterRouteRemoved(
            adapter.Name, adapter.Id, to.BaseAddress, to.PrefixLength, route.NextHop, route.Metric);
        changes.Make(change, static () => { });
        _taken.Add(KeyOf(route), change);
    }

    private bool IsUnwanted(WindowsRoute route, IPNetwork[] foreign) => !route.IsLocal
        && (route.Destination.PrefixLength == 0
            ? !AreDefaultRoutesOff(SocketAddresses.FamilyOf(route.Destination.BaseAddress))
            : route.NextHop is not null || WideRoutes.IsWide(route.Destination) || IsForeign(route.Destination, foreign));

    private bool IsForeign(IPNetwork network, IPNetwork[] foreign) =>
        (WideRoutes.IsForeign(network) || foreign.Any(lease => lease.Contains(network.BaseAddress)))
        && !_addresses.IsOwn(network.BaseAddress);

    /// <summary>The settings of IPv6 are best effort.</summary>
    private bool AreDefaultRoutesOff(ushort family)
    {
        try
        {
            return _interfaces.Read(luid, family) is { DefaultRoutesDisabled: true };
        }
        catch (SoftlanException)
        {
            return false;
        }
    }
}
