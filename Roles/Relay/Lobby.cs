using System.Net;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Relay;

/// <summary>Every link and every room of one worker of a relay: decides who may come in. A relay with one worker has one lobby.</summary>
internal sealed class Lobby : ILinkAcceptor
{
    /// <summary>Links of one worker that are up and have not said hello. With one more the oldest of them is closed: whoever means well says hello
    /// together with the end of his handshake, and strangers who say nothing shall keep no place that he needs.</summary>
    public const int MaxSilent = 64;

    private readonly RelayHouse _house;
    private readonly int _worker;
    private readonly IEnterableLane _lane;
    private readonly ILogger _logger;
    private readonly Dictionary<RoomCode, Room> _rooms = [];
    private readonly HashSet<RelayPeer> _links = [];
    private readonly List<RelayPeer> _silent = []; // The oldest first.
    private readonly Admission _admission;
    private readonly JoinGarbage _garbage;
    private readonly RateLimitReport _rateLimits;
    private readonly MoveReport _moves;
    private readonly RoomReport _report;
    private long _frames;
    private bool _isDraining;
    private bool _hasDrained;

    /// <summary>For <see cref="RelayHouse.OpenLobby"/>: the others find a lobby in its house.</summary>
    /// <param name="house">What the lobbies of one relay share.</param>
    /// <param name="worker">Whose it is.</param>
    /// <param name="lane">The worker's lane.</param>
    /// <param name="logger">For the operator.</param>
    public Lobby(RelayHouse house, int worker, IEnterableLane lane, ILogger logger)
    {
        _house = house;
        _worker = worker;
        _lane = lane;
        _logger = logger;
        _admission = new Admission(house);
        _garbage = new JoinGarbage(lane);
        _rateLimits = new RateLimitReport(logger);
        _moves = new MoveReport(lane, logger);
        _report = new RoomReport(house, lane, logger);
    }

    public IEnterableLane Lane => _lane;

    /// <summary>What links that are gone have counted, and drops of what was still on its way to or from them, so that a report over all of them does
    /// not lose any.</summary>
    public PeerCounters Departed { get; } = new();

    public IReadOnlyCollection<RelayPeer> Links => _links;

    /// <summary>What peers of this worker's rooms have sent, as of the last <see cref="CountFrames"/>. Any thread may ask.</summary>
    public long Frames => Volatile.Read(ref _frames);

    private RelayOptions Options => _house.Options;

    /// <summary>Everything that links of this worker and members of its rooms have counted.</summary>
    public PeerCounters Sum()
    {
        PeerCounters sum = new();
        sum.Add(Departed);
        foreach (RelayPeer peer in _links)
        {
            peer.CountIncomplete();
            sum.Add(peer.Counters);
        }

        foreach (NearEnd end in _house.GatesFrom(_worker).SelectMany(gate => gate.Ends))
        {
            sum.Add(end.Counters);
        }

        return sum;
    }

    /// <summary>Tells of the members of this worker's rooms that are over their limits. To be called once a minute.</summary>
    public void TellRateLimited() => _rateLimits.Tell(_rooms.Values.SelectMany(room => room.Members));

    /// <summary>On the worker's lane.</summary>
    public void CountFrames() => Volatile.Write(ref _frames, Departed.FramesIn + _links.Sum(peer => peer.Counters.FramesIn));

    /// <summary>Called once, when the last link of this worker is gone after <see cref="Drain"/>; those whose room is on another worker
    /// count.</summary>
    public Action? Drained { get; set; }

    public IFrameLinkHandler Accept(IFrameLink link)
    {
        // The handshake has just been completed with this address. From here on it changes with any packet, and is checked only afterwards (RFC 9000,
        // section 9.3).
        RelayPeer peer = new(this, _lane, link, link.RemoteEndPoint.Address, Options);
        _links.Add(peer);
        _silent.Add(peer);
        if (_silent.Count > MaxSilent)
        {
            RelayPeer oldest = _silent[0];
            _silent.RemoveAt(0);
            oldest.CloseSilent();
        }

        return peer;
    }

    /// <summary>The peer's hello: lets it in, or rejects it, or sends it to the worker that has its room.</summary>
    public void Enter(RelayPeer peer, HelloMessage hello)
    {
        _silent.Remove(peer);
        _garbage.NoteJoin();
        if (FindHome(hello, out int home) is { } homeless)
        {
            Reject(peer, hello, homeless);
        }
        else if (home != _worker)
        {
            HandOver(peer, hello, home);
        }
        else if (Admit(peer, hello, out Room? room, out Seat? seat) is { } rejection)
        {
            Reject(peer, hello, rejection);
        }
        else
        {
            SitDown(peer, hello, room!, seat!);
        }
    }

