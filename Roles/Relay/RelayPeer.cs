using System.Diagnostics.CodeAnalysis;
using System.Net;
using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Relay;

/// <summary>One link of the relay: takes apart what its peer sends, and ends it when the peer breaks the protocol.</summary>
internal sealed class RelayPeer : IFrameLinkHandler
{
    /// <summary>A peer that has not said hello this long after the handshake is closed (protocol.md, section 2).</summary>
    public static readonly TimeSpan HelloTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Control messages a second that a peer may send; it needs one in ten seconds. Whoever sends more than the burst is closed.</summary>
    public const double ControlRate = 10;

    public const double ControlBurst = 100;

    /// <summary>The malformed datagram with this number within <see cref="MalformedWindow"/> closes the connection (protocol.md, section 5, rule 1).
    /// A few can be an accident of the network; this many in this time cannot.</summary>
    public const int MalformedLimit = 16;

    public static readonly TimeSpan MalformedWindow = TimeSpan.FromSeconds(10);

    private readonly Lobby _lobby;
    private readonly ILane _lane;
    private readonly IFrameLink _link;
    private readonly ILaneTimer _helloTimer;
    private readonly Burst _malformed = new(MalformedLimit, MalformedWindow);
    private readonly FrameReassembler _reassembler = new();
    private readonly TokenBucket _controlBucket = new(ControlRate, ControlBurst);
    private readonly UnreadControl _unread = new();
    private readonly RelayOptions _options;

    /// <summary>It has had no seat, and gets none any more.</summary>
    private bool _wasTurnedAway;

    public RelayPeer(Lobby lobby, ILane lane, IFrameLink link, IPAddress provenAddress, RelayOptions options)
    {
        ProvenAddress = provenAddress;
        _lobby = lobby;
        _lane = lane;
        _link = link;
        _helloTimer = lane.CreateTimer(OnHelloTimeout);
        _options = options;
    }

    /// <summary>Who it is in its room, also after it has left; null: it has had no seat.</summary>
    public Member? Member { get; private set; }

    public PeerCounters Counters => _link.Counters;

    public IPEndPoint RemoteEndPoint => _link.RemoteEndPoint;

    /// <summary>Where it was at the handshake, and so received what was sent there; into later packets it may write any address.</summary>
    public IPAddress ProvenAddress { get; }

    /// <summary>What this peer's software said last of its round trip and its drops; null before the first report.</summary>
    public StatsMessage? Reported { get; private set; }

    /// <summary>Messages of types that this version does not know.</summary>
    public long UnknownMessages { get; private set; }

    /// <summary>Rejected, closed, handed over, or replaced in its seat: what still arrives is ignored.</summary>
    private bool IsGone => Member is null ? _wasTurnedAway : Member.State == MemberState.Left;

    public void OnConnected(IFrameLink link)
    {
        if (Member is null && !IsGone)
        {
            _helloTimer.Set(HelloTimeout);
        }
    }

    // From one peer's link to the others', in the order in which a datagram meets it:
    //
    //   DatagramHeader.TryParse    is it ours at all
    //   FrameReassembler.Add       pieces become a frame
    //   RoomSwitch.Forward         the rules of protocol.md, section 5, and the targets
    //   Member.SendFrame           of each target: into its link's queue, which cuts it to its path
    public void OnDatagram(IFrameLink link, ReadOnlySpan<byte> datagram)
    {
        if (!DatagramHeader.TryParse(datagram, out DatagramHeader header, out ReadOnlySpan<byte> body))
        {
            Counters.Drop(DropReason.Malformed);
            OnMalformed();
            return;
        }

        if (Member is not { IsJoined: true } member)
        {
            Counters.Drop(DropReason.NotConnected);
            return;
        }

        Room room = member.Room;
        if (member.State != MemberState.Active)
        {
            // It can only know that it may send from its welcome, so that has arrived.
            room.Activate(member);
        }

        switch (header.Kind)
        {
            case DatagramKind.Frame:
                room.Switch.Forward(member, body);
                break;
            case DatagramKind.Head or DatagramKind.Tail:
                Reassemble(member, header, body);
                break;
            case DatagramKind.Probe or DatagramKind.ProbeReply:
                room.Switch.RouteProbe(member, header.Kind, body);
                break;
        }
    }

    public void OnControl(IFrameLink link, ReadOnlySpan<byte> message)
    {
        if (IsGone)
        {
            return;
        }

        if (!_controlBucket.TryTake(1, _lane.Now))
        {
            CloseForProtocolError("too many control messages");
            return;
        }

        bool awaitsHello = Member is null;
        if (!TryParse(message, out ControlMessage? parsed, out string? error))
        {
            if (awaitsHello)
            {
                Reject(new RejectMessage(RejectReason.BadHello, $"The relay cannot read this hello: {error}."), room: null);
            }
            else
            {
                CloseForProtocolError(error);
            }

            return;
        }

        switch (parsed)
        {
            case HelloMessage hello when awaitsHello:
                SayHello(hello);
                break;
            case ByeMessage bye:
                Close(bye.Reason == CloseReason.ShuttingDown ? CloseReason.ShuttingDown : CloseReason.Normal, bye.Text);
                break;
            case UnknownMessage:
                UnknownMessages++;
                break;
            case StatsMessage stats when !awaitsHello:
                Reported = stats;
                break;
            case LanMessage lan when Member is { IsGateway: true, IsJoined: true } gateway:
                gateway.Room.SetLanConnected(lan.IsConnected);
                break;
            case OutsideMessage outside when Member is { IsGateway: true, IsJoined: true } gateway:
                gateway.Room.SetOutside(outside.Id, outside.Mac, outside.IsOutside);
                break;
            default:
                CloseForProtocolError(
                    awaitsHello ? "the first message is not a hello" : $"a {parsed.GetType().Name} is not for the relay at this point");
                break;
        }
    }

