namespace Softlan.Roles.Client;

internal enum RelayRouteKind
{
    /// <summary>Through a network.</summary>
    Network,

    /// <summary>To this host itself; no other route can come before it.</summary>
    Local,

    /// <summary>Into softlan's own TAP.</summary>
    Tunnel,
}
