using System.Net;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;

namespace Softlan.Roles.Client.Linux;

/// <summary>Where the party's network and one of the player's own have the same IPv4 addresses, these lead to the party.</summary>
/// <remarks>
/// Of two equal routes the kernel takes the older, and that is the home's. While they overlap, there are also
/// <code>
///  main table    192.168.1.0/25, 192.168.1.128/25   dev softlan0   longer prefixes win, whatever the metric and age of the others
///  local table   broadcast 192.168.1.255            dev softlan0   before the home's entry: where games search
///  table 11500   192.168.1.0/24                     dev eth0       a copy of the home's route, which ...
///  rule 11500    from 192.168.1.77 lookup 11500                    ... only what this machine says under its home address takes
/// </code>
/// The last two keep connections to the home address alive, and let strict reverse path filtering (rp_filter) accept what comes from there. They
/// outlive the TAP, and are noted whoever made it.
/// </remarks>
/// <param name="netlink">For questions and changes.</param>
/// <param name="tap">The interface.</param>
/// <param name="changes">Where changes beside the TAP are noted.</param>
/// <param name="logger">For what the player should know.</param>
[SupportedOSPlatform("linux")]
internal sealed class PartyPrecedence(NetlinkSocket netlink, LinuxTapSettings tap, HostChanges changes, ILogger logger)
{
    /// <summary>The table for copies of the home's routes. Nobody else is known to use this number: iproute2 names 253 to 255, Tailscale has 52,
    /// wg-quick begins at 51820.</summary>
    public const uint HomeTable = 11500;

    /// <summary>The place of the rules that lead to it: behind the local table, before the main one (32766) and most rules of VPNs, which come right
    /// before that.</summary>
    public const uint HomeRulePriority = 11500;

    /// <summary>Overlaps that are looked after: far more than a machine has networks. In those beyond the kernel's own choice stays.</summary>
    private const int MaxOverlaps = 32;

    /// <summary>Overlaps that are spoken of; later ones are handled without a word.</summary>
    private const int MaxSaid = 64;

    /// <summary>How often a change is tried. What the kernel has refused so often it is not asked for again before the overlap has changed: each
    /// attempt is noted on the disk.</summary>
    private const int MaxAttempts = 10;

    private readonly List<HostChange> _made = [];
    private readonly Dictionary<HostChange, int> _refused = [];
    private readonly HashSet<(IPNetwork Party, IPNetwork Home, string Interface)> _said = [];

    /// <summary>Adds what the overlaps of now need and removes the rest. Called often; changes nothing when all is well.</summary>
    /// <param name="now">The TAP and this machine's addresses.</param>
    /// <param name="main">The routes of the main table.</param>
    public void Maintain(in TapSnapshot now, IReadOnlyList<RouteEntry> main)
    {
        if (_made.Count == 0 && !NetworkOverlap.IsLikely(now))
        {
            return;
        }

        int tapIndex = now.Link.Index;
        NetworkOverlap[] overlaps = now.Link.IsUp ? NetworkOverlap.Find(now, main, NetlinkLinks.List(netlink), MaxOverlaps) : [];
        HashSet<HostChange> wished = []; // Two addresses of the TAP's may lie in one network, which one route takes.
        Wish[][] wishes = [.. overlaps.Select(overlap => WishesOf(overlap, tapIndex, main).Where(wish => wished.Add(wish.Change)).ToArray())];
        RemoveAllBut(wished);

        HashSet<RouteEntry> routes =
        [
            .. main,
            .. NetlinkRoutes.ListOwn(netlink, NativeNetlink.RT_TABLE_LOCAL),
            .. NetlinkRoutes.ListOwn(netlink, HomeTable),
        ];
        IReadOnlyList<RuleEntry> rules = NetlinkRules.List(netlink, HomeTable);
        for (int i = 0; i < overlaps.Length; i++)
        {
            NetworkOverlap overlap = overlaps[i];
            Wish[] missing = [.. wishes[i].Where(wish => wish.Route is { } route ? routes.Add(route) : !rules.Contains(wish.Rule!))];
            string? homeFailure = TryMake(missing.Where(wish => OutlivesTap(wish.Change)));
            string? partyFailure = TryMake(missing.Where(wish => !OutlivesTap(wish.Change)));

            // Of a contested one the other tunnel's overlap tells.
            bool isToTell = _said.Count < MaxSaid && overlap.Kind != OverlapKind.Contested;
            if (isToTell && _said.Add((overlap.PartyNetwork, overlap.HomeNetwork, overlap.Interface)))
            {
                Tell(overlap, partyFailure, homeFailure, LeadsTo(tapIndex, overlap.Common, main));
            }
        }
    }

