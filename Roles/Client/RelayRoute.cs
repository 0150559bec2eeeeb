using System.Net;

namespace Softlan.Roles.Client;

/// <summary>The way a datagram takes to the relay. Two are equal when they leave through the same interface to the same neighbour.</summary>
/// <param name="InterfaceIndex">The operating system's number of the interface.</param>
/// <param name="Interface">Its name, for messages.</param>
/// <param name="Gateway">The next router; null: the relay is on-link.</param>
/// <param name="Kind">What sort of route it is.</param>
internal sealed record RelayRoute(int InterfaceIndex, string Interface, IPAddress? Gateway, RelayRouteKind Kind = RelayRouteKind.Network)
{
    /// <summary>The source address that the route asks for, where it does; a host route keeps it.</summary>
    public IPAddress? Source { get; init; }

    public bool Equals(RelayRoute? other) =>
        other is not null && InterfaceIndex == other.InterfaceIndex && Equals(Gateway, other.Gateway) && Kind == other.Kind;

    public override int GetHashCode() => HashCode.Combine(InterfaceIndex, Gateway, Kind);

    public override string ToString() => Gateway is null ? Interface : $"{Interface} via {Gateway}";
}
