using System.Net;
using Microsoft.Extensions.Logging;

namespace Softlan.Roles.Client;

/// <summary>Holds the ways to addresses of the player's own networks, while the party's network would take them over.</summary>
internal sealed class HomeHostRoutes(IRelayRoutes routes, HostChanges changes, ILogger logger)
{
    /// <summary>Addresses that are remembered. When there are more, those that are not asked for now are forgotten.</summary>
    public const int MaxKnown = 64;

    private readonly Dictionary<IPAddress, HomeHostRoute> _byAddress = [];

    /// <summary>Looks after each of these addresses. Called often; changes nothing when all is well.</summary>
    /// <param name="own">What must stay reached where it is. One that is no longer among them is let go.</param>
    /// <param name="party">What the TAP leads to, or will in a moment.</param>
    public void Hold(IReadOnlyCollection<IPAddress> own, IReadOnlyCollection<IPNetwork> party)
    {
        foreach (IPAddress gone in _byAddress.Keys.Except(own).ToArray())
        {
            // It is kept, since it knows whose the address is: a network card may be away for a moment.
            _byAddress[gone].Release();
            if (_byAddress.Count > MaxKnown)
            {
                _byAddress.Remove(gone);
            }
        }

        foreach (IPAddress address in own)
        {
            if (!_byAddress.TryGetValue(address, out HomeHostRoute? hostRoute))
            {
                _byAddress[address] = hostRoute = new HomeHostRoute(address, routes, changes, logger);
            }

            hostRoute.Look(isCovered: party.Any(network => network.Contains(address)));
        }
    }
}
