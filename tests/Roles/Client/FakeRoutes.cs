using System.Net;
using Softlan.Roles.Client;
using Softlan.Wire;

namespace Softlan.Tests.Roles.Client;

/// <summary>A machine's routes with Linux' rules: the longest prefix wins, then the lowest metric; rules may come before the main table; local
/// addresses before everything.</summary>
internal sealed class FakeRoutes : IRelayRoutes, IHostUndo
{
    public const int Wlan = 2;
    public const int Eth = 3;
    public const int Tap = 9;

    private static readonly Dictionary<int, string> Names = new() { [1] = "lo", [Wlan] = "wlan0", [Eth] = "eth0", [Tap] = "softlan0" };

    /// <summary>The main table.</summary>
    public List<FakeRoute> Table { get; } = [];

    /// <summary>Looked at before the main table, as a VPN's rules are.</summary>
    public List<FakeRoute> Rules { get; } = [];

    public HashSet<IPAddress> LocalAddresses { get; } = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>Changes that were taken back, in that order.</summary>
    public List<string> Undone { get; } = [];

    public int Added { get; private set; }

    /// <summary>Looking up this address fails, as where a rule prohibits it.</summary>
    public IPAddress? Prohibited { get; set; }

    /// <summary>Adding a route fails with this.</summary>
    public SoftlanException? RefusesToAdd { get; set; }

    public static FakeRoute Route(string destination, int index, string? gateway = null, uint metric = 0, bool isSoftlans = false)
    {
        IPNetwork network = IPNetwork.Parse(destination);
        return new FakeRoute(network, index, gateway is null ? null : IPAddress.Parse(gateway), metric, isSoftlans);
    }

    public RelayRoute? Find(IPAddress destination) =>
        destination.Equals(Prohibited) ? throw SoftlanException.Create("Cannot look up the route", "permission denied")
        : LocalAddresses.Contains(destination)
            ? new RelayRoute(1, "lo", null, RelayRouteKind.Local)
            : Best(Rules, destination) ?? Best(Table, destination);

    public RelayRoute? FindWithoutSoftlan(IPAddress destination) =>
        Best(Table.Where(route => !route.IsSoftlans && route.InterfaceIndex != Tap), destination);

    public bool HasHostRoute(IPAddress destination, RelayRoute via) =>
        Table.Any(route => IsHostRoute(route, destination) && route.InterfaceIndex == via.InterfaceIndex && Equals(route.Gateway, via.Gateway));

    public void AddHostRoute(IPAddress destination, RelayRoute via)
    {
        Added++;
        if (RefusesToAdd is { } refusal)
        {
            throw refusal;
        }

        FakeRoute route = new(
            IPNetworks.HostOf(destination), via.InterfaceIndex, via.Gateway, 0, IsSoftlans: true);
        if (Table.Any(other => other.Destination.Equals(route.Destination) && other.Metric == route.Metric))
        {
            throw SoftlanException.Create("Cannot add the route", "File exists");
        }

        Table.Add(route);
    }

    /// <summary>Taking this one back fails, with an exception that nobody expects.</summary>
    public HostChange? RefusesToUndo { get; set; }

    public void Undo(HostChange change)
    {
        if (change.Equals(RefusesToUndo))
        {
            throw new AggregateException("stuck");
        }

        Undone.Add(change.ToString());
        if (change is HostChange.RouteAdded added)
        {
            Table.RemoveAll(route =>
                route.IsSoftlans && IsHostRoute(route, added.Destination)
                && route.InterfaceIndex == added.InterfaceIndex && Equals(route.Gateway, added.Gateway));
        }
    }

    /// <summary>The interface goes down: its routes go with it.</summary>
    public void TakeDown(int index) => Table.RemoveAll(route => route.InterfaceIndex == index);

    private static bool IsHostRoute(FakeRoute route, IPAddress destination) =>
        route.Destination.Equals(IPNetworks.HostOf(destination));

    private static RelayRoute? Best(IEnumerable<FakeRoute> table, IPAddress destination) =>
        table.Where(route => route.Destination.Contains(destination))
            .OrderByDescending(route => route.Destination.PrefixLength)
            .ThenBy(route => route.Metric)
            .Select(route => new RelayRoute(
                route.InterfaceIndex, Names[route.InterfaceIndex], route.Gateway,
                route.InterfaceIndex == Tap ? RelayRouteKind.Tunnel : RelayRouteKind.Network))
            .FirstOrDefault();
}

internal sealed record FakeRoute(IPNetwork Destination, int InterfaceIndex, IPAddress? Gateway, uint Metric, bool IsSoftlans);
