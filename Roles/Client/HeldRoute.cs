using System.Net;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>A host route of softlan's own, noted in the journal before it is made, so that it goes even after a crash.</summary>
internal sealed class HeldRoute(IRelayRoutes routes, HostChanges changes)
{
    private HostChange.RouteAdded? _own;

    /// <summary>It was made and not released. The kernel may have taken it away since.</summary>
    public bool IsHeld => _own is not null;

    /// <summary>Makes it. To be released before another is made.</summary>
    /// <returns>Why it cannot be made; null: it is there.</returns>
    public string? Hold(IPAddress address, RelayRoute via)
    {
        HostChange.RouteAdded change = new(address, IPNetworks.HostPrefixOf(address), via.Gateway, via.Interface, via.InterfaceIndex);
        try
        {
            changes.Make(change, () => routes.AddHostRoute(address, via));
            _own = change;
            return null;
        }
        catch (SoftlanException e)
        {
            return e.Message;
        }
    }

    /// <summary>Takes it away, if there is one. A route that somebody else made stays.</summary>
    public void Release()
    {
        if (_own is { } own)
        {
            _own = null;
            changes.Undo(own);
        }
    }
}