    private IEnumerable<Wish> WishesOf(NetworkOverlap overlap, int tapIndex, IReadOnlyList<RouteEntry> main)
    {
        if (overlap.Kind is not (OverlapKind.Home or OverlapKind.Contested))
        {
            yield break;
        }

        // First what keeps the home address where it is, then what takes its network's other addresses.
        RouteEntry home = overlap.Route;
        HostChange.HomeRouteCopied copy = new(
            overlap.Interface, home.InterfaceIndex, home.Destination.BaseAddress, home.Destination.PrefixLength, home.PreferredSource, home.Metric);
        yield return new Wish(copy) { Route = LinuxUndo.ToEntry(copy) };
        HostChange.HomeRuleAdded rule = new(overlap.Home.Address);
        yield return new Wish(rule) { Rule = LinuxUndo.ToEntry(rule) };

        if (overlap.Kind == OverlapKind.Contested)
        {
            yield break;
        }

        if (overlap.IsPartOfTheParty && !LeadsTo(tapIndex, overlap.HomeNetwork, main))
        {
            foreach (IPNetwork half in HalvesOf(overlap.HomeNetwork))
            {
                HostChange.RouteAdded added = new(half.BaseAddress, half.PrefixLength, null, tap.Name, tapIndex);
                yield return new Wish(added) { Route = LinuxUndo.ToEntry(added) with { PreferredSource = overlap.Party.Address } };
            }
        }

        IPAddress broadcast = IPNetworks.LastOf(overlap.PartyNetwork);
        if (broadcast.Equals(IPNetworks.LastOf(overlap.HomeNetwork)))
        {
            HostChange.BroadcastsLed led = new(tap.Name, tapIndex, broadcast, overlap.Party.Address);
            yield return new Wish(led) { Route = LinuxUndo.ToEntry(led) };
        }
    }

    /// <summary>Whether the kernel by itself sends what goes to this network into this interface. NetworkManager gives routes a metric, and an
    /// address without a metric of its own beats them; of equal routes the first wins.</summary>
    /// <remarks>No address in the network is asked for: any may be one that <see cref="LinuxHomeGuard"/> holds.</remarks>
    private static bool LeadsTo(int interfaceIndex, IPNetwork network, IReadOnlyList<RouteEntry> main) =>
        main.Where(route => route.Protocol != RouteEntry.SoftlanProtocol
                && route.Destination.PrefixLength <= network.PrefixLength
                && route.Destination.Contains(network.BaseAddress))
            .OrderByDescending(route => route.Destination.PrefixLength)
            .ThenBy(route => route.Metric)
            .FirstOrDefault()?.InterfaceIndex == interfaceIndex;

    private static IEnumerable<IPNetwork> HalvesOf(IPNetwork network)
    {
        int length = network.PrefixLength + 1;
        return [IPNetworks.Of(network.BaseAddress, length), IPNetworks.Of(IPNetworks.LastOf(network), length)];
    }

    private void RemoveAllBut(HashSet<HostChange> wanted)
    {
        foreach (HostChange other in _refused.Keys.Except(wanted).ToArray())
        {
            _refused.Remove(other);
        }

        foreach (HostChange change in _made.Where(change => !wanted.Contains(change)).Reverse().ToArray())
        {
            _made.Remove(change);
            if (OutlivesTap(change))
            {
                changes.Undo(change);
                continue;
            }

            try
            {
                tap.Undo(change);
            }
            catch (SoftlanException e)
            {
                ClientLog.CannotUndo(logger, change.ToString(), e.Message);
            }
        }
    }

