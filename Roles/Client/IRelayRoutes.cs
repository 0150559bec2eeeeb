using System.Net;

namespace Softlan.Roles.Client;

/// <summary>The host's routes, as far as the way to the relay needs them.</summary>
internal interface IRelayRoutes
{
    /// <summary>What the operating system would do with a datagram to <paramref name="destination"/> now, all rules considered; null: there is no
    /// route.</summary>
    RelayRoute? Find(IPAddress destination);

    /// <summary>The best route of the main table that is neither softlan's own nor leads into this client's TAP; null: there is none.</summary>
    RelayRoute? FindWithoutSoftlan(IPAddress destination);

    /// <summary>Whether exactly this host route exists, whoever made it.</summary>
    bool HasHostRoute(IPAddress destination, RelayRoute via);

    /// <summary>Adds a route for this one address. Throws <see cref="Wire.SoftlanException"/>.</summary>
    void AddHostRoute(IPAddress destination, RelayRoute via);
}
