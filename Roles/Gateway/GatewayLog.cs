using Microsoft.Extensions.Logging;
using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>What the gateway says beside what every session says (SessionLog). Read it top to bottom to know what an operator can see.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(200, LogLevel.Information, "Bridging {Interface} ({Mac}) into room {Room}")]
    public static partial void Bridging(ILogger logger, string @interface, MacAddress mac, RoomCode room);

    /// <summary>Says when the room's code is shorter than those that the relay makes.</summary>
    public static void WarnIfShort(ILogger logger, RoomCode room)
    {
        if (room.MayBeGuessed)
        {
            RoomMayBeGuessed(logger, room);
        }
    }

    [LoggerMessage(
        236, LogLevel.Warning,
        "Room code {Room} may be guessed, and whoever guesses it is on your LAN. Hint: use the code in the relay's join command")]
    private static partial void RoomMayBeGuessed(ILogger logger, RoomCode room);

    [LoggerMessage(
        211, LogLevel.Warning,
        "Players cannot reach this machine itself through {Interface}, only the other machines on its LAN: {Reason}")]
    public static partial void HostNotReachable(ILogger logger, string @interface, string reason);

    [LoggerMessage(
        227, LogLevel.Warning,
        "This machine's firewall also filters what {Bridge} forwards ({Families}; br_netfilter). If its FORWARD chain drops that, as where Docker "
        + "runs, players get no address and reach nobody on the LAN, though ARP passes. "
        + "Hint: iptables -I FORWARD -i {Bridge} -o {Bridge} -j ACCEPT (for IPv6 ip6tables; where Docker runs, the chain DOCKER-USER)")]
    public static partial void BridgeFiltered(ILogger logger, string bridge, string families);

    [LoggerMessage(
        228, LogLevel.Warning,
        "{Source} sends {Rate} Mbit/s of multicast to {Group} on {Interface}, as television boxes do. All of it goes through this gateway's "
        + "upload and to every player. "
        + "Hint: connect {Source} to a switch with IGMP snooping, or to a port or VLAN where {Interface} does not hear it")]
    public static partial void MuchMulticast(ILogger logger, MacAddress source, string rate, MacAddress group, string @interface);

    [LoggerMessage(
        212, LogLevel.Warning,
        "{Interface} has no carrier: the LAN cannot be reached. Hint: plug in the cable, or switch on the device at its other end")]
    public static partial void CarrierLost(ILogger logger, string @interface);

    [LoggerMessage(215, LogLevel.Warning, "{Interface} is down: the LAN cannot be reached. Hint: bring it up: ip link set {Interface} up")]
    public static partial void TakenDown(ILogger logger, string @interface);

    [LoggerMessage(
        219, LogLevel.Warning,
        "{Interface} is gone: the LAN cannot be reached. Hint: plug it in or make it again, under that name; bridging goes on by itself then")]
    public static partial void Gone(ILogger logger, string @interface);

    [LoggerMessage(225, LogLevel.Warning, "{Interface} is there again, but the LAN still cannot be reached. {Failure}")]
    public static partial void ReturnRefused(ILogger logger, string @interface, string failure);

    [LoggerMessage(226, LogLevel.Information, "{Interface} ({Mac}) is there again: bridging goes on")]
    public static partial void Returned(ILogger logger, string @interface, MacAddress mac);

    [LoggerMessage(220, LogLevel.Warning, "softlan's port {Port} was taken out of {Interface}: the LAN cannot be reached. It is put back")]
    public static partial void PortDetached(ILogger logger, string port, string @interface);

    [LoggerMessage(
        223, LogLevel.Warning,
        "softlan's port {Port} was taken out of {Interface} and put elsewhere: the LAN cannot be reached. It is left there. "
        + "Hint: ip link set {Port} nomaster; softlan puts it back then")]
    public static partial void PortTaken(ILogger logger, string port, string @interface);

    [LoggerMessage(
        221, LogLevel.Warning,
        "The MTU of {Interface} is {Mtu} bytes now and the room's is {RoomMtu}: larger packets are lost. "
        + "Hint: ip link set {Interface} mtu {RoomMtu}")]
    public static partial void MtuTooSmall(ILogger logger, string @interface, int mtu, int roomMtu);

    [LoggerMessage(222, LogLevel.Information, "The MTU of {Interface} is {Mtu} bytes now, which is enough for the room")]
    public static partial void MtuEnough(ILogger logger, string @interface, int mtu);

    [LoggerMessage(213, LogLevel.Information, "{Interface} is up and has a carrier again")]
    public static partial void CarrierBack(ILogger logger, string @interface);

    [LoggerMessage(214, LogLevel.Warning, "Cannot lock {Interface}: {Reason}. A second gateway could take this one's place")]
    public static partial void NotLocked(ILogger logger, string @interface, string reason);

    [LoggerMessage(
        202, LogLevel.Warning,
        "Player {Player} has the MAC of {Interface} or of another network card of this machine; the player's frames are dropped. "
        + "Hint: the player must set another --virtual-mac, or delete the identity file (--identity) to get a new one")]
    public static partial void OwnMacAnnounced(ILogger logger, string player, string @interface);

    [LoggerMessage(
        216, LogLevel.Warning,
        "Player {Player} has the MAC of a machine on the LAN, heard on {Interface} {Ago} ago. That machine keeps it; the player's frames are "
        + "dropped until the machine has been silent for five minutes. "
        + "Hint: the player must set another --virtual-mac, or delete the identity file (--identity) to get a new one")]
    public static partial void LanMacAnnounced(ILogger logger, string player, string @interface, string ago);

    [LoggerMessage(217, LogLevel.Information, "Player {Player} may use its MAC now: no machine on {Interface} uses it any more")]
    public static partial void LanMacGone(ILogger logger, string player, string @interface);

    [LoggerMessage(
        203, LogLevel.Warning,
        "A frame of the remote player {Mac} came back from {Interface}: something else bridges this LAN and room {Room}, or echoes frames. "
        + "The frame was dropped; if this continues, bridging stops for a while")]
    public static partial void StrayLoop(ILogger logger, MacAddress mac, string @interface, RoomCode room);

    [LoggerMessage(
        204, LogLevel.Error,
        "LOOP: frames of remote players such as {Mac} keep coming back from {Interface}. "
        + "A second bridge connects this LAN and room {Room}: another gateway, or a player who is on this LAN as well. "
        + "Bridging stops for {Pause}. Hint: remove the second bridge")]
    public static partial void Loop(ILogger logger, MacAddress mac, string @interface, RoomCode room, string pause);

    [LoggerMessage(205, LogLevel.Warning, "Bridging {Interface} again after the loop")]
    public static partial void BridgingAgain(ILogger logger, string @interface);

    [LoggerMessage(207, LogLevel.Debug, "Reminded the LAN's switches of {Clients} clients")]
    public static partial void CamRefreshed(ILogger logger, int clients);

    [LoggerMessage(
        224, LogLevel.Information,
        "Nobody else is in room {Room} yet. Players must type this very code: compare it with the join command that the relay prints")]
    public static partial void NoPlayers(ILogger logger, RoomCode room);

    [LoggerMessage(208, LogLevel.Information, "Stopped bridging {Interface}")]
    public static partial void Stopped(ILogger logger, string @interface);

    // Per frame: off unless somebody asked for Trace, and then nothing is computed or boxed before the level check.
    [LoggerMessage(209, LogLevel.Trace, "To the relay: {Source} -> {Destination}, {Length} bytes: {Reason}")]
    public static partial void ToRelay(ILogger logger, MacAddress source, MacAddress destination, int length, DropReason reason);

    [LoggerMessage(210, LogLevel.Trace, "From the relay: {Source} -> {Destination}, {Length} bytes: {Reason}")]
    public static partial void FromRelay(ILogger logger, MacAddress source, MacAddress destination, int length, DropReason reason);
}
