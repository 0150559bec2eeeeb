using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;

namespace Softlan.Roles.Client.Linux;

/// <summary>IPv4 addresses that lie both in the party's network and in one of the player's own.</summary>
/// <param name="Party">The TAP's address.</param>
/// <param name="Home">The other card's.</param>
/// <param name="Route">The on-link route of the other card's address.</param>
/// <param name="Interface">The other card.</param>
/// <param name="Kind">What the other card is.</param>
[SupportedOSPlatform("linux")]
internal sealed record NetworkOverlap(InterfaceAddress Party, InterfaceAddress Home, RouteEntry Route, string Interface, OverlapKind Kind)
{
    /// <summary>Of a longer one, a single address or a point-to-point line, no machine of the party's can be reached instead.</summary>
    private const int MaxPrefixLength = 30;

    public IPNetwork PartyNetwork => NetworkOf(Party);

    public IPNetwork HomeNetwork => Route.Destination;

    /// <summary>The addresses that are in both: the longer of the two prefixes.</summary>
    public IPNetwork Common => IsPartOfTheParty ? HomeNetwork : PartyNetwork;

    /// <summary>All addresses of the player's own network are in the party's, too.</summary>
    public bool IsPartOfTheParty => HomeNetwork.PrefixLength >= PartyNetwork.PrefixLength;

    /// <summary>Whether another card has addresses of the TAP's networks.</summary>
    public static bool IsLikely(in TapSnapshot now) => PairsOf(now).Length > 0;

    /// <summary>The overlaps of the TAP's networks with those of other cards, loopback aside.</summary>
    /// <param name="now">The TAP and this machine's addresses.</param>
    /// <param name="main">The routes of the main table.</param>
    /// <param name="links">All interfaces.</param>
    /// <param name="most">Those beyond are left out.</param>
    public static NetworkOverlap[] Find(in TapSnapshot now, IReadOnlyList<RouteEntry> main, IReadOnlyList<LinkEntry> links, int most)
    {
        HashSet<IPAddress> others = [.. now.Others.Select(other => other.Address)];
        IEnumerable<NetworkOverlap> found =
            from pair in PairsOf(now)
            join link in links on pair.Home.InterfaceIndex equals link.Index
            where !link.IsLoopback
            let network = NetworkOf(pair.Home)
            let route = main.FirstOrDefault(route => route.InterfaceIndex == link.Index && IsOnLink(route) && route.Destination.Equals(network))
            where route is not null
            select new NetworkOverlap(
                pair.Party,
                pair.Home,
                route,
                link.Name,
                others.Contains(pair.Party.Address) ? OverlapKind.SameAddress
                    : link.IsTap || !link.IsEthernet ? OverlapKind.OtherTunnel
                    : pair.Home.PrefixLength > pair.Party.PrefixLength && HasOnlyGuests(link, links) ? OverlapKind.Guests
                    : OverlapKind.Home);
        NetworkOverlap[] overlaps = [.. found.Take(most)];
        IPNetwork[] taken = [.. overlaps.Where(overlap => overlap.Kind == OverlapKind.OtherTunnel).Select(overlap => overlap.Common)];
        return
        [
            .. overlaps.Select(overlap => overlap.Kind == OverlapKind.Home && taken.Any(common => IPNetworks.Overlap(common, overlap.Common))
                ? overlap with { Kind = OverlapKind.Contested }
                : overlap)
        ];
    }

    private static (InterfaceAddress Party, InterfaceAddress Home)[] PairsOf(in TapSnapshot now)
    {
        InterfaceAddress[] homes = [.. now.Others.Where(IsOfANetwork)];
        return
        [
            .. from party in now.Own.Where(IsOfANetwork)
               from home in homes
               where IPNetworks.Overlap(NetworkOf(home), NetworkOf(party))
               select (party, home)
        ];
    }

    /// <summary>A bridge between containers or virtual machines.</summary>
    private static bool HasOnlyGuests(LinkEntry link, IReadOnlyList<LinkEntry> links) =>
        link.IsBridge && links.All(port => port.MasterIndex != link.Index || port.IsTap || port.Kind == "veth");

    private static bool IsOnLink(RouteEntry route) =>
        route.Gateway is null && route is { Type: NativeNetlink.RTN_UNICAST, Protocol: not RouteEntry.SoftlanProtocol };

    private static bool IsOfANetwork(InterfaceAddress address) =>
        address.Address.AddressFamily == AddressFamily.InterNetwork && address.PrefixLength <= MaxPrefixLength;

    private static IPNetwork NetworkOf(InterfaceAddress address) => IPNetworks.Of(address.Address, address.PrefixLength);
}