    public void Leave(Member member, CloseReason reason, string text)
    {
        Room room = member.Room;
        _house.CountPeer(room.Code, -1);
        room.Leave(member, reason, _lane.Now);
        _report.Left(member, reason, text);
        if (room.IsEmpty)
        {
            _house.CountRoom(room.Code, -1);
            _report.Closed(room);
        }
    }

    /// <summary>The link is closed.</summary>
    public void Forget(RelayPeer peer)
    {
        if (!_links.Remove(peer))
        {
            return;
        }

        _silent.Remove(peer);
        Departed.Add(peer.Counters);
        TellReported(peer);
        TellDrained();
    }

    /// <param name="peer">Who is turned away.</param>
    /// <param name="room">Where it wanted to; null: nobody can tell.</param>
    /// <param name="text">Why.</param>
    public void NoteRejected(RelayPeer peer, RoomCode? room, string text) => _report.Rejected(peer, room, text);

    public void NoteProtocolError(RelayPeer peer, string text) => _report.ProtocolError(peer, text);

    public void NoteMoved(Member member) => _moves.Note(member);

    /// <summary>Forgets empty rooms to which nobody can come back any more, and ends the links of those who do not read. To be called every few
    /// seconds.</summary>
    public void Sweep()
    {
        foreach (RelayPeer peer in _links.ToArray())
        {
            peer.CloseIfUnread();
        }

        foreach (NearEnd end in _house.GatesFrom(_worker).SelectMany(gate => gate.Ends).ToArray())
        {
            end.CloseIfUnread();
        }

        foreach ((RoomCode code, Room room) in _rooms)
        {
            if (room.IsEmpty && room.Seats.IsForgotten(_lane.Now))
            {
                _rooms.Remove(code); // Removing is allowed while enumerating.
                _house.Forget(code, _worker);
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

        TellDrained();
    }

    /// <summary>Where a hello belongs.</summary>
    /// <param name="home">The worker of its room: the one that has it, or this one, which is to open it now or to give the claim back.</param>
    /// <returns>Why it belongs nowhere; null: it does.</returns>
    private RejectMessage? FindHome(HelloMessage hello, out int home)
    {
        home = _worker;
        if (hello.Version != HelloMessage.CurrentVersion)
        {
            return new RejectMessage(
                RejectReason.BadVersion,
                $"This relay speaks version {HelloMessage.CurrentVersion} of the protocol, your softlan speaks {hello.Version}; "
                + "use the same release as the relay.");
        }

        if (_isDraining)
        {
            // Wherever the room is: a link that was handed over now would travel only to be rejected there, or to be let in and sent away.
            return new RejectMessage(RejectReason.Draining, "The relay is about to stop. Try again in a minute.");
        }

        if (ClaimHome(hello.Room) is not { } found)
        {
            return new RejectMessage(
                RejectReason.ServerFull,
                $"The relay has had {_house.MaxKnownRooms} rooms within a minute, twice its --max-rooms; try again in a minute.");
        }

        home = found;
        return null;
    }

    /// <summary>Whether somebody may come into a room of this worker. Changes nothing but the count of joins.</summary>
    /// <param name="room">Where to; nobody knows it yet where there was none. Without meaning for who is rejected.</param>
    /// <param name="seat">The one that it has the token for, or a fresh one. Without meaning for who is rejected.</param>
    /// <returns>Why not; null: it may.</returns>
    private RejectMessage? Admit(RelayPeer peer, HelloMessage hello, out Room? room, out Seat? seat)
    {
        _rooms.TryGetValue(hello.Room, out room);
        seat = room is null ? null : FindSeat(room, hello);
        if (_admission.Judge(hello, room, seat?.Occupant) is { } rejection)
        {
            return rejection;
        }

        room ??= new Room(hello.Room, new RoomLimit(hello.Room == _house.KeptRoom, Options, _lane), _lane, _logger);
        seat ??= room.Seats.TryCreate(_lane.Now);
        if (seat is null)
        {
            return new RejectMessage(RejectReason.ServerFull, "Too many players came and went in this room within a minute; try again in a minute.");
        }

        // Last of all, so that a hello that is rejected costs no join.
        if (seat.MayReturn(hello, _lane.Now) || _house.Joins.TryTake(peer.ProvenAddress, _lane.Now))
        {
            return null;
        }

        return new RejectMessage(
            RejectReason.ServerFull,
            seat.WasTakenBy(hello)
                ? "You came back to this room too often within a minute; try again in a few seconds."
                : "Too many have joined from this address within a few minutes (--max-links-per-address); try again in a minute.");
    }

    /// <summary>The one place where a hello is turned away: the claim on a room that nobody has opened is given back.</summary>
    private void Reject(RelayPeer peer, HelloMessage hello, RejectMessage why)
    {
        if (!_rooms.ContainsKey(hello.Room))
        {
            _house.Forget(hello.Room, _worker);
        }

        peer.Reject(why, hello.Room);
    }

    /// <summary>Opens the room where it is empty, and seats whoever was admitted.</summary>
    private void SitDown(RelayPeer peer, HelloMessage hello, Room room, Seat seat)
    {
        _rooms[hello.Room] = room;
        if (room.IsEmpty)
        {
            _house.CountRoom(room.Code, 1);
            room.Switch.Mtu = Math.Min(Options.MaxMtu, hello.Mtu);
            _report.Opened(room);
        }

        if (seat.Occupant is null)
        {
            _house.CountPeer(room.Code, 1);
        }

        bool comesBack = seat.WasTaken;
        _report.Entered(room.Enter(peer, seat, hello, _lane.Now), hello.Software, comesBack);
    }

    /// <summary>The worker of a room; where none has it, it is this one's from now on. Makes place for a new one where too many are remembered only
    /// for those who may come back.</summary>
    /// <returns>Null: too many rooms are known for one more.</returns>
    private int? ClaimHome(RoomCode code)
    {
        if (_house.FindOrClaimHome(code, _worker) is { } home)
        {
            return home;
        }

        ForgetLongestEmpty();
        foreach (Lobby other in _house.Lobbies.Where(lobby => lobby != this))
        {
            other._lane.Post(other.ForgetLongestEmpty); // For the next who asks.
        }

        return _house.FindOrClaimHome(code, _worker);
    }

    private void ForgetLongestEmpty()
    {
        if (_rooms.Values.Where(room => room.IsEmpty).MinBy(room => room.EmptySince) is { } oldest)
        {
            _rooms.Remove(oldest.Code);
            _house.Forget(oldest.Code, _worker);
        }
    }

    /// <summary>A link of another worker, whose room is here.</summary>
    private void TakeIn(FarLink link, IPAddress provenAddress, FarGate gate, HelloMessage hello)
    {
        gate.Open(link);
        RelayPeer peer = new(this, _lane, link, provenAddress, Options);
        _links.Add(peer);
        link.HandlerFailed = e => RelayLog.HandlerFailed(_logger, e);
        link.HandOver(peer);
        link.Tell(_ => peer.SayHello(hello));
    }

    /// <summary>The room is on another worker, and so will be all that the peer says from here on.</summary>
    private void HandOver(RelayPeer peer, HelloMessage hello, int home)
    {
        FarGate gate = _house.Gate(_worker, home);
        _links.Remove(peer);
        FarLink link = gate.Pass(peer.GiveUpLink(), counters =>
        {
            Departed.Add(counters);
            TellDrained();
        });
        Lobby there = _house.Lobbies[home];
        IPAddress provenAddress = peer.ProvenAddress;
        gate.RoomLane.Post(() => there.TakeIn(link, provenAddress, gate, hello));
    }

    /// <summary>What may help when a player complains afterwards.</summary>
    private void TellReported(RelayPeer peer)
    {
        if (!_logger.IsEnabled(LogLevel.Debug))
        {
            return;
        }

        (ushort id, string name) = (peer.Member?.Id ?? 0, peer.Member is { } member ? PeerNames.NameOf(member.Info) : "");
        if (peer.Reported is { } stats)
        {
            string drops = new DropReport().Next(stats.Counters) ?? "nothing";
            RelayLog.Reported(_logger, id, name, peer.RemoteEndPoint, stats.Rtt, drops);
        }

        if (peer.UnknownMessages > 0)
        {
            RelayLog.UnknownMessages(_logger, id, name, peer.RemoteEndPoint, peer.UnknownMessages);
        }
    }

    /// <summary>Links that were handed over are still on this worker and end here, so it waits for them too; otherwise one on its way to a lobby
    /// that has drained already might not hear its goodbye. Newcomers that are rejected afterwards change nothing.</summary>
    private void TellDrained()
    {
        if (_isDraining && !_hasDrained && _links.Count == 0 && !_house.GatesFrom(_worker).Any(gate => gate.Ends.Any()))
        {
            _hasDrained = true;
            Drained?.Invoke();
        }
    }

    private Seat? FindSeat(Room room, HelloMessage hello) =>
        ResumeToken.TryParse(hello.Resume, out ResumeToken? token) && room.Seats.Find(token, _lane.Now) is { } seat
        && (seat.Occupant is null || seat.Occupant.Info.Role == hello.Role)
            ? seat
            : null;
}
