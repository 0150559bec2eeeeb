using System.Net;
using Microsoft.Extensions.Logging;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Client;

/// <summary>Everything the client says beside its session, in the order in which a player meets it.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(367, LogLevel.Warning, "Nothing can be kept in '{Directory}': {Reason}.{Losses} Hint: {Hint}")]
    public static partial void NothingKept(ILogger logger, string directory, string reason, string losses, string hint);

    [LoggerMessage(300, LogLevel.Warning, "Cannot lock {Path}: {Reason}. A second client could use the same identity")]
    public static partial void IdentityNotLocked(ILogger logger, string path, string reason);

    [LoggerMessage(
        301, LogLevel.Warning,
        "The new MAC {Mac} is not kept: {Reason} The next start will use another MAC and get another address from the party's DHCP")]
    public static partial void IdentityNotKept(ILogger logger, MacAddress mac, string reason);

    /// <summary>How a player gets another MAC.</summary>
    /// <param name="isIdentitys">The MAC is that of the identity file; otherwise it was given, or is that of a TAP that was there.</param>
    public static string MacAdvice(ClientOptions options, bool isIdentitys) =>
        isIdentitys ? $"delete '{options.IdentityPath}' and start softlan again to get a new one, or start it with a --virtual-mac"
        : options.VirtualMac is not null ? "start softlan with another --virtual-mac, or without one"
        : "start softlan with a --virtual-mac, or with another --tap";

    [LoggerMessage(302, LogLevel.Information, "Cleaning up after client {Pid}, which was killed: {Count} changes")]
    public static partial void CleaningUp(ILogger logger, int pid, int count);

    [LoggerMessage(
        303, LogLevel.Warning,
        "Cannot read the journal {Path}: {Reason}. "
        + "Hint: remove what the killed client may have left: its routes and rules (Linux: 'ip route flush table all proto 115' and "
        + "'ip rule flush protocol 115'; Windows: the host route to the relay, see 'route print') and, on a TAP that was there before, "
        + "the party's address; then delete the journal")]
    public static partial void BadJournal(ILogger logger, string path, string reason);

    [LoggerMessage(304, LogLevel.Warning, "{Reason} If this client is killed, the next one cannot clean up after it")]
    public static partial void CannotKeepJournal(ILogger logger, string reason);

    [LoggerMessage(305, LogLevel.Information, "Room {Room} was last reached through {Relay}; using that again")]
    public static partial void FromProfile(ILogger logger, RoomCode room, RelayAddress relay);

    [LoggerMessage(306, LogLevel.Debug, "Holding the route to {Relay}: {Route}")]
    public static partial void RouteHeld(ILogger logger, IPAddress relay, RelayRoute route);

    [LoggerMessage(307, LogLevel.Debug, "The route to {Relay} is held already: {Route}")]
    public static partial void RouteBorrowed(ILogger logger, IPAddress relay, RelayRoute route);

    [LoggerMessage(
        308, LogLevel.Debug,
        "Routing rules of this machine decide the way to {Relay} ({Route}), so no route is held; watching it instead")]
    public static partial void RouteFollowed(ILogger logger, IPAddress relay, RelayRoute route);

    [LoggerMessage(309, LogLevel.Warning, "{Reason} Without a route of its own, the relay may become unreachable behind the party's network")]
    public static partial void CannotHoldRoute(ILogger logger, string reason);

    [LoggerMessage(310, LogLevel.Warning, "This machine has no route to {Relay} now; waiting for a network")]
    public static partial void NoRouteToRelay(ILogger logger, IPAddress relay);

    [LoggerMessage(343, LogLevel.Information, "The network is back: {Relay} is reached through {Route} again")]
    public static partial void RouteIsBack(ILogger logger, IPAddress relay, RelayRoute route);

    [LoggerMessage(311, LogLevel.Information, "The network of this machine changed: {Relay} is reached through {Route} now")]
    public static partial void RouteMoved(ILogger logger, IPAddress relay, RelayRoute route);

    [LoggerMessage(312, LogLevel.Information, "TAP {Interface} has the MAC {Mac}")]
    public static partial void TapOpen(ILogger logger, string @interface, MacAddress mac);

    [LoggerMessage(313, LogLevel.Debug, "{Interface} is up with MTU {Mtu}")]
    public static partial void TapUp(ILogger logger, string @interface, int mtu);

    [LoggerMessage(314, LogLevel.Warning, "The profile of room {Room} is not saved: {Reason} Next time, give --relay and --pin again")]
    public static partial void ProfileNotSaved(ILogger logger, RoomCode room, string reason);

    [LoggerMessage(316, LogLevel.Debug, "Started {Program} for {Interface}")]
    public static partial void DhcpClientStarted(ILogger logger, string program, string @interface);

    [LoggerMessage(317, LogLevel.Debug, "{Program}: {Line}")]
    public static partial void DhcpClientSays(ILogger logger, string program, string line);

    [LoggerMessage(318, LogLevel.Warning, "The DHCP client {Program} ended ({Reason}); starting it again")]
    public static partial void DhcpClientEnded(ILogger logger, string program, string reason);

    [LoggerMessage(319, LogLevel.Warning, "A message of the DHCP client's script was lost: {Reason}")]
    public static partial void DhcpScriptFailed(ILogger logger, string reason);

    [LoggerMessage(320, LogLevel.Information, "Address {Address} from the party's DHCP")]
    public static partial void AddressFromDhcp(ILogger logger, IPAddress address);

    [LoggerMessage(340, LogLevel.Information, "Address {Address}, as given")]
    public static partial void AddressAsGiven(ILogger logger, IPAddress address);

    [LoggerMessage(
        344, LogLevel.Warning,
        "Address {Address} is already in use by {Owner} ({Where}): two machines with the same address take each other's packets. "
        + "Hint: {Advice}")]
    public static partial void AddressInUse(ILogger logger, IPAddress address, MacAddress owner, string where, string advice);

    /// <summary>What to do about <see cref="AddressInUse"/> where the player chose the address.</summary>
    public const string AddressInUseAdvice = "end softlan and start it with another --address";

    /// <summary>The same where the party's DHCP gave it.</summary>
    public const string DhcpAddressInUseAdvice =
        "tell the organiser: the party's DHCP gave it to you, and the machine with that MAC was given it by hand or by another DHCP server. "
        + "Until that is mended, start softlan with an --address that nobody has";

    /// <summary>Where a frame's sender is, for a log.</summary>
    public static string WhereIs(PeerInfo source) =>
        source.Role == PeerRole.Gateway ? "on the party's LAN"
        : source.Name.Length > 0 ? $"player {source.Name}"
        : $"player {source.Id}";

    [LoggerMessage(
        341, LogLevel.Information,
        "Nobody else is in room {Room} yet, not even the party's gateway. Is the code right? "
        + "The organiser runs the gateway with the same one.{Advice}")]
    public static partial void Alone(ILogger logger, RoomCode room, string advice);

    [LoggerMessage(
        361, LogLevel.Information,
        "Room {Room} has no gateway: its players reach each other, but not the party's LAN. "
        + "Hint: the organiser must run softlan gateway with this room code.{Advice}")]
    public static partial void NoGateway(ILogger logger, RoomCode room, string advice);

    /// <summary>What <see cref="Alone"/> and <see cref="NoGateway"/> add for players whose address is the party's DHCP's business.</summary>
    public const string AddressAdvice = " In a room without a gateway, players set their own addresses, all in one network: "
        + "on Linux with --address, for example 10.73.42.50/24, on Windows in the TAP adapter's IPv4 settings";

    [LoggerMessage(321, LogLevel.Warning, "The party's DHCP withdrew the address {Address}; asking for another")]
    public static partial void AddressLost(ILogger logger, IPAddress address);

    [LoggerMessage(
        353, LogLevel.Warning,
        "{Interface} is down: nothing passes between this machine and the party. Hint: bring it up: ip link set {Interface} up")]
    public static partial void TapDown(ILogger logger, string @interface);

    [LoggerMessage(354, LogLevel.Information, "{Interface} is up again")]
    public static partial void TapUpAgain(ILogger logger, string @interface);

    [LoggerMessage(355, LogLevel.Warning, "Something removed the address {Address} from {Interface}; softlan has set it again")]
    public static partial void AddressRestored(ILogger logger, IPAddress address, string @interface);

    [LoggerMessage(352, LogLevel.Warning, "The lease of address {Address} has ended, and nobody renewed it; asking for another")]
    public static partial void AddressExpired(ILogger logger, IPAddress address);

    [LoggerMessage(
        322, LogLevel.Warning,
        "No answer from the party's DHCP server yet. Either the LAN has none, or it has no address left or refuses unknown MACs (the router's log "
        + "tells). Hint: ask the organiser for a free address of the party's network, and give it with --address ADDRESS/LENGTH")]
    public static partial void NoDhcpAnswer(ILogger logger);

    [LoggerMessage(323, LogLevel.Warning, "{Reason}")]
    public static partial void AddressNotSet(ILogger logger, string reason);

    [LoggerMessage(
        324, LogLevel.Warning,
        "The party's network {Party} overlaps with {Own} on {Interface}: addresses in both lead {Outcome}. "
        + "Hint: join from another network, such as a phone's hotspot, or change that of your home; the organiser can avoid it for all players with "
        + "a network that few have, such as {Rare}. At the party itself no softlan is needed")]
    public static partial void NetworksOverlap(ILogger logger, string party, string own, string @interface, string outcome, IPNetwork rare);

    private static readonly IPNetwork Rare = new(new IPAddress([10, 73, 42, 0]), 24), OtherRare = new(new IPAddress([10, 91, 17, 0]), 24);

    /// <summary>A network that few homes have, for <see cref="NetworksOverlap"/>: not the one that the party has.</summary>
    public static IPNetwork RareBeside(IPNetwork party) => IPNetworks.Overlap(party, Rare) ? OtherRare : Rare;

    [LoggerMessage(366, LogLevel.Warning, "On {Interface} this machine may answer for addresses of its other network cards: {Reason}")]
    public static partial void AnswersForOtherCards(ILogger logger, string @interface, string reason);

    [LoggerMessage(
        370, LogLevel.Warning,
        "This machine forwards packets, and machines at the party may reach its other networks through {Interface}: {Reason}")]
    public static partial void Forwards(ILogger logger, string @interface, string reason);

    [LoggerMessage(
        365, LogLevel.Warning,
        "{Interface}, another tunnel of this machine (a second softlan, or a VPN), has addresses of the party's network {Party} as well: "
        + "addresses in both lead {Outcome}. "
        + "Hint: if both lead to the same party, one is enough; otherwise use one at a time, or have one organiser choose another network")]
    public static partial void OtherTunnelOverlaps(ILogger logger, string @interface, string party, string outcome);

    [LoggerMessage(
        371, LogLevel.Warning,
        "What this machine sends to {Destinations} goes {Place}, and not to the party: a route or rule of another program, such as a VPN's, comes "
        + "first. Hint: allow access to the local network in that program, or end it while you play")]
    public static partial void PartyLedElsewhere(ILogger logger, string destinations, string place);

    [LoggerMessage(
        372, LogLevel.Warning,
        "Something else gave {Interface} the address {Address}: two programs look after this card now, and the party may not reach this machine. "
        + "Hint: have the manager of this machine's network leave it alone (systemd-networkd: Name=!softlan* in the [Match] section that takes every "
        + "card; NetworkManager: unmanaged-devices=interface-name:softlan*; dhcpcd: denyinterfaces softlan*), and start softlan again")]
    public static partial void ForeignAddress(ILogger logger, string @interface, string address);

    /// <summary>What <see cref="NetworksOverlap"/> means to a player whose own network has the addresses.</summary>
    public const string OverlapLeadsHome = "home, so most games will see the party's machines in their lists but reach none of them";

    /// <summary>What <see cref="NetworksOverlap"/> means to a player where the party has the addresses.</summary>
    public const string OverlapLeadsToTheParty =
        "to the party: games work, but of what has these addresses at home only router and name servers are reached, no printer or file server";

    /// <summary>Behind <see cref="OverlapLeadsToTheParty"/> where it is so.</summary>
    public const string HomeConnectionsStay = "; what is connected to this machine's own address there stays so";

    /// <summary>Behind one of the two where softlan cannot change it.</summary>
    public const string OverlapOfAddresses =
        "; softlan cannot change that, because this machine has the same address in both: set another address of the party's with --address";

    /// <summary>What <see cref="NetworksOverlap"/> means where a part of the party's network is in use between the guests of this machine.</summary>
    public const string OverlapStaysInside =
        "to containers or virtual machines of this machine, and the party's machines with such addresses are not reached";

    [LoggerMessage(363, LogLevel.Warning, "The addresses of your own network {Own} on {Interface} cannot be led to the party: {Reason}")]
    public static partial void CannotPrecede(ILogger logger, string own, string @interface, string reason);

    [LoggerMessage(364, LogLevel.Warning, "What is connected to this machine's address {Address} may hang until softlan ends: {Reason}")]
    public static partial void CannotKeepHomeAddress(ILogger logger, IPAddress address, string reason);

    [LoggerMessage(
        346, LogLevel.Information,
        "The party's network contains {Address}, a name server or router of yours: it is still reached through {Route}; the machine with "
        + "that address at the party is not")]
    public static partial void HeldAtHome(ILogger logger, IPAddress address, RelayRoute route);

    [LoggerMessage(
        347, LogLevel.Warning,
        "Traffic for {Address}, a name server or router of yours, may go to the party now: {Reason} If pages do not load, end softlan")]
    public static partial void CannotHold(ILogger logger, IPAddress address, string reason);

    [LoggerMessage(
        349, LogLevel.Warning,
        "The party's DHCP gave {Interface} an address in {Network}, which is not a private network and may be somebody's on the internet: its route "
        + "is {Outcome}. Hint: if it is the party's own, set the address by hand in the adapter's IPv4 settings")]
    public static partial void ForeignNetworkRemoved(ILogger logger, string @interface, IPNetwork network, string outcome);

    [LoggerMessage(348, LogLevel.Warning, "The party's DHCP answer is refused: {Reason}")]
    public static partial void LeaseRefused(ILogger logger, string reason);

    [LoggerMessage(325, LogLevel.Warning, "Games that send to {Destinations} may not be seen at the party: {Reason}")]
    public static partial void BroadcastsLeadElsewhere(ILogger logger, string destinations, string reason);

    [LoggerMessage(
        326, LogLevel.Warning,
        "Broadcasts go out but none come back. Hint: see that the gateway's interface is on the party's LAN and its switch has no port security")]
    public static partial void NoBroadcasts(ILogger logger);

    [LoggerMessage(327, LogLevel.Information, "Broadcasts come back again")]
    public static partial void BroadcastsAgain(ILogger logger);

    [LoggerMessage(
        328, LogLevel.Warning,
        "{Interface} sends frames with the MAC {Mac}, which is not its own; they are dropped. "
        + "Hint: do not bridge the TAP, a client carries one machine; if somebody changed its MAC, set it back")]
    public static partial void ForeignSource(ILogger logger, string @interface, MacAddress mac);

    [LoggerMessage(
        350, LogLevel.Warning,
        "This machine is already on the party's LAN: broadcasts that its card {Card} sends come back through {Interface}. "
        + "Hint: end softlan here; games find each other through {Card}")]
    public static partial void AtTheParty(ILogger logger, string card, string @interface);

    [LoggerMessage(
        330, LogLevel.Warning,
        "Something added the route {Destination} to {Interface}: {Outcome}. softlan never uses the party as the way to the internet")]
    public static partial void WideRouteRemoved(ILogger logger, string destination, string @interface, string outcome);

    [LoggerMessage(
        356, LogLevel.Warning,
        "{Interface} had the route {Destination}, which is taken away until softlan ends: softlan never uses the party as the way to the internet")]
    public static partial void WideRouteTakenAway(ILogger logger, string destination, string @interface);

    [LoggerMessage(
        360, LogLevel.Warning,
        "The {Change} is not put back: it was changed by a softlan that was killed, whose journal is a user's own. "
        + "Hint: make the interface anew, or put it back by hand")]
    public static partial void NotPutBack(ILogger logger, HostChange change);

    [LoggerMessage(
        373, LogLevel.Warning,
        "What this PC sends to {Destinations}, where games search, goes to {Interface}, and not to the party: Windows prefers that adapter by its "
        + "metric. Hint: disconnect it while you play, or raise its metric, in PowerShell as administrator: "
        + "Set-NetIPInterface -InterfaceAlias {Quoted} -AddressFamily IPv4 -InterfaceMetric 50")]
    public static partial void SearchesLedElsewhere(ILogger logger, string destinations, string @interface, string quoted);

    [LoggerMessage(374, LogLevel.Information, "What this PC sends to {Destinations}, where games search, goes to the party again")]
    public static partial void SearchesLedToTheParty(ILogger logger, string destinations);

    [LoggerMessage(
        375, LogLevel.Information,
        "Address {Address}, set by hand on {Interface}: the party's DHCP is not asked. "
        + "Hint: if this party has DHCP, choose \"Automatic (DHCP)\" in the adapter's IPv4 settings")]
    public static partial void AddressSetByHand(ILogger logger, IPAddress address, string @interface);

    [LoggerMessage(332, LogLevel.Information, "Restarting the TAP adapter {Interface}, so that it takes the MAC {Mac}")]
    public static partial void RestartingAdapter(ILogger logger, string @interface, MacAddress mac);

    [LoggerMessage(333, LogLevel.Warning, "The TAP adapter {Interface} keeps the MAC {Mac}, and softlan uses it: {Reason}")]
    public static partial void AdapterKeepsItsMac(ILogger logger, string @interface, MacAddress mac, string reason);

    [LoggerMessage(334, LogLevel.Information, "TAP adapter {Interface} has the MAC {Mac} (driver {Version})")]
    public static partial void AdapterOpen(ILogger logger, string @interface, MacAddress mac, string version);

    [LoggerMessage(
        358, LogLevel.Warning,
        "The driver of {Interface} takes packets of {Mtu} bytes only, and the room has {Room}: longer ones are sent in pieces. "
        + "Hint: set the adapter's property 'MTU' to 1500 in Device Manager")]
    public static partial void DriverMtuIsSmaller(ILogger logger, string @interface, int mtu, int room);

    [LoggerMessage(335, LogLevel.Warning, "IPv6 on {Interface} stays as it is: {Reason}")]
    public static partial void IPv6NotPrepared(ILogger logger, string @interface, string reason);

    [LoggerMessage(
        362, LogLevel.Warning,
        "Windows does not tell the IPv6 routes of this PC ({Reason}): those of the party that would take your IPv6 internet along may stay. "
        + "Hint: untick \"Internet Protocol Version 6\" in the properties of {Interface} in Network Connections (ncpa.cpl), or restart the PC")]
    public static partial void IPv6RoutesUnknown(ILogger logger, string reason, string @interface);

    [LoggerMessage(339, LogLevel.Debug, "The DNS servers of the party may also be asked for other names, on {Interface}: {Reason}")]
    public static partial void DnsNotLimited(ILogger logger, string @interface, string reason);

    [LoggerMessage(336, LogLevel.Information, "The network '{Network}' is now private for Windows' firewall")]
    public static partial void CategorySet(ILogger logger, string network);

    [LoggerMessage(
        337, LogLevel.Warning,
        "The network of {Interface} may stay public for Windows' firewall, and then games hear nobody: {Reason}")]
    public static partial void CategoryNotSet(ILogger logger, string @interface, string reason);

    [LoggerMessage(
        376, LogLevel.Warning,
        "Windows has {Other} in the same network '{Network}' as the party, so its firewall takes that adapter's network for private as well while "
        + "softlan runs. Hint: disconnect it if you do not trust everybody there, or start softlan with --network-category leave")]
    public static partial void CategoryIsShared(ILogger logger, string other, string network);

    [LoggerMessage(
        338, LogLevel.Warning,
        "{What}: no answer from the party's DHCP server. Either the LAN has none, or it has no address left or refuses unknown MACs (the router's "
        + "log tells). Hint: ask the organiser for a free address of the party's network, and set it in Windows' settings of the TAP adapter")]
    public static partial void OnlyLinkLocal(ILogger logger, string what);

    [LoggerMessage(342, LogLevel.Information, "This machine's network is as it was before")]
    public static partial void AllUndone(ILogger logger);

    [LoggerMessage(345, LogLevel.Warning, "Not undone: {Change}: {Interface} is not a TAP, and softlan changes no other kind of interface")]
    public static partial void NotOnATap(ILogger logger, string change, string @interface);

    [LoggerMessage(329, LogLevel.Warning, "Cannot undo: {Change}: {Reason}")]
    public static partial void CannotUndo(ILogger logger, string change, string reason);
}
