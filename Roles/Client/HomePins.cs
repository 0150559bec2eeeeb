using System.Net;
using Microsoft.Extensions.Logging;

namespace Softlan.Roles.Client;

/// <summary>Holds the ways to addresses of the player's own networks, while the party's network would take them over.</summary>
internal sealed class HomePins(IRelayRoutes routes, HostChanges changes, ILogger logger)
{
    /// <summary>Addresses that are remembered. When there are more, those that are not asked for now are forgotten.</summary>
    public const int MaxKnown = 64;

    private readonly Dictionary<IPAddress, HomePin> _pins = [];

    /// <summary>Looks after each of these addresses. Called often; changes nothing when all is well.</summary>
    /// <param name="own">What must stay reached where it is. One that is no longer among them is let go.</param>
    /// <param name="party">What the TAP leads to, or will in a moment.</param>
    public void Hold(IReadOnlyCollection<IPAddress> own, IReadOnlyCollection<IPNetwork> party)
    {
        foreach (IPAddress gone in _pins.Keys.Except(own).ToArray())
        {
            // It is kept, since it knows whose the address is: a network card may be away for a moment.
            _pins[gone].Release();
            if (_pins.Count > MaxKnown)
            {
                _pins.Remove(gone);
            }
        }

        foreach (IPAddress address in own)
        {
            if (!_pins.TryGetValue(address, out HomePin? pin))
            {
                _pins[address] = pin = new HomePin(address, routes, changes, logger);
            }

            pin.Look(isCovered: party.Any(network => network.Contains(address)));
        }
    }
}
