using System.Net;
using Softlan.Wire;
using static Softlan.Platform.Windows.NativeIphlpapi;

namespace Softlan.Platform.Windows;

/// <summary>Reads and changes the forwarding table.</summary>
/// <param name="ip">For questions and changes.</param>
/// <param name="ipv6Fails">Told why Windows does not tell the routes of IPv6, where that is neither IPv6 switched off nor a matter of a moment. It is
/// no exception: a PC whose IPv6 is out of order plays by IPv4.</param>
internal sealed class RouteTable(IIpHelper ip, Action<string>? ipv6Fails = null)
{
    /// <summary>So many unlisted answers in a row about IPv6 are a matter of a moment; the next is told. A minute, at one look every 5 s.</summary>
    public const int MaxOddIPv6 = 12;

    private const string RestartHint = "restart the PC, then start softlan again";

    private readonly OddAnswers _odd = new();
    private readonly Dictionary<ushort, MIB_IPFORWARD_ROW2[]> _known = [];

    /// <summary>The route that Windows would take now, everything considered; null: there is none.</summary>
    /// <exception cref="SoftlanException">Windows does not say.</exception>
    public WindowsRoute? FindBest(IPAddress destination)
    {
        ushort family = SocketAddresses.FamilyOf(destination);
        int error = ip.FindBestRoute(SocketAddresses.ToNative(destination), out MIB_IPFORWARD_ROW2 row);
        switch (error)
        {
            case 0:
                _odd.Forget(nameof(GetBestRoute2), family);
                return Describe(row, interfaceMetric: 0);
            case Win32Error.ERROR_FILE_NOT_FOUND or Win32Error.ERROR_NOT_FOUND
                or Win32Error.ERROR_NETWORK_UNREACHABLE or Win32Error.ERROR_HOST_UNREACHABLE:
                _odd.Forget(nameof(GetBestRoute2), family);
                return null;
            case var _ when OddAnswers.MeansNone(family, error):
                _odd.Forget(nameof(GetBestRoute2), family);
                return null;
            case var _ when family == AF_INET && !_odd.Forgives(nameof(GetBestRoute2), family, error):
                throw Win32Error.ToException($"Cannot find the route to {destination}", nameof(GetBestRoute2), error, RestartHint);
            default:
                if (family == AF_INET6)
                {
                    ForgiveIPv6(nameof(GetBestRoute2), error);
                }

                // Not "no route": whoever holds a host route would give it up for a moment's trouble. The table says what Windows does not.
                return FindAll(destination) is [var best, ..] ? best : null;
        }
    }

    /// <summary>The routes that contain <paramref name="destination"/> on interfaces that are connected and may use them, best first: the longest
    /// prefix, then the lowest metric.</summary>
    /// <exception cref="SoftlanException">Windows does not give its table.</exception>
    public IReadOnlyList<WindowsRoute> FindAll(IPAddress destination)
    {
        List<WindowsRoute> found = [];
        foreach (MIB_IPFORWARD_ROW2 row in List(SocketAddresses.FamilyOf(destination)))
        {
            MIB_IPINTERFACE_ROW itf = new() { Family = row.DestinationPrefix.Prefix.si_family, InterfaceLuid = row.InterfaceLuid };
            if (Describe(row, 0) is { } route
                && route.Destination.Contains(destination)
                && ip.ReadInterface(ref itf) == 0
                && itf.Connected != 0
                && (route.Destination.PrefixLength > 0 || itf.DisableDefaultRoutes == 0))
            {
                found.Add(route with { Metric = row.Metric + itf.Metric });
            }
        }

        return [.. found.OrderByDescending(route => route.Destination.PrefixLength).ThenBy(route => route.Metric)];
    }

    /// <summary>Whether exactly this host route exists, whoever made it.</summary>
    public bool HasHostRoute(IPAddress destination, int interfaceIndex, IPAddress? nextHop) =>
        List(SocketAddresses.FamilyOf(destination)).Any(row => IsHostRoute(row, destination, interfaceIndex, nextHop));

