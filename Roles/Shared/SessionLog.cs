using System.Net;
using Microsoft.Extensions.Logging;
using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>Everything that gateway and client say about the relay and the room, in the order in which an operator meets it.</summary>
internal static partial class SessionLog
{
    [LoggerMessage(100, LogLevel.Debug, "Looking up {Relay}")]
    public static partial void Resolving(ILogger logger, RelayAddress relay);

    [LoggerMessage(122, LogLevel.Information, "Connecting to {Relay}")]
    public static partial void Starting(ILogger logger, RelayAddress relay);

    [LoggerMessage(101, LogLevel.Debug, "Connecting to {Relay} at {Address}")]
    public static partial void Connecting(ILogger logger, RelayAddress relay, IPEndPoint address);

    [LoggerMessage(102, LogLevel.Debug, "Cannot connect to {Address}: {Reason}")]
    public static partial void AddressFailed(ILogger logger, IPEndPoint address, string reason);

    [LoggerMessage(103, LogLevel.Warning, "Cannot reach {Relay}: {Reason}. Trying again until it works")]
    public static partial void CannotReach(ILogger logger, RelayAddress relay, string reason);

    [LoggerMessage(
        104, LogLevel.Warning,
        "Cannot trust {Relay} any more: {Reason}. Trying again. Hint: if its key was changed on purpose, start softlan again with the new --pin")]
    public static partial void Untrusted(ILogger logger, RelayAddress relay, string reason);

    [LoggerMessage(105, LogLevel.Debug, "Reached {Relay} at {Address}; asking for room {Room}")]
    public static partial void Reached(ILogger logger, RelayAddress relay, IPEndPoint address, RoomCode room);

    [LoggerMessage(106, LogLevel.Warning, "{Relay} does not let us in: {Reason}. Trying again for a while. Hint: {Hint}")]
    public static partial void Rejected(ILogger logger, RelayAddress relay, string reason, string hint);

    [LoggerMessage(107, LogLevel.Information, "In room {Room} on {Relay}: {Others}, MTU {Mtu}")]
    public static partial void Joined(ILogger logger, RoomCode room, string relay, string others, int mtu);

    [LoggerMessage(117, LogLevel.Warning, "{Reason} After a crash, the place in the room stays taken for half a minute")]
    public static partial void ResumeNotKept(ILogger logger, string reason);

    [LoggerMessage(108, LogLevel.Information, "Connected to the LAN gateway")]
    public static partial void GatewayConnected(ILogger logger);

    [LoggerMessage(109, LogLevel.Information, "Waiting for the LAN gateway")]
    public static partial void GatewayMissing(ILogger logger);

    [LoggerMessage(
        120, LogLevel.Warning,
        "The gateway cannot reach the party's LAN: its cable is unplugged, or its interface is down or gone. "
        + "The organiser must fix it; softlan resumes automatically")]
    public static partial void LanGone(ILogger logger);

    [LoggerMessage(121, LogLevel.Information, "The gateway reaches the party's LAN again")]
    public static partial void LanBack(ILogger logger);

    [LoggerMessage(
        123, LogLevel.Warning,
        "Nothing comes from the LAN gateway any more, though the relay answers: the party's internet, or the gateway's machine, may be down. "
        + "softlan resumes automatically")]
    public static partial void GatewaySilent(ILogger logger);

    [LoggerMessage(124, LogLevel.Information, "The LAN gateway answers again")]
    public static partial void GatewayAnswers(ILogger logger);

    [LoggerMessage(110, LogLevel.Information, "{Peer} joined")]
    public static partial void PeerJoined(ILogger logger, string peer);

    [LoggerMessage(111, LogLevel.Information, "{Peer} left ({Reason})")]
    public static partial void PeerLeft(ILogger logger, string peer, string reason);

    [LoggerMessage(
        118, LogLevel.Warning,
        "A machine on the party's LAN has our MAC address {Mac} and keeps it: none of our frames get through. "
        + "Hint: {Advice}")]
    public static partial void Outside(ILogger logger, MacAddress mac, string advice);

    [LoggerMessage(119, LogLevel.Information, "No machine on the party's LAN has our MAC address {Mac} any more: our frames get through")]
    public static partial void InsideAgain(ILogger logger, MacAddress mac);

    [LoggerMessage(112, LogLevel.Debug, "Datagrams to {Relay} can now hold {Length} bytes")]
    public static partial void MaxDatagramLength(ILogger logger, RelayAddress relay, int length);

    [LoggerMessage(113, LogLevel.Debug, "Nothing from {Relay} for {Silence}; looking for another path")]
    public static partial void Silent(ILogger logger, RelayAddress relay, TimeSpan silence);

    [LoggerMessage(
        114, LogLevel.Warning,
        "Dropped {Count} malformed datagrams from {Relay} in the last minute: it speaks another protocol, or somebody tampers with the connection")]
    public static partial void MalformedDatagrams(ILogger logger, RelayAddress relay, long count);

    [LoggerMessage(115, LogLevel.Warning, "Lost {Relay}: {Reason}. Trying again in {Delay}")]
    public static partial void Lost(ILogger logger, RelayAddress relay, string reason, string delay);

    [LoggerMessage(116, LogLevel.Debug, "Trying {Relay} again in {Delay}: {Reason}")]
    public static partial void TryingAgain(ILogger logger, RelayAddress relay, string delay, string reason);
}
