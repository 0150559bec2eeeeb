using System.Diagnostics.CodeAnalysis;
using System.Net;
using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Relay;

/// <summary>One link of the relay and who is behind it: takes what arrives apart, and sends frames that others have for it.</summary>
internal sealed class RelayPeer : IFrameLinkHandler, IDisposable
{
    /// <summary>A peer that has not said hello this long after the handshake is closed (protocol.md, section 2).</summary>
    public static readonly TimeSpan HelloTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Control messages a second that a peer may send; it needs one in ten seconds. Whoever sends more than the burst is closed.</summary>
    public const double ControlRate = 10;

    public const double ControlBurst = 100;

    private readonly Lobby _lobby;
    private readonly ILane _lane;
    private readonly IFrameLink _link;
    private readonly FrameSender _sender;
    private readonly ILaneTimer _helloTimer;
    private readonly MalformedGuard _malformed = new();
    private readonly FrameReassembler _reassembler = new();
    private readonly TokenBucket _controlBucket = new(ControlRate, ControlBurst);
    private readonly RelayOptions _options;
    private readonly DeliveryWait _delivery;
    private SendLimits? _limits;
    private Room? _room;
    private long _rateLimitedTaken;

    public RelayPeer(Lobby lobby, ILane lane, IFrameLink link, IPAddress provenAddress, RelayOptions options)
    {
        ProvenAddress = provenAddress;
        _lobby = lobby;
        _lane = lane;
        _link = link;
        _sender = new FrameSender(link);
        _helloTimer = lane.CreateTimer(OnHelloTimeout);
        _delivery = new DeliveryWait(lane);
        _options = options;
    }

    public RelayPeerState State { get; private set; }

    /// <summary>As the others know it. Not to be asked before it has a seat.</summary>
    public PeerInfo Info { get; private set; } = new(0, PeerRole.Client, MacAddress.Zero, "");

    public ushort Id { get; private set; }

    public MacAddress Mac { get; private set; }

    public bool IsGateway { get; private set; }

    /// <summary>Frames may be sent to it: it has its welcome.</summary>
    public bool IsTarget { get; private set; }

    /// <summary>The other peers have been told of it.</summary>
    public bool IsAnnounced { get; private set; }

    /// <summary>A machine on the gateway's LAN has its MAC: nothing that it sends goes further, and what is for that MAC is for the LAN.</summary>
    public bool IsOutside { get; private set; }

    /// <summary>The gateway that has been told of this client, perhaps before everybody else.</summary>
    public RelayPeer? ToldGateway { get; private set; }

    /// <summary>The first of the room's news that it has not been told, while it is behind.</summary>
    public long? NextNews { get; private set; }

    public Seat? Seat { get; private set; }

    /// <summary>Of who has a seat.</summary>
    public SendLimits Limits => _limits!;

    public Room? Room => _room;

    public PeerCounters Counters => _link.Counters;

    public IPEndPoint RemoteEndPoint => _link.RemoteEndPoint;

    /// <summary>Where it was at the handshake, and so received what was sent there; into later packets it may write any address.</summary>
    public IPAddress ProvenAddress { get; }

    /// <summary>What this peer's software said last of its round trip and its drops; null before the first report.</summary>
    public StatsMessage? Reported { get; private set; }

    /// <summary>Messages of types that this version does not know.</summary>
    public long UnknownMessages { get; private set; }

    public void OnConnected(IFrameLink link)
    {
        if (State == RelayPeerState.AwaitingHello)
        {
            _helloTimer.Set(HelloTimeout);
        }
    }

