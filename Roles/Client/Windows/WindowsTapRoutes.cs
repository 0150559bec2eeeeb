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
/// router in them Windows knows the network again, and with it its category.
/// </remarks>
/// <param name="ip">For questions and changes.</param>
/// <param name="name">The adapter's name.</param>
/// <param name="luid">Its interface.</param>
/// <param name="ipv6Fails">See <see cref="RouteTable"/>.</param>
/// <param name="logger">For what the player should know.</param>
internal sealed class WindowsTapRoutes(IIpHelper ip, string name, ulong luid, Action<string> ipv6Fails, ILogger logger)
{
    private readonly RouteTable _table = new(ip, ipv6Fails);
    private readonly IpInterfaces _interfaces = new(ip);
    private readonly IpAddresses _addresses = new(ip);
    private readonly HashSet<IPNetwork> _said = [];

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
        foreach ((WindowsRoute route, string? failure) in _table.Remove(luid, route => IsUnwanted(route, foreign)))
        {
            if (!_said.Add(route.Destination))
            {
                continue;
            }

            if (foreign.Contains(route.Destination))
            {
                ClientLog.ForeignNetworkRemoved(logger, name, route.Destination, failure ?? "removed");
            }
            else
            {
                ClientLog.WideRouteRemoved(
                    logger,
                    route.NextHop is { } hop ? $"{route.Destination} via {hop}" : route.Destination.ToString(),
                    name,
                    failure ?? "removed");
            }
        }
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
