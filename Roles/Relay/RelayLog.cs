using System.Net;
using Microsoft.Extensions.Logging;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Relay;

/// <summary>Everything the relay says. Read it top to bottom to know what an operator can see.</summary>
internal static partial class RelayLog
{
    [LoggerMessage(401, LogLevel.Information, "Made a certificate for {ServerName} in {Directory}; its pin stays the same from now on")]
    public static partial void CertificateMade(ILogger logger, string serverName, string directory);

    [LoggerMessage(402, LogLevel.Information, "Listening on {EndPoint}, UDP")]
    public static partial void Listening(ILogger logger, IPEndPoint endPoint);

    [LoggerMessage(420, LogLevel.Warning, "{Reason} The relay keeps running; players join with: {Line}")]
    public static partial void CannotGreet(ILogger logger, string reason, string line);

    [LoggerMessage(430, LogLevel.Information, "Players join with: softlan client --relay {Relay} --pin {Pin} --room {Room}")]
    public static partial void Greeting(ILogger logger, RelayAddress relay, CertificatePin pin, RoomCode room);

    [LoggerMessage(
        431, LogLevel.Information,
        "If a public CA signed the certificate, players leave out --pin: a renewal usually changes the pin")]
    public static partial void PinMayBeLeftOut(ILogger logger);

    [LoggerMessage(
        432, LogLevel.Warning,
        "The room code {Room} in {File} may be guessed, and whoever guesses it is on your LAN. "
        + "Hint: delete the file and start the relay again to have a code made, or write one with at least {Symbols} letters and digits")]
    public static partial void RoomMayBeGuessed(ILogger logger, RoomCode room, string file, int symbols);

    [LoggerMessage(433, LogLevel.Warning, "{Distrust} Until then that user can replace the relay's key and room code")]
    public static partial void ForeignState(ILogger logger, string distrust);

    [LoggerMessage(403, LogLevel.Information, "Room {Room} opened with an MTU of {Mtu}")]
    public static partial void RoomOpened(ILogger logger, RoomCode room, int mtu);

    // Names are PeerNames.NameOf: whoever has none is called the same when it comes, moves and goes.
    [LoggerMessage(404, LogLevel.Information, "Peer {Peer} '{Name}' joined room {Room}: Client, MAC {Mac}, from {EndPoint}, {Software}")]
    public static partial void ClientJoined(
        ILogger logger, ushort peer, string name, RoomCode room, MacAddress mac, IPEndPoint endPoint, string software);

    [LoggerMessage(421, LogLevel.Information, "Peer {Peer} '{Name}' joined room {Room}: Gateway, from {EndPoint}, {Software}")]
    public static partial void GatewayJoined(ILogger logger, ushort peer, string name, RoomCode room, IPEndPoint endPoint, string software);

    [LoggerMessage(405, LogLevel.Information, "Peer {Peer} '{Name}' came back to room {Room}: {Role}, from {EndPoint}, {Software}")]
    public static partial void CameBack(
        ILogger logger, ushort peer, string name, RoomCode room, PeerRole role, IPEndPoint endPoint, string software);

    [LoggerMessage(406, LogLevel.Information, "Rejected {EndPoint}: {Text}")]
    public static partial void Rejected(ILogger logger, IPEndPoint endPoint, string text);

    [LoggerMessage(407, LogLevel.Information, "Closed {EndPoint} (peer {Peer}), which broke the protocol: {Text}")]
    public static partial void ProtocolError(ILogger logger, IPEndPoint endPoint, ushort peer, string text);

    [LoggerMessage(
        423, LogLevel.Information,
        "Peer {Peer} '{Name}' in room {Room} changed its network: its packets came from {Former}, and come from {EndPoint} now")]
    public static partial void Moved(ILogger logger, ushort peer, string name, RoomCode room, IPAddress former, IPEndPoint endPoint);

    [LoggerMessage(408, LogLevel.Information, "Peer {Peer} '{Name}' left room {Room}: {Reason} ({Text})")]
    public static partial void Left(ILogger logger, ushort peer, string name, RoomCode room, CloseReason reason, string text);

    [LoggerMessage(
        418, LogLevel.Debug,
        "Peer {Peer} '{Name}', which was at {EndPoint}, last reported: round trip {RoundTrip}, drops {Drops}")]
    public static partial void Reported(ILogger logger, ushort peer, string name, IPEndPoint endPoint, TimeSpan roundTrip, string drops);

    [LoggerMessage(
        419, LogLevel.Debug,
        "Peer {Peer} '{Name}', which was at {EndPoint}, sent {Messages} messages of types unknown to this version")]
    public static partial void UnknownMessages(ILogger logger, ushort peer, string name, IPEndPoint endPoint, long messages);

    [LoggerMessage(
        422, LogLevel.Warning,
        "Peer {Peer} '{Name}' in room {Room}, from {EndPoint}, sent more than its limit, or than its room's: "
        + "{Drops} frames dropped in the last minute (RateLimited)")]
    public static partial void OverLimit(ILogger logger, ushort peer, string name, RoomCode room, IPEndPoint endPoint, long drops);

    [LoggerMessage(409, LogLevel.Information, "Room {Room} closed")]
    public static partial void RoomClosed(ILogger logger, RoomCode room);

    [LoggerMessage(416, LogLevel.Warning, "Connection attempts turned away in the last minute: {Refusals}")]
    public static partial void TurnedAway(ILogger logger, string refusals);

    [LoggerMessage(
        440, LogLevel.Information,
        "Lines left out in the last minute: {Lines}, about who came, went or was rejected in rooms other than that of the join command. "
        + "Of these the log tells one a second")]
    public static partial void Untold(ILogger logger, long lines);

    [LoggerMessage(
        417, LogLevel.Debug,
        "Since the start, {Retries} clients had to prove their address, and {Malformed} packets were not valid QUIC")]
    public static partial void Strangers(ILogger logger, long retries, long malformed);

    [LoggerMessage(411, LogLevel.Information, "Certificate reloaded; new connections see pin {Pin}")]
    public static partial void CertificateReloaded(ILogger logger, CertificatePin pin);

    [LoggerMessage(
        434, LogLevel.Warning,
        "Certificate reloaded; new connections see pin {Pin} instead of {Old}. "
        + "Join commands and remembered profiles with the old pin stop working. Hint: send the new pin to players who join with --pin")]
    public static partial void KeyChanged(ILogger logger, CertificatePin pin, CertificatePin old);

    [LoggerMessage(435, LogLevel.Warning, "{Warning}")]
    public static partial void CertificateDoubtful(ILogger logger, string warning);

    [LoggerMessage(412, LogLevel.Warning, "The old certificate stays in use. {Failure}")]
    public static partial void CertificateNotReloaded(ILogger logger, string failure);

    [LoggerMessage(413, LogLevel.Information, "Shutting down; telling {Peers} peers")]
    public static partial void ShuttingDown(ILogger logger, int peers);

    [LoggerMessage(415, LogLevel.Error, "A bug in softlan ended one link; please report it")]
    public static partial void HandlerFailed(ILogger logger, Exception exception);

    // Per frame: off unless somebody asked for Trace, and then nothing is computed or boxed before the level check.
    [LoggerMessage(
        414, LogLevel.Trace,
        "Frame in {Room} from peer {Peer}: {Source} -> {Destination}, type 0x{EtherType:x4}, {Length} bytes: {Action} ({Reason}), {Targets} targets")]
    public static partial void Forwarded(
        ILogger logger, RoomCode room, ushort peer, MacAddress source, MacAddress destination, ushort etherType, int length,
        string action, DropReason reason, int targets);
}