    // From one peer's link to the others', in the order in which a datagram meets it:
    //
    //   DatagramHeader.TryParse    is it ours at all
    //   FrameReassembler.Add       pieces become a frame
    //   RoomSwitch.Forward         the rules of protocol.md, section 5, and the targets
    //   FrameSender.Send           of each target: into its link's queue, which cuts it to its path
    public void OnDatagram(IFrameLink link, ReadOnlySpan<byte> datagram)
    {
        if (!DatagramHeader.TryParse(datagram, out DatagramHeader header, out ReadOnlySpan<byte> body))
        {
            Counters.Drop(DropReason.Malformed);
            OnMalformed();
            return;
        }

        if (_room is not { } room || State != RelayPeerState.Joined)
        {
            Counters.Drop(DropReason.NotConnected);
            return;
        }

        if (!IsTarget)
        {
            // It can only know that it may send from its welcome, so that has arrived.
            room.Activate(this);
        }

        switch (header.Kind)
        {
            case DatagramKind.Frame:
                room.Switch.Forward(this, body);
                break;
            case DatagramKind.Head or DatagramKind.Tail:
                Reassemble(room, header, body);
                break;
            case DatagramKind.Probe or DatagramKind.ProbeReply:
                room.Switch.RouteProbe(this, header.Kind, body);
                break;
        }
    }

