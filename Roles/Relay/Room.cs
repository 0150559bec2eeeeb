using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Relay;

/// <summary>Who is in a room, and who has been told of whom.</summary>
/// <remarks>
/// Frames travel beside the control stream and overtake it, so a join goes step by step:
/// <code>
///  client: hello -> seat -> joined to the gateway -> (it has arrived) -> joined to the others -> (all were told)
///          -> welcome -> (it has arrived) -> gets frames
///  gateway: hello -> seat -> welcome with all clients -> (it has arrived) -> joined to the others, gets frames
/// </code>
/// Thus a gateway knows every MAC before it gets a frame from it, players know whose frames they get, and begin to look for an address only when the
/// gateway is ready. The gateway hears of everything at once, so it knows everybody who has a seat, and everybody hears of the gateway; players of a
/// large room hear of each other a few at a time (<see cref="RoomNews"/>).
/// </remarks>
internal sealed class Room(RoomCode code, ILane lane, ILogger logger)
{
    private readonly List<RelayPeer> _members = [];
    private readonly RoomNews _news = new(lane);

    public RoomCode Code { get; } = code;

    public SeatBook Seats { get; } = new();

    public RoomSwitch Switch { get; } = new(code, logger);

    /// <summary>Null: the room is a LAN of its own.</summary>
    public RelayPeer? Gateway { get; private set; }

    /// <summary>Whether the gateway reaches its LAN, as far as it has said.</summary>
    public bool IsLanConnected { get; private set; } = true;

    public IReadOnlyList<RelayPeer> Members => _members;

    public bool IsEmpty => _members.Count == 0;

    /// <summary>When the last one left, if it is empty.</summary>
    public TimeSpan EmptySince { get; private set; }

    public int ClientCount => _members.Count - (Gateway is null ? 0 : 1);

    /// <summary>Seats a peer that may come in.</summary>
    /// <param name="peer">Has no seat yet.</param>
    /// <param name="seat">A new one, or the one whose token the peer has shown.</param>
    /// <param name="hello">What it announced.</param>
    /// <param name="now">The lane's time.</param>
    public void Enter(RelayPeer peer, Seat seat, HelloMessage hello, TimeSpan now)
    {
        bool takesOver = TakeOver(seat, hello, now);
        Seats.Occupy(seat, peer);
        peer.Sit(this, seat, hello);
        _members.Add(peer);
        if (peer.IsGateway)
        {
            Gateway = peer;
            LetAllIn(); // It says anew who is to stay outside.
        }
        else
        {
            Switch.Reserve(peer);
        }

        if (takesOver)
        {
            // Everybody knows this id, role and MAC already.
            peer.BecomeAnnounced();
            Welcome(peer);
        }
        else if (!peer.IsGateway && Gateway is { } gateway)
        {
            gateway.SendControl(ControlCodec.Write(new JoinedMessage(peer.Info)));
            peer.WaitForDelivery(gateway, () => Introduce(peer));
        }
        else
        {
            Introduce(peer);
        }
    }

    /// <summary>The peer has its welcome: frames may go to it.</summary>
    public void Activate(RelayPeer peer)
    {
        if (peer.State != RelayPeerState.Joined || peer.IsTarget)
        {
            return;
        }

        Switch.AddTarget(peer);
        if (!peer.IsAnnounced && !peer.IsOutside)
        {
            Announce(peer);
            _news.TellAll(); // It may have frames for them already.
        }
    }

    /// <summary>The gateway says whether a machine on its LAN has a client's MAC. To the other players such a client has left: its MAC is that
    /// machine's to them.</summary>
    /// <param name="id">Whose. One that is not here, or no client, is not heard of: it may have left meanwhile.</param>
    /// <param name="mac">Its MAC; whoever has come to its place since has another one.</param>
    /// <param name="isOutside">Whether it stays outside.</param>
    public void SetOutside(ushort id, MacAddress mac, bool isOutside)
    {
        if (_members.Find(member => member.Id == id && !member.IsGateway && member.Mac == mac) is { } peer && peer.IsOutside != isOutside)
        {
            SetOutside(peer, isOutside);
        }
    }

    /// <summary>The gateway says whether it reaches its LAN; the players are told.</summary>
    public void SetLanConnected(bool isConnected)
    {
        if (Gateway is { } gateway && isConnected != IsLanConnected)
        {
            IsLanConnected = isConnected;
            TellPlayers(ControlCodec.Write(new LanMessage(isConnected)), gateway);
        }
    }