    /// <summary>Adds a host route with the lowest metric, as a program does it.</summary>
    /// <exception cref="SoftlanException">Windows refuses, or the route is there already.</exception>
    public void AddHostRoute(IPAddress destination, int interfaceIndex, IPAddress? nextHop)
    {
        int error = ip.AddRoute(HostRoute(destination, interfaceIndex, nextHop));
        if (error != 0)
        {
            throw Win32Error.ToException($"Cannot hold the route to {destination}", nameof(CreateIpForwardEntry2), error);
        }
    }

    /// <summary>Removes a host route as the table holds it; one that is gone already is no failure.</summary>
    /// <exception cref="SoftlanException">Windows refuses.</exception>
    public void RemoveHostRoute(IPAddress destination, int interfaceIndex, IPAddress? nextHop)
    {
        foreach (MIB_IPFORWARD_ROW2 row in List(SocketAddresses.FamilyOf(destination), maxOdd: 0)
            .Where(row => row.Protocol == MIB_IPPROTO_NETMGMT && IsHostRoute(row, destination, interfaceIndex, nextHop)))
        {
            int error = ip.RemoveRoute(row);
            if (error != 0 && !Win32Error.IsMissing(error))
            {
                throw Win32Error.ToException(
                    $"Cannot remove the route to {destination}", nameof(DeleteIpForwardEntry2), error, $"route delete {destination}");
            }
        }
    }

    /// <summary>The routes on an interface, with their own metrics.</summary>
    /// <exception cref="SoftlanException">Windows does not give its table of IPv4.</exception>
    public IReadOnlyList<ListedRoute> ListOn(ulong luid) => [.. ListOn(luid, AF_INET), .. ListOn(luid, AF_INET6)];

    /// <summary>Those of one family.</summary>
    /// <param name="luid">The interface.</param>
    /// <param name="family">AF_INET or AF_INET6.</param>
    /// <param name="maxOdd">How many unlisted answers in a row count as the routes of the last time; 0 for who must know.</param>
    /// <exception cref="SoftlanException">Windows does not give its table.</exception>
    public IReadOnlyList<ListedRoute> ListOn(ulong luid, ushort family, int maxOdd = OddAnswers.Max)
    {
        List<ListedRoute> listed = [];
        foreach (MIB_IPFORWARD_ROW2 row in List(family, maxOdd))
        {
            if (row.InterfaceLuid == luid && Describe(row, interfaceMetric: 0) is { } route)
            {
                listed.Add(new ListedRoute(route, row));
            }
        }

        return listed;
    }

    /// <summary>Removes a route as the table holds it; one that is gone already is no failure.</summary>
    /// <returns>Why Windows keeps it; null: it does not.</returns>
    public string? Remove(ListedRoute listed)
    {
        int error = ip.RemoveRoute(listed.Row);
        return error == 0 || Win32Error.IsMissing(error) ? null : $"{nameof(DeleteIpForwardEntry2)}: {Win32Error.Text(error)}";
    }

    /// <summary>Puts a route back that was on an interface. One that is there again, or whose interface is gone, is no failure.</summary>
    /// <returns>Why Windows refuses; null: it does not.</returns>
    public string? PutBack(ulong luid, IPNetwork destination, IPAddress? nextHop, uint metric)
    {
        MIB_IPFORWARD_ROW2 row = Row(destination, interfaceIndex: 0, nextHop);
        row.InterfaceLuid = luid;
        row.Metric = metric;
        int error = ip.AddRoute(row);
        return error is 0 or Win32Error.ERROR_OBJECT_ALREADY_EXISTS || OddAnswers.MeansNone(row.DestinationPrefix.Prefix.si_family, error)
            ? null
            : $"{nameof(CreateIpForwardEntry2)}: {Win32Error.Text(error)}";
    }

    /// <summary>What InitializeIpForwardEntry would fill in, and a metric, which it leaves invalid.</summary>
    internal static MIB_IPFORWARD_ROW2 HostRoute(IPAddress destination, int interfaceIndex, IPAddress? nextHop) =>
        Row(IPNetworks.HostOf(destination), interfaceIndex, nextHop);

