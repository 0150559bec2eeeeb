using System.Net;
using Microsoft.Extensions.Logging;

namespace Softlan.Roles.Client;

/// <summary>Holds the way to the relay outside the tunnel by a host route, whatever routes the party's network brings along.</summary>
/// <remarks>
/// The wanted way is the one that the host would take without softlan. An identical host route that exists is borrowed and never deleted. Where rules
/// beyond the main table decide (a VPN with a table of its own), a route in the main table would change the way instead of holding it: then no
/// route is made, and the checks alone stand guard.
/// </remarks>
internal sealed class RelayHostRoute(IRelayRoutes routes, HostChanges changes, ILogger logger)
{
    private readonly HeldRoute _held = new(routes, changes);
    private RelayRoute? _wanted;
    private bool _isUnderRules;
    private bool _isLate;
    private bool _saidNoRoute;
    private RelayRoute? _failed;
    private bool _saidCannotHold;

    /// <summary>Which relay the route leads to; null before the first.</summary>
    public IPAddress? Relay { get; private set; }

    /// <summary>The way to it; null while there is none.</summary>
    public RelayRoute? Route => _wanted;

    /// <summary>Holds the way to <paramref name="relay"/>, and releases the one before. Call it before anything is sent there.</summary>
    public RouteCheck MoveTo(IPAddress relay)
    {
        if (!relay.Equals(Relay))
        {
            Release();
            Relay = relay;
            _wanted = null;
            _isLate = false;
            _saidNoRoute = false;
        }

        return Check();
    }

    /// <summary>Looks whether the way still is what it should be, and corrects it. A way that was lost and is there again is told here; that it is
    /// another one than before tells whoever asks.</summary>
    public RouteCheck Check()
    {
        RouteCheck found = Relay is null ? RouteCheck.Unchanged : Look(Relay);
        if (found == RouteCheck.Unchanged && _saidNoRoute && _wanted is { } route)
        {
            ClientLog.RouteIsBack(logger, Relay!, route);
        }

        _saidNoRoute &= found == RouteCheck.NoRoute;
        return found;
    }

    /// <summary>Takes the route away. A borrowed route stays.</summary>
    public void Release()
    {
        _held.Release();
        _isUnderRules = false;
    }

    private RouteCheck Look(IPAddress relay)
    {
        RelayRoute? now = routes.Find(relay);
        if (now is { Kind: RelayRouteKind.Local })
        {
            bool wasElsewhere = _wanted is not null and not { Kind: RelayRouteKind.Local };
            Release();
            _wanted = now;
            return wasElsewhere ? RouteCheck.Moved : RouteCheck.Unchanged;
        }

        RelayRoute? wanted = routes.FindWithoutSoftlan(relay);
        if (wanted is null && !_isUnderRules && (_wanted is not null || now is null or { Kind: RelayRouteKind.Tunnel }))
        {
            return LostRoute(); // A host route that still stands is left alone: the network may come back as it was.
        }

        return FollowRules(now, wanted) ?? Hold(now, wanted!);
    }

    private RouteCheck LostRoute()
    {
        if (!_saidNoRoute)
        {
            _saidNoRoute = true;
            ClientLog.NoRouteToRelay(logger, Relay!);
        }

        return RouteCheck.NoRoute;
    }

    /// <summary>Where rules beyond the main table lead elsewhere than the main table would, there is nothing to hold. Null: they do not.</summary>
    private RouteCheck? FollowRules(RelayRoute? now, RelayRoute? wanted)
    {
        bool isFirstLook = _wanted is null;
        if (!_isUnderRules && (!isFirstLook || now is null or { Kind: RelayRouteKind.Tunnel } || now.Equals(wanted)))
        {
            // With a host route in place the answer is that route, which says nothing about rules.
            return null;
        }

        if (now is { Kind: RelayRouteKind.Tunnel })
        {
            return RouteCheck.Captured;
        }

        if (!_isUnderRules)
        {
            _isUnderRules = true;
            ClientLog.RouteFollowed(logger, Relay!, now!);
        }

        bool moved = !isFirstLook && !Equals(now, _wanted);
        _wanted = now;
        return now is null ? LostRoute() : moved ? RouteCheck.Moved : RouteCheck.Unchanged;
    }

    private RouteCheck Hold(RelayRoute? now, RelayRoute wanted)
    {
        bool moved = _wanted is not null && !wanted.Equals(_wanted);
        bool isHeld = true;
        // The kernel takes a host route away with the last address of its interface, and says so to nobody when the same network comes back.
        if (!wanted.Equals(_wanted) || !wanted.Equals(now) || !routes.HasHostRoute(Relay!, wanted))
        {
            Release();
            _wanted = wanted;
            isHeld = Make(wanted);
            now = routes.Find(Relay!);
        }

        if (now is { Kind: RelayRouteKind.Tunnel })
        {
            return RouteCheck.Captured;
        }

        if (!isHeld && now is not null && routes.HasHostRoute(Relay!, now))
        {
            // Another client of this machine still holds the way of before: the next check tries again, and tells of the move once it is one.
            _isLate |= moved;
            return RouteCheck.Unchanged;
        }

        moved |= _isLate;
        _isLate = false;

        if (!wanted.Equals(now))
        {
            // Something stronger than the main table came up since: leave the way to it.
            Release();
            _isUnderRules = true;
            _wanted = now;
            ClientLog.RouteFollowed(logger, Relay!, now ?? wanted);
        }

        return moved ? RouteCheck.Moved : RouteCheck.Unchanged;
    }

    /// <returns>Such a route is there now.</returns>
    private bool Make(RelayRoute via)
    {
        if (routes.HasHostRoute(Relay!, via))
        {
            ClientLog.RouteBorrowed(logger, Relay!, via);
            return true;
        }

        if (_held.Hold(Relay!, via) is not { } failure)
        {
            ClientLog.RouteHeld(logger, Relay!, via);
            return true;
        }

        if (!via.Equals(_failed))
        {
            (_failed, _saidCannotHold) = (via, false);
        }
        else if (!_saidCannotHold)
        {
            // Tried with every check; said once for each way, and not for what is over by the next.
            _saidCannotHold = true;
            ClientLog.CannotHoldRoute(logger, failure);
        }

        return false;
    }
}