    /// <summary>The peer has gone. Its seat waits for it for a while.</summary>
    public void Leave(RelayPeer peer, CloseReason reason, TimeSpan now)
    {
        Detach(peer);
        if (peer.IsGateway)
        {
            LetAllIn(); // Without its LAN there is no other machine that could have their MACs.
            IsLanConnected = true; // The players hear that it leaves.
        }

        EmptySince = now;
        if (peer.Seat is { } seat)
        {
            Seats.Vacate(seat, now);
        }

        byte[] left = ControlCodec.Write(new LeftMessage(peer.Id, reason));
        Gateway?.SendControl(left);
        if (peer.IsAnnounced)
        {
            TellPlayers(left, peer);
        }
    }

    /// <summary>Ends whoever still sits in the seat.</summary>
    /// <returns>True when the others need not hear of it, since the new peer is the old one to them.</returns>
    private bool TakeOver(Seat seat, HelloMessage hello, TimeSpan now)
    {
        if (seat.Occupant is not { } old)
        {
            return false;
        }

        bool isTheSame = seat.IsContinuedBy(hello);
        if (isTheSame)
        {
            Detach(old);
            Seats.Vacate(seat, now);
        }
        else
        {
            Leave(old, CloseReason.Replaced, now);
        }

        old.BecomeReplaced();
        return isTheSame;
    }

    /// <summary>The gateway knows it. A player is welcome when the others know it, too; a gateway is told to the others when it knows them.</summary>
    private void Introduce(RelayPeer peer)
    {
        if (peer.State != RelayPeerState.Joining)
        {
            return; // It left while its gateway was being told.
        }

        if (peer.IsGateway || peer.IsOutside)
        {
            Welcome(peer);
        }
        else
        {
            Announce(peer, () => Welcome(peer));
        }
    }

    private void Welcome(RelayPeer peer)
    {
        if (peer.State != RelayPeerState.Joining)
        {
            return; // It left while the others were being told.
        }

        List<PeerInfo> known = new(_members.Count);
        foreach (RelayPeer other in _members)
        {
            if (ReferenceEquals(other, peer))
            {
                continue;
            }

            // A gateway is told of a client that still waits for its own welcome, too: it may send as soon as it has it.
            if (peer.IsGateway || other.IsAnnounced)
            {
                known.Add(other.Info);
            }
        }

        int listed = Math.Min(known.Count, ControlCodec.MaxPeersInWelcome);
        peer.SendControl(ControlCodec.Write(
            new WelcomeMessage(peer.Id, Code, Switch.Mtu, peer.Seat!.Token.ToString(), known.GetRange(0, listed))));
        for (int i = listed; i < known.Count; i++)
        {
            peer.SendControl(ControlCodec.Write(new JoinedMessage(known[i])));
        }

        peer.BecomeJoined();
        if (peer.IsOutside)
        {
            peer.SendControl(ControlCodec.Write(new OutsideMessage(peer.Id, peer.Mac, IsOutside: true)));
        }

        if (!peer.IsGateway && !IsLanConnected)
        {
            peer.SendControl(ControlCodec.Write(new LanMessage(IsConnected: false)));
        }

        peer.WaitForDelivery(peer, () => Activate(peer));
    }

    /// <summary>Tells the players. The gateway knows it already.</summary>
    /// <param name="peer">Somebody new.</param>
    /// <param name="told">Called when that is done.</param>
    private void Announce(RelayPeer peer, Action? told = null)
    {
        peer.BecomeAnnounced();
        TellPlayers(ControlCodec.Write(new JoinedMessage(peer.Info)), peer, told);
    }

    /// <summary>Tells the players that have their welcome, but not the one that it is about.</summary>
    private void TellPlayers(byte[] message, RelayPeer about, Action? told = null) =>
        _news.Tell(
            message,
            about,
            _members.Where(other => other.State == RelayPeerState.Joined && !other.IsGateway && !ReferenceEquals(other, about)),
            told);

    private void SetOutside(RelayPeer peer, bool isOutside)
    {
        bool wasAnnounced = peer.IsAnnounced;
        peer.SetOutside(isOutside);
        if (wasAnnounced)
        {
            TellPlayers(ControlCodec.Write(new LeftMessage(peer.Id, CloseReason.Kicked)), peer);
        }

        if (peer.State == RelayPeerState.Joined)
        {
            peer.SendControl(ControlCodec.Write(new OutsideMessage(peer.Id, peer.Mac, isOutside)));
            if (!isOutside)
            {
                Announce(peer);
                _news.TellAll(); // It may send them frames at once.
            }
        }
    }

    private void LetAllIn()
    {
        foreach (RelayPeer peer in _members.FindAll(member => member.IsOutside))
        {
            SetOutside(peer, isOutside: false);
        }
    }

    private void Detach(RelayPeer peer)
    {
        _members.Remove(peer);
        Switch.Remove(peer);
        if (ReferenceEquals(Gateway, peer))
        {
            Gateway = null;
        }
    }
}
