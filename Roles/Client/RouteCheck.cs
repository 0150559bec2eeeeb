namespace Softlan.Roles.Client;

/// <summary>What a look at the relay's route found.</summary>
internal enum RouteCheck
{
    /// <summary>As it was.</summary>
    Unchanged,

    /// <summary>The host's network changed, and the host route was moved along.</summary>
    Moved,

    /// <summary>There was no network to the relay, and there is one now.</summary>
    Back,

    /// <summary>There is no network to the relay now; nothing to do but wait for one.</summary>
    NoRoute,

    /// <summary>The tunnel's own network took over the way to the relay: the tunnel would carry itself.</summary>
    Captured,
}