    /// <summary>Those beside the TAP are noted in any case; it notes its own where it stays.</summary>
    private static bool OutlivesTap(HostChange change) => change is HostChange.HomeRouteCopied or HostChange.HomeRuleAdded;

    /// <summary>Makes what is missing, except for what the kernel has refused too often.</summary>
    /// <returns>Why the first one that failed did; null: what was tried is there.</returns>
    private string? TryMake(IEnumerable<Wish> missing)
    {
        string? firstFailure = null;
        foreach (Wish wish in missing)
        {
            int refused = _refused.GetValueOrDefault(wish.Change);
            if (refused == MaxAttempts)
            {
                continue;
            }

            if (TryMake(wish) is { } failure)
            {
                _refused[wish.Change] = refused + 1;
                firstFailure ??= failure;
            }
            else
            {
                _refused.Remove(wish.Change);
            }
        }

        return firstFailure;
    }

    /// <returns>Why it cannot be made; null: it is there.</returns>
    private string? TryMake(Wish wish)
    {
        try
        {
            if (_made.Contains(wish.Change))
            {
                Apply(wish); // Somebody took it away; undoing it once is enough.
                return null;
            }

            if (OutlivesTap(wish.Change))
            {
                changes.Make(wish.Change, () => Apply(wish));
            }
            else
            {
                tap.Make(wish.Change, () => Apply(wish));
            }

            _made.Add(wish.Change);
            return null;
        }
        catch (SoftlanException e)
        {
            return e.Message;
        }
    }

    private void Apply(Wish wish)
    {
        NetlinkResult result = wish switch
        {
            { Rule: { } rule } => NetlinkRules.Add(netlink, rule),
            { Change: HostChange.HomeRouteCopied, Route: { } copy } => NetlinkRoutes.AddLast(netlink, copy),
            { Route: { } route } => NetlinkRoutes.AddFirst(netlink, route),
            _ => default,
        };
        if (!result.AlreadyExists)
        {
            result.ThrowIfFailed($"Cannot add the {wish.Change}");
        }
    }

    private void Tell(NetworkOverlap overlap, string? partyFailure, string? homeFailure, bool partyWinsByItself)
    {
        string own = overlap.HomeNetwork.ToString();
        if (partyFailure is not null)
        {
            ClientLog.CannotPrecede(logger, own, overlap.Interface, partyFailure);
        }

        if (homeFailure is not null)
        {
            ClientLog.CannotKeepHomeAddress(logger, overlap.Home.Address, homeFailure);
        }

        if (overlap.Kind == OverlapKind.OtherTunnel)
        {
            ClientLog.OtherTunnelOverlaps(logger, overlap.Interface, overlap.PartyNetwork.ToString(), partyWinsByItself ? "to the party" : "there");
            return;
        }

        bool partyWins = partyWinsByItself || (partyFailure is null && overlap.Kind == OverlapKind.Home);
        string outcome = partyWins ? ClientLog.OverlapLeadsToTheParty : ClientLog.OverlapLeadsHome;
        outcome = overlap.Kind switch
        {
            OverlapKind.Home when homeFailure is null => outcome + ClientLog.HomeConnectionsStay,
            OverlapKind.SameAddress => outcome + ClientLog.OverlapOfAddresses,
            OverlapKind.Guests => ClientLog.OverlapStaysInside,
            _ => outcome,
        };
        ClientLog.NetworksOverlap(
            logger, overlap.PartyNetwork.ToString(), own, overlap.Interface, outcome, ClientLog.RareBeside(overlap.PartyNetwork));
    }

    /// <summary>One change and the route or the rule that it makes.</summary>
    private sealed record Wish(HostChange Change)
    {
        public RouteEntry? Route { get; init; }

        public RuleEntry? Rule { get; init; }
    }
}
