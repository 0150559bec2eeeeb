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
    /// <summary>Addresses of the relay whose ways are remembered: far more than one has. At one more all are forgotten, and nothing is told of an
    /// outage that has begun by then.</summary>
    private const int MaxWays = 16;

    private readonly HeldRoute _held = new(routes, changes);
    private readonly Dictionary<IPAddress, RelayRoute?> _ways = [];
    private RelayRoute? _wanted;
    private bool _isUnderRules;
    private bool _isLate;
    private bool _isCutOff;
    private RelayRoute? _failed;
    private bool _saidCannotHold;

    /// <summary>Which relay the route leads to; null before the first.</summary>
    public IPAddress? Relay { get; private set; }

    /// <summary>Holds the way to <paramref name="relay"/>, and releases the one before. Call it before anything is sent there. That there is no way
    /// to an address tried for the first time is not told here: whoever connects fails with the reason.</summary>
    public RouteCheck MoveTo(IPAddress relay)
    {
        if (!relay.Equals(Relay))
        {
            Release();
            Relay = relay;
            _wanted = null;
            _isLate = false;
            if (_ways.Count >= MaxWays)
            {
                _ways.Clear();
            }
        }

        RouteCheck found = Look(relay);
        if (found == RouteCheck.NoRoute)
        {
            IPAddress? lost = ForgetWay(relay);
            TellCutOff(_ways.Values.All(way => way is null) ? lost : null);
        }
        else if (found != RouteCheck.Captured)
        {
            NoteWay(relay, _wanted);
        }

        return found;
    }

    /// <summary>Looks whether the way still is what it should be, and corrects it. What changed is told here.</summary>
    /// <remarks>While there is no way to the address that was tried last, the others that were tried count as well: the last of a round may be one of
    /// IPv6 on a machine that has none.</remarks>
    public RouteCheck Check()
    {
        RouteCheck found = Relay is null ? RouteCheck.Unchanged : Look(Relay);
        switch (found)
        {
            case RouteCheck.NoRoute:
                return LookElsewhere(Relay!);
            case RouteCheck.Moved:
                NoteWay(Relay!, _wanted, isMoved: true);
                ClientLog.RouteMoved(logger, Relay!, _wanted!);
                return found;
            case RouteCheck.Unchanged when Relay is not null:
                return NoteWay(Relay, _wanted) ? RouteCheck.Back : found;
            default:
                return found;
        }
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
            return RouteCheck.NoRoute; // A host route that still stands is left alone: the network may come back as it was.
        }

        return FollowRules(now, wanted) ?? Hold(now, wanted!);
    }

    /// <summary>There is no way to the address that was tried last.</summary>
    private RouteCheck LookElsewhere(IPAddress relay)
    {
        IPAddress? lost = ForgetWay(relay);
        bool hasWay = false;
        bool isBack = false;
        foreach ((IPAddress other, RelayRoute? before) in _ways.Where(way => !way.Key.Equals(relay)).ToArray())
        {
            if (FindOther(other) is { } way)
            {
                hasWay = true;
                isBack |= NoteWay(other, way) || !way.Equals(before);
            }
            else
            {
                lost = ForgetWay(other) ?? lost;
            }
        }

        TellCutOff(hasWay ? null : lost);
        return isBack ? RouteCheck.Back : RouteCheck.NoRoute;
    }

    /// <summary>The way to an address that no route is held for.</summary>
    private RelayRoute? FindOther(IPAddress relay) =>
        routes.Find(relay) is { } way and not { Kind: RelayRouteKind.Tunnel } ? way : routes.FindWithoutSoftlan(relay);

    /// <returns>There was none before.</returns>
    private bool NoteWay(IPAddress relay, RelayRoute? way, bool isMoved = false)
    {
        bool isBack = way is not null && _ways.TryGetValue(relay, out RelayRoute? before) && before is null;
        _ways[relay] = way;
        if (_isCutOff && way is not null)
        {
            _isCutOff = false;
            if (!isMoved)
            {
                ClientLog.RouteIsBack(logger, relay, way);
            }
        }

        return isBack;
    }

    /// <returns>The address, if there was a way to it before.</returns>
    private IPAddress? ForgetWay(IPAddress relay)
    {
        bool hadWay = _ways.GetValueOrDefault(relay) is not null;
        _ways[relay] = null;
        return hadWay ? relay : null;
    }

    /// <summary>Once for an outage.</summary>
    /// <param name="lost">The address whose way was the last; null: it is none, or not the last.</param>
    private void TellCutOff(IPAddress? lost)
    {
        if (lost is not null && !_isCutOff)
        {
            _isCutOff = true;
            ClientLog.NoRouteToRelay(logger, lost);
        }
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
        return now is null ? RouteCheck.NoRoute : moved ? RouteCheck.Moved : RouteCheck.Unchanged;
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