    private static MIB_IPFORWARD_ROW2 Row(IPNetwork destination, int interfaceIndex, IPAddress? nextHop)
    {
        ushort family = SocketAddresses.FamilyOf(destination.BaseAddress);
        return new MIB_IPFORWARD_ROW2
        {
            InterfaceIndex = (uint)interfaceIndex,
            DestinationPrefix = new IP_ADDRESS_PREFIX
            {
                Prefix = SocketAddresses.ToNative(destination.BaseAddress),
                PrefixLength = (byte)destination.PrefixLength,
            },
            NextHop = nextHop is null ? SocketAddresses.None(family) : SocketAddresses.ToNative(nextHop),
            ValidLifetime = uint.MaxValue,
            PreferredLifetime = uint.MaxValue,
            Metric = 0,
            Protocol = MIB_IPPROTO_NETMGMT,
            Origin = NlroManual,
        };
    }

    private static bool IsHostRoute(MIB_IPFORWARD_ROW2 row, IPAddress destination, int interfaceIndex, IPAddress? nextHop) =>
        row.InterfaceIndex == (uint)interfaceIndex
        && row.DestinationPrefix.PrefixLength == IPNetworks.HostPrefixOf(destination)
        && destination.Equals(SocketAddresses.FromNative(row.DestinationPrefix.Prefix))
        && (nextHop is null ? SocketAddresses.IsNone(row.NextHop) : nextHop.Equals(SocketAddresses.FromNative(row.NextHop)));

    private static WindowsRoute? Describe(MIB_IPFORWARD_ROW2 row, uint interfaceMetric)
    {
        if (SocketAddresses.FromNative(row.DestinationPrefix.Prefix) is not { } address
            || row.DestinationPrefix.PrefixLength > IPNetworks.HostPrefixOf(address))
        {
            return null;
        }

        IPNetwork destination = IPNetworks.Of(address, row.DestinationPrefix.PrefixLength);
        IPAddress? nextHop = SocketAddresses.IsNone(row.NextHop) ? null : SocketAddresses.FromNative(row.NextHop);
        return new WindowsRoute(
            destination,
            nextHop,
            row.InterfaceLuid,
            (int)row.InterfaceIndex,
            row.Metric + interfaceMetric,
            IsLocal: row.Loopback != 0 && nextHop is null && MayBeLocal(destination),
            IsLasting: row.Origin == NlroManual && row.ValidLifetime == uint.MaxValue);
    }

    /// <summary>Whether it may lead to this machine itself. Loopback alone does not tell: whoever makes a route chooses it (CreateIpForwardEntry2).
    /// Windows' own are those of single addresses, and 127.0.0.0/8.</summary>
    private static bool MayBeLocal(IPNetwork destination) =>
        destination.PrefixLength == IPNetworks.HostPrefixOf(destination.BaseAddress) || IPAddress.IsLoopback(destination.BaseAddress);

    /// <summary>All routes of a family. When Windows answers oddly for a moment, those of the last time: no route would mean that the network is
    /// gone.</summary>
    private MIB_IPFORWARD_ROW2[] List(ushort family, int maxOdd = OddAnswers.Max)
    {
        int error = ip.ListRoutes(family, out MIB_IPFORWARD_ROW2[] rows);
        if (error == 0 || OddAnswers.MeansNone(family, error))
        {
            _odd.Forget(nameof(GetIpForwardTable2), family);
            return _known[family] = rows;
        }

        if (family == AF_INET6 && maxOdd > 0)
        {
            ForgiveIPv6(nameof(GetIpForwardTable2), error);
        }
        else if (!_odd.Forgives(nameof(GetIpForwardTable2), family, error, maxOdd))
        {
            throw Win32Error.ToException("Cannot read the routes of this PC", nameof(GetIpForwardTable2), error, RestartHint);
        }

        return _known.GetValueOrDefault(family) ?? [];
    }

    private void ForgiveIPv6(string call, int error)
    {
        if (!_odd.Forgives(call, AF_INET6, error, MaxOddIPv6))
        {
            ipv6Fails?.Invoke($"{call}: {Win32Error.Text(error)}");
        }
    }
}