    /// <summary>The peer has said hello, here or on the worker that its link is on.</summary>
    public void SayHello(HelloMessage hello)
    {
        _helloTimer.Cancel();
        _lobby.Enter(this, hello);
    }

    /// <summary>The peer belongs to another worker: this object is done, and the link is somebody else's.</summary>
    public IFrameLink GiveUpLink()
    {
        _wasTurnedAway = true;
        _helloTimer.Dispose();
        return _link;
    }

    public void OnRemoteEndPointChanged(IFrameLink link)
    {
        if (Member is { State: not MemberState.Left } member)
        {
            _lobby.NoteMoved(member);
        }
    }

    public void OnClosed(IFrameLink link, LinkClosed closed)
    {
        End(closed.Reason, closed.Text);
        _helloTimer.Dispose();
        _reassembler.Expire(TimeSpan.MaxValue, Counters); // Nothing comes any more, so no rest does.
        _lobby.Forget(this);
    }

    /// <summary>Counts frames whose rest has not come in time, also while nothing else arrives.</summary>
    public void CountIncomplete() => _reassembler.Expire(_lane.Now, Counters);

    /// <summary>Ends a link that has not said hello, for others that are newer.</summary>
    public void CloseSilent() => CloseForProtocolError($"no hello, and none from {Lobby.MaxSilent} newer connections");

    /// <summary>Ends the link of a peer that does not read what it is told. To be called every few seconds.</summary>
    public void CloseIfUnread()
    {
        if (!IsGone && _unread.IsTooOld(_link.ControlProgress, _lane.Now))
        {
            CloseForProtocolError(UnreadControl.Text);
        }
    }

    /// <summary>Sits down. From here on the peer is in the room, though nobody is told yet.</summary>
    public Member Sit(Room room, Seat seat, HelloMessage hello)
    {
        _link.LimitDatagrams(hello.MaxDatagram);
        return Member = new Member(room, seat, hello, seat.Take(hello, _options, _lane), _link, _lane);
    }

    /// <summary>Says why it may not come in, and closes.</summary>
    /// <param name="why">The relay's answer.</param>
    /// <param name="room">Where it wanted to; null: nobody can tell.</param>
    public void Reject(RejectMessage why, RoomCode? room)
    {
        _lobby.NoteRejected(this, room, why.Text);
        _link.SendControl(ControlCodec.Write(why));
        Close(why.Reason == RejectReason.BadHello ? CloseReason.ProtocolError : CloseReason.Normal, why.Text);
    }

    /// <summary>Says bye, and closes.</summary>
    public void SayBye(CloseReason reason, string text)
    {
        if (!IsGone)
        {
            _link.SendControl(ControlCodec.Write(new ByeMessage(reason, text)));
            Close(reason, text);
        }
    }

    /// <summary>Leaves the room if it is in one, and closes the link.</summary>
    public void Close(CloseReason reason, string text)
    {
        End(reason, text);
        _link.Close(reason, text);
    }

    private static bool TryParse(
        ReadOnlySpan<byte> message, [NotNullWhen(true)] out ControlMessage? parsed, [NotNullWhen(false)] out string? error)
    {
        if (message.Length > ControlCodec.MaxMessageFromPeer)
        {
            parsed = null;
            error = $"The message has {message.Length} bytes; a relay takes {ControlCodec.MaxMessageFromPeer}";
            return false;
        }

        return ControlCodec.TryParse(message, out parsed, out error);
    }

    private void Reassemble(Member member, DatagramHeader header, ReadOnlySpan<byte> body)
    {
        // The source that a peer writes means nothing; with its own id its pieces cannot meet anybody else's.
        switch (_reassembler.Add(header with { Source = member.Id }, body, _lane.Now, Counters, out ReadOnlySpan<byte> frame))
        {
            case PieceResult.Complete:
                member.Room.Switch.Forward(member, frame);
                break;
            case PieceResult.Malformed:
                OnMalformed();
                break;
        }
    }

    private void OnMalformed()
    {
        if (!IsGone && _malformed.Note(_lane.Now))
        {
            CloseForProtocolError($"{MalformedLimit} malformed datagrams in {MalformedWindow.TotalSeconds:0} s");
        }
    }

    private void OnHelloTimeout() => CloseForProtocolError($"no hello within {HelloTimeout.TotalSeconds:0} s");

    private void CloseForProtocolError(string text)
    {
        _lobby.NoteProtocolError(this, text);
        Close(CloseReason.ProtocolError, text);
    }

    private void End(CloseReason reason, string text)
    {
        if (IsGone)
        {
            return;
        }

        _helloTimer.Cancel();
        if (Member is { } member)
        {
            _lobby.Leave(member, reason, text);
        }
        else
        {
            _wasTurnedAway = true;
        }
    }
}
