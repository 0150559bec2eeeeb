using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Relay;

/// <summary>Every link and every room of a relay: decides who may come in.</summary>
internal sealed class Lobby(RelayOptions options, ILane lane, ILogger logger) : ILinkAcceptor
{
    private readonly Dictionary<RoomCode, Room> _rooms = [];
    private readonly HashSet<RelayPeer> _links = [];
    private int _peers;
    private int _openRooms;
    private bool _isDraining;

    /// <summary>Drops of links that are gone, so that a report over all of them does not lose any.</summary>
    public PeerCounters Departed { get; } = new();

    public IReadOnlyCollection<RelayPeer> Links => _links;

    public int PeerCount => _peers;

    public int OpenRoomCount => _openRooms;

    /// <summary>Called when the last link is gone after <see cref="Drain"/>.</summary>
    public Action? Drained { get; set; }

    public IFrameLinkHandler Accept(IFrameLink link)
    {
        RelayPeer peer = new(this, lane, link, options);
        _links.Add(peer);
        return peer;
    }

    /// <summary>The peer's hello: lets it in, or rejects it.</summary>
    public void Enter(RelayPeer peer, HelloMessage hello)
    {
        Room? room = null;
        Seat? seat = null;
        if (hello.Version == HelloMessage.CurrentVersion && _rooms.TryGetValue(hello.Room, out room))
        {
            seat = FindSeat(room, hello);
        }

        if (Judge(hello, room, seat?.Occupant) is { } rejection)
        {
            peer.Reject(rejection.Reason, rejection.Text);
            return;
        }

        bool comesBack = seat is not null;
        room ??= _rooms[hello.Room] = new Room(hello.Room, logger);
        seat ??= room.Seats.TryCreate(lane.Now);
        if (seat is null)
        {
            peer.Reject(RejectReason.ServerFull, "Too many players came and went in this room within a minute; try again in a minute.");
            return;
        }

        if (room.IsEmpty)
        {
            _openRooms++;
            room.Switch.Mtu = Math.Min(options.MaxMtu, hello.Mtu);
            RelayLog.RoomOpened(logger, room.Code, room.Switch.Mtu);
        }

        if (seat.Occupant is null)
        {
            _peers++;
        }

        room.Enter(peer, seat, hello, lane.Now);
        if (comesBack)
        {
            RelayLog.CameBack(logger, peer.Id, hello.Role, hello.Name, room.Code, peer.RemoteEndPoint, hello.Software);
        }
        else
        {
            RelayLog.Joined(logger, peer.Id, hello.Role, hello.Name, peer.Mac, room.Code, peer.RemoteEndPoint, hello.Software);
        }
    }

    public void Leave(RelayPeer peer, Room room, CloseReason reason, string text)
    {
        _peers--;
        room.Leave(peer, reason, lane.Now);
        RelayLog.Left(logger, peer.Id, peer.Info.Name, room.Code, reason, text);
        if (room.IsEmpty)
        {
            _openRooms--;
            RelayLog.RoomClosed(logger, room.Code);
        }
    }

    /// <summary>The link is closed.</summary>
    public void Forget(RelayPeer peer)
    {
        if (!_links.Remove(peer))
        {
            return;
        }

        Departed.Add(peer.Counters);
        if (_isDraining && _links.Count == 0)
        {
            Drained?.Invoke();
        }
    }

    public void NoteRejected(RelayPeer peer, RejectReason reason, string text) => RelayLog.Rejected(logger, peer.RemoteEndPoint, reason, text);

    public void NoteProtocolError(RelayPeer peer, string text) => RelayLog.ProtocolError(logger, peer.RemoteEndPoint, peer.Id, text);

    /// <summary>Forgets empty rooms to which nobody can come back any more. To be called every few seconds.</summary>
    public void Sweep()
    {
        foreach ((RoomCode code, Room room) in _rooms)
        {
            if (room.IsEmpty && room.Seats.IsForgotten(lane.Now))
            {
                _rooms.Remove(code); // Removing is allowed while enumerating.
            }
        }
    }

    /// <summary>Says bye to everybody and lets nobody new in.</summary>
    public void Drain()
    {
        _isDraining = true;
        foreach (RelayPeer peer in _links.ToArray())
        {
            peer.SayBye(CloseReason.ShuttingDown, "The relay is shutting down");
        }

        if (_links.Count == 0)
        {
            Drained?.Invoke();
        }
    }

    private Seat? FindSeat(Room room, HelloMessage hello) =>
        ResumeToken.TryParse(hello.Resume, out ResumeToken? token) && room.Seats.Find(token!, lane.Now) is { } seat
        && (seat.Occupant is null || seat.Occupant.Info.Role == hello.Role)
            ? seat
            : null;

    /// <param name="hello">As it came.</param>
    /// <param name="room">Null when there is no such room yet.</param>
    /// <param name="replaced">Whose place the peer has the token for, and takes: it stands in nobody's way.</param>
    private (RejectReason Reason, string Text)? Judge(HelloMessage hello, Room? room, RelayPeer? replaced)
    {
        if (hello.Version != HelloMessage.CurrentVersion)
        {
            return (RejectReason.BadVersion, $"This relay speaks version {HelloMessage.CurrentVersion} of the protocol, your softlan speaks {hello.Version}; use the same release as the relay.");
        }

        if (_isDraining)
        {
            return (RejectReason.Draining, "The relay is about to stop; try again in a minute.");
        }

        bool isGateway = hello.Role == PeerRole.Gateway;
        if (!isGateway && !hello.Mac.IsValidClientAddress)
        {
            return (RejectReason.BadMac, $"{hello.Mac} cannot be a player's MAC address; it must be unicast and locally administered, for example 02:00:5e:10:00:01.");
        }

        bool opens = room is null || room.IsEmpty;
        int mtu = opens ? options.MaxMtu : room!.Switch.Mtu;
        int smallest = opens ? FrameLimits.MinMtu : mtu;
        if (hello.Mtu < smallest)
        {
            return (RejectReason.MtuTooSmall, $"This room needs an MTU of {smallest} bytes and you can carry {hello.Mtu}.");
        }

        if (replaced is null && _peers >= options.MaxPeers)
        {
            return (RejectReason.ServerFull, $"The relay is full: it has {options.MaxPeers} peers.");
        }

        if (opens && (_openRooms >= options.MaxRooms || (room is null && _rooms.Count >= 2 * options.MaxRooms)))
        {
            return (RejectReason.ServerFull, $"The relay is full: it has {options.MaxRooms} rooms.");
        }

        return room is null ? null : JudgeInRoom(hello, room, replaced, isGateway);
    }

    private (RejectReason Reason, string Text)? JudgeInRoom(HelloMessage hello, Room room, RelayPeer? replaced, bool isGateway)
    {
        if (isGateway)
        {
            return room.Gateway is null || ReferenceEquals(room.Gateway, replaced)
                ? null
                : (RejectReason.GatewayTaken, $"Room {room.Code} has a gateway already, and only one is possible.");
        }

        if (room.Switch.FindClient(hello.Mac) is { } owner && !ReferenceEquals(owner, replaced))
        {
            return (RejectReason.MacTaken, $"Another player in room {room.Code} has the MAC address {hello.Mac}.");
        }

        return replaced is null && room.ClientCount >= options.MaxClientsPerRoom
            ? (RejectReason.RoomFull, $"Room {room.Code} is full: it has {options.MaxClientsPerRoom} players.")
            : null;
    }
}
