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
internal sealed class Room(RoomCode code, RoomLimit limit, ILane lane, ILogger logger)
{
    private readonly List<Member> _members = [];
    private readonly RoomNews _news = new(lane);

    public RoomCode Code { get; } = code;

    public SeatBook Seats { get; } = new();

    public RoomSwitch Switch { get; } = new(code, limit, logger);

    /// <summary>Null: the room is a LAN of its own.</summary>
    public Member? Gateway { get; private set; }

    /// <summary>Whether the gateway reaches its LAN, as far as it has said.</summary>
    public bool IsLanConnected { get; private set; } = true;

    public IReadOnlyList<Member> Members => _members;

    public bool IsEmpty => _members.Count == 0;

    /// <summary>When the last one left, if it is empty.</summary>
    public TimeSpan EmptySince { get; private set; }

    public int ClientCount => _members.Count - (Gateway is null ? 0 : 1);

    /// <summary>Seats a peer that may come in.</summary>
    /// <param name="peer">Has no seat yet.</param>
    /// <param name="seat">A new one, or the one whose token the peer has shown.</param>
    /// <param name="hello">What it announced.</param>
    /// <param name="now">The lane's time.</param>
    /// <returns>The peer as the room knows it from now on.</returns>
    public Member Enter(RelayPeer peer, Seat seat, HelloMessage hello, TimeSpan now)
    {
        bool takesOver = TakeOver(seat, hello, now);
        Member member = peer.Sit(this, seat, hello);
        Seats.Occupy(seat, member);
        _members.Add(member);
        if (member.IsGateway)
        {
            Gateway = member;
            LetAllIn(); // It says anew who is to stay outside.
        }
        else
        {
            Switch.Reserve(member);
        }

        if (takesOver)
        {
            // Everybody knows this id, role and MAC already.
            member.IsAnnounced = true;
            Welcome(member);
        }
        else if (!member.IsGateway && Gateway is { } gateway)
        {
            gateway.SendControl(ControlCodec.Write(new JoinedMessage(member.Info)));
            member.WaitForDelivery(gateway, () => Introduce(member));
        }
        else
        {
            Introduce(member);
        }

        return member;
    }

    /// <summary>The member has its welcome: frames may go to it.</summary>
    public void Activate(Member member)
    {
        if (member.State != MemberState.Welcomed)
        {
            return;
        }

        Switch.AddTarget(member);
        member.BecomeActive();
        if (!member.IsAnnounced && !member.IsOutside)
        {
            Announce(member);
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
        if (_members.Find(member => member.Id == id && !member.IsGateway && member.Mac == mac) is { } member && member.IsOutside != isOutside)
        {
            SetOutside(member, isOutside);
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

    /// <summary>The member has gone. Its seat waits for it for a while.</summary>
    public void Leave(Member member, CloseReason reason, TimeSpan now)
    {
        Detach(member);
        if (member.IsGateway)
        {
            LetAllIn(); // Without its LAN there is no other machine that could have their MACs.
            IsLanConnected = true; // The players hear that it leaves.
        }

        EmptySince = now;
        Seats.Vacate(member.Seat, now);
        byte[] left = ControlCodec.Write(new LeftMessage(member.Id, reason));
        Gateway?.SendControl(left);
        if (member.IsAnnounced)
        {
            TellPlayers(left, member);
        }
    }

    /// <summary>Ends whoever still sits in the seat.</summary>
    /// <returns>True when the others need not hear of it, since the new member is the old one to them.</returns>
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

        old.Close(CloseReason.Replaced, old.IsGateway ? "this gateway connected again" : "this player connected again");
        return isTheSame;
    }

    /// <summary>The gateway knows it. A player is welcome when the others know it, too; a gateway is told to the others when it knows them.</summary>
    private void Introduce(Member member)
    {
        if (member.State != MemberState.Joining)
        {
            return; // It left while its gateway was being told.
        }

        if (member.IsGateway || member.IsOutside)
        {
            Welcome(member);
        }
        else
        {
            Announce(member, () => Welcome(member));
        }
    }

    private void Welcome(Member member)
    {
        if (member.State != MemberState.Joining)
        {
            return; // It left while the others were being told.
        }

        List<PeerInfo> known = new(_members.Count);
        foreach (Member other in _members)
        {
            if (ReferenceEquals(other, member))
            {
                continue;
            }

            // A gateway is told of a client that still waits for its own welcome, too: it may send as soon as it has it.
            if (member.IsGateway || other.IsAnnounced)
            {
                known.Add(other.Info);
            }
        }

        int listed = Math.Min(known.Count, ControlCodec.MaxPeersInWelcome);
        member.SendControl(ControlCodec.Write(
            new WelcomeMessage(member.Id, Code, Switch.Mtu, member.Seat.Token.ToString(), known.GetRange(0, listed))));
        for (int i = listed; i < known.Count; i++)
        {
            member.SendControl(ControlCodec.Write(new JoinedMessage(known[i])));
        }

        member.BecomeWelcomed();
        if (member.IsOutside)
        {
            member.SendControl(ControlCodec.Write(new OutsideMessage(member.Id, member.Mac, IsOutside: true)));
        }

        if (!member.IsGateway && !IsLanConnected)
        {
            member.SendControl(ControlCodec.Write(new LanMessage(IsConnected: false)));
        }

        member.WaitForDelivery(member, () => Activate(member));
    }

    /// <summary>Tells the players. The gateway knows it already.</summary>
    /// <param name="member">Somebody new.</param>
    /// <param name="told">Called when that is done.</param>
    private void Announce(Member member, Action? told = null)
    {
        member.IsAnnounced = true;
        TellPlayers(ControlCodec.Write(new JoinedMessage(member.Info)), member, told);
    }

    /// <summary>Tells the players that have their welcome, but not the one that it is about.</summary>
    private void TellPlayers(byte[] message, Member about, Action? told = null) =>
        _news.Tell(
            message,
            about,
            _members.Where(other => other.IsJoined && !other.IsGateway && !ReferenceEquals(other, about)),
            told);

    private void SetOutside(Member member, bool isOutside)
    {
        member.IsOutside = isOutside;
        if (member.IsAnnounced)
        {
            member.IsAnnounced = false;
            TellPlayers(ControlCodec.Write(new LeftMessage(member.Id, CloseReason.Kicked)), member);
        }

        if (member.IsJoined)
        {
            member.SendControl(ControlCodec.Write(new OutsideMessage(member.Id, member.Mac, isOutside)));
            if (!isOutside)
            {
                Announce(member);
                _news.TellAll(); // It may send them frames at once.
            }
        }
    }

    private void LetAllIn()
    {
        foreach (Member member in _members.FindAll(one => one.IsOutside))
        {
            SetOutside(member, isOutside: false);
        }
    }

    private void Detach(Member member)
    {
        _members.Remove(member);
        Switch.Remove(member);
        member.Leave();
        if (ReferenceEquals(Gateway, member))
        {
            Gateway = null;
        }
    }
}