    public void OnControl(IFrameLink link, ReadOnlySpan<byte> message)
    {
        if (State == RelayPeerState.Gone)
        {
            return;
        }

        if (!_controlBucket.TryTake(1, _lane.Now))
        {
            CloseForProtocolError("too many control messages");
            return;
        }

        bool awaitsHello = State == RelayPeerState.AwaitingHello;
        if (!TryParse(message, out ControlMessage? parsed, out string? error))
        {
            if (awaitsHello)
            {
                Reject(RejectReason.BadHello, $"The relay cannot read this hello: {error}.");
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
            case LanMessage lan when IsGateway && State == RelayPeerState.Joined:
                _room?.SetLanConnected(lan.IsConnected);
                break;
            case OutsideMessage outside when IsGateway && State == RelayPeerState.Joined:
                _room?.SetOutside(outside.Id, outside.Mac, outside.IsOutside);
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
        State = RelayPeerState.Gone;
        Dispose();
        return _link;
    }

    public void OnMaxDatagramLengthChanged(IFrameLink link)
    {
        // The link cuts what is too long for it.
    }

    public void OnRemoteEndPointChanged(IFrameLink link) => _lobby.NoteMoved(this);

    public void OnClosed(IFrameLink link, LinkClosed closed)
    {
        End(closed.Reason, closed.Text);
        Dispose();
        _reassembler.Expire(TimeSpan.MaxValue, Counters); // Nothing comes any more, so no rest does.
        _lobby.Forget(this);
    }

    /// <summary>Counts frames whose rest has not come in time, also while nothing else arrives.</summary>
    public void CountIncomplete() => _reassembler.Expire(_lane.Now, Counters);

    /// <summary>Frames dropped as <see cref="DropReason.RateLimited"/> since the last call.</summary>
    public long TakeRateLimited()
    {
        long before = _rateLimitedTaken;
        _rateLimitedTaken = Counters.Dropped(DropReason.RateLimited);
        return _rateLimitedTaken - before;
    }

    /// <summary>Sits down. From here on the peer is in the room, though nobody is told yet.</summary>
    public void Sit(Room room, Seat seat, HelloMessage hello)
    {
        _room = room;
        Seat = seat;
        Id = seat.Id;
        Mac = hello.Role == PeerRole.Client ? hello.Mac : MacAddress.Zero;
        IsGateway = hello.Role == PeerRole.Gateway;
        Info = new PeerInfo(Id, hello.Role, Mac, hello.Name);
        State = RelayPeerState.Joining;
        _limits = seat.Take(hello, _options, _lane);
        _link.LimitDatagrams(hello.MaxDatagram);
    }

    /// <summary>The welcome has been sent.</summary>
    public void BecomeJoined() => State = RelayPeerState.Joined;

    /// <summary>The others are being told of it, or know it already.</summary>
    public void BecomeAnnounced() => IsAnnounced = true;

    /// <summary>It stays outside from now on, or may come in: the others see it leave or join.</summary>
    public void SetOutside(bool isOutside)
    {
        IsOutside = isOutside;
        IsAnnounced &= !isOutside;
    }

    /// <summary>The gateway is being told of it, or knows it already.</summary>
    public void NoteTold(RelayPeer gateway) => ToldGateway = gateway;

    public void BecomeTarget() => IsTarget = true;

    public void StopBeingTarget() => IsTarget = false;

    /// <param name="news">The number of the first that it has not been told.</param>
    public void FallBehind(long news) => NextNews = news;

    /// <summary>It is being told all that it has missed.</summary>
    /// <returns>The number of the first.</returns>
    public long CatchUp()
    {
        long first = NextNews ?? throw new InvalidOperationException("It was not behind.");
        NextNews = null;
        return first;
    }

    public void SendControl(ReadOnlySpan<byte> message) => _link.SendControl(message);

    /// <summary>Calls <paramref name="delivered"/> once all that <paramref name="told"/> was sent on its control stream has arrived.</summary>
    public void WaitForDelivery(RelayPeer told, Action delivered) => _delivery.Begin(told._link, delivered);

    /// <summary>Sends a frame that another peer sent: in one datagram, or in two where it does not fit. Borrows it.</summary>
    /// <returns>Why it was not taken, counted by the link; None when it was.</returns>
    public DropReason SendFrame(ushort source, ReadOnlySpan<byte> frame) => _sender.Send(source, frame);

    /// <summary>Sends a probe or its reply.</summary>
    public void SendProbe(DatagramKind kind, ushort source, ReadOnlySpan<byte> body) => _link.Send(new DatagramHeader(kind, 0, source), body);

    /// <summary>Says why it may not come in, and closes.</summary>
    public void Reject(RejectReason reason, string text)
    {
        _lobby.NoteRejected(this, reason, text);
        SendControl(ControlCodec.Write(new RejectMessage(reason, text)));
        Close(reason == RejectReason.BadHello ? CloseReason.ProtocolError : CloseReason.Normal, text);
    }

    /// <summary>Says bye, and closes.</summary>
    public void SayBye(CloseReason reason, string text)
    {
        if (State != RelayPeerState.Gone)
        {
            SendControl(ControlCodec.Write(new ByeMessage(reason, text)));
            Close(reason, text);
        }
    }

    /// <summary>Leaves the room if it is in one, and closes the link.</summary>
    public void Close(CloseReason reason, string text)
    {
        End(reason, text);
        _link.Close(reason, text);
    }

    /// <summary>Another link has taken the seat: this one is no member any more, and nobody is told that it left.</summary>
    public void BecomeReplaced()
    {
        State = RelayPeerState.Gone;
        Retire();
        _link.Close(CloseReason.Replaced, IsGateway ? "this gateway connected again" : "this player connected again");
    }

    public void Dispose()
    {
        _helloTimer.Dispose();
        _delivery.Dispose();
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

    private void Reassemble(Room room, DatagramHeader header, ReadOnlySpan<byte> body)
    {
        // The source that a peer writes means nothing; with its own id its pieces cannot meet anybody else's.
        switch (_reassembler.Add(header with { Source = Id }, body, _lane.Now, Counters, out ReadOnlySpan<byte> frame))
        {
            case PieceResult.Complete:
                room.Switch.Forward(this, frame);
                break;
            case PieceResult.Malformed:
                OnMalformed();
                break;
        }
    }

    private void OnMalformed()
    {
        if (State != RelayPeerState.Gone && _malformed.Note(_lane.Now))
        {
            CloseForProtocolError($"{MalformedGuard.Limit} malformed datagrams in {MalformedGuard.Window.TotalSeconds:0} s");
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
        if (State == RelayPeerState.Gone)
        {
            return;
        }

        State = RelayPeerState.Gone;
        Room? room = _room;
        Retire();
        if (room is not null)
        {
            _lobby.Leave(this, room, reason, text);
        }
    }

    private void Retire()
    {
        _room = null;
        _helloTimer.Cancel();
        _delivery.Cancel();
    }
}
