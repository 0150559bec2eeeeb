using System.Net;
using Microsoft.Extensions.Logging;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>Holds the way to one address of the player's own networks by a host route, while the party's network covers it.</summary>
/// <remarks>
/// The wanted way is the one that the host takes by itself. Where rules beyond the main table decide (a VPN with a table of its own), it is the one
/// that was seen before the party covered the address: the party's network can only win over such rules where the main table is asked first, and
/// there a host route to the same end wins over the party's network.
/// <para>
/// An address that has only ever been seen covered is the party's, unless it is a neighbour in one of the player's own networks: a player may ask the
/// party's name server on purpose.
/// </para>
/// </remarks>
internal sealed class HomeHostRoute(IPAddress address, IRelayRoutes routes, HostChanges changes, ILogger logger)
{
    private readonly HeldRoute _held = new(routes, changes);
    private RelayRoute? _way;
    private bool _isUnderRules;
    private bool _isKnown;
    private bool _saidHeld;
    private bool _saidLost;

    /// <summary>Follows the network, and holds or lets go of the way. Where the kernel does not tell a way (it has no IPv6, or a rule prohibits the
    /// address), all stays as it is.</summary>
    /// <param name="isCovered">Whether the party's network contains the address, or will in a moment.</param>
    public void Look(bool isCovered)
    {
        try
        {
            Follow(isCovered);
        }
        catch (SoftlanException e)
        {
            if (isCovered && !_saidLost)
            {
                _saidLost = true;
                ClientLog.CannotHold(logger, address, e.Message);
            }
        }
    }

    /// <summary>Takes the host route away. A route that somebody else made stays.</summary>
    public void Release() => _held.Release();

    private void Follow(bool isCovered)
    {
        RelayRoute? now = routes.Find(address);
        RelayRoute? before = _way;
        _way = FindWay(now);
        if (!isCovered || now is { Kind: RelayRouteKind.Local })
        {
            Release();
            return;
        }

        if (_way is null)
        {
            _way = before; // A host route that still stands is left alone: the network may come back as it was, or the system did not say.
            return;
        }

        if (!_way.Equals(before))
        {
            Release();
        }

        string? failure = null;
        if (!routes.HasHostRoute(address, _way))
        {
            // The kernel takes a host route away with the last address of its interface.
            Release();
            failure = _held.Hold(address, _way);
            _isUnderRules &= failure is null; // That way may be gone: the main table's next time.
        }

        Tell(routes.Find(address), _way, failure);
    }

    /// <summary>The way outside the tunnel; null while there is none.</summary>
    private RelayRoute? FindWay(RelayRoute? now)
    {
        RelayRoute? main = routes.FindWithoutSoftlan(address);
        if (!_held.IsHeld && now is { Kind: RelayRouteKind.Network })
        {
            _isUnderRules = !now.Equals(main);
            _isKnown = true;
            return now; // Nothing of softlan's is in the way.
        }

        if (!_isKnown && main is { Gateway: not null })
        {
            return null;
        }

        // With a host route in place the answer is that route, and says nothing about rules; one that went took its interface along.
        _isUnderRules &= _way is not null && (!_held.IsHeld || routes.HasHostRoute(address, _way));
        return _isUnderRules ? _way : main;
    }

    private void Tell(RelayRoute? now, RelayRoute way, string? failure)
    {
        if (now is { Kind: RelayRouteKind.Network } && failure is null && !_saidHeld)
        {
            _saidHeld = true;
            ClientLog.HeldAtHome(logger, address, way);
        }
        else if (now is { Kind: RelayRouteKind.Tunnel } && !_saidLost)
        {
            _saidLost = true;
            ClientLog.CannotHold(logger, address, failure ?? "a route or a rule of this machine leads it there.");
        }
    }
}
