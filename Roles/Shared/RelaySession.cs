using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Shared;

// The life of a session:
//
//   Connecting   RelayConnector: the name, its addresses     --> Greeting, or Waiting when none works
//   Greeting     hello sent; welcome or reject is to come    --> Joined, or Waiting, or the end
//   Joined       RoomMembership does the work                --> Waiting when the link is lost
//   Waiting      0.25 s doubling to 10 s                     --> Connecting
//
// The end is Stop (the operator) or OnFatal (trying again is useless).

/// <summary>Keeps this host in its room: connects to the relay, joins, and joins again for ever. Used on its lane only.</summary>
internal sealed class RelaySession : IFrameLinkHandler, IDisposable
{
    /// <summary>From hello to welcome or reject.</summary>
    private static readonly TimeSpan WelcomePatience = TimeSpan.FromSeconds(10);

    /// <summary>After its bye the relay closes; if it does not, this side does.</summary>
    private static readonly TimeSpan ByePatience = TimeSpan.FromSeconds(2);

    /// <summary>In the room for this long, the next loss is a new one, and the first attempt after it comes at once again.</summary>
    private static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(10);

    /// <summary>The same trouble is told again only after this long.</summary>
    private static readonly TimeSpan ReminderInterval = TimeSpan.FromMinutes(1);

    private readonly ILane _lane;
    private readonly IQuicEngine _engine;
    private readonly RelaySessionOptions _options;
    private readonly IRelaySessionOwner _owner;
    private readonly ILogger _logger;
    private readonly ReconnectDelay _delay;
    private readonly RelayConnector _connector;
    private readonly RoomMembership _membership;
    private readonly ILaneTimer _timer;
    private SessionStage _stage;
    private IFrameLink? _link;
    private string? _resumeToken;
    private ByeMessage? _bye;
    private bool _hasConnected;
    private bool _hasJoined;
    private TimeSpan _joinedAt;
    private TimeSpan? _takenSince;
    private string? _toldReason;
    private TimeSpan _toldAt;

    /// <param name="lane">The lane of <paramref name="engine"/> and of the owner's port.</param>
    /// <param name="resolver">Null: the system's.</param>
    /// <param name="random">Spreads reconnects; 0 (inclusive) to 1 (exclusive). Null: random.</param>
    public RelaySession(
        ILane lane, IQuicEngine engine, RelaySessionOptions options, IRelaySessionOwner owner, ILogger logger,
        IRelayResolver? resolver = null, Func<double>? random = null)
    {
        _lane = lane;
        _engine = engine;
        _options = options;
        _owner = owner;
        _logger = logger;
        _delay = new ReconnectDelay(random ?? Random.Shared.NextDouble);
        _resumeToken = options.ResumeToken;
        _timer = lane.CreateTimer(OnTimer);
        _membership = new RoomMembership(lane, engine, options, owner, logger, why => BreakOff(why, CloseReason.TimedOut));
        _connector = new RelayConnector(lane, engine, options, owner, resolver ?? new SystemRelayResolver(), logger, Counters, this, OnRoundFailed);
    }

    /// <summary>Counts over all links since the start.</summary>
    public PeerCounters Counters { get; } = new();

    /// <summary>Who else is in the room. Empty while not joined.</summary>
    public RemotePeers Peers => _membership.Peers;

    /// <inheritdoc cref="RoomMembership.ReachesLan"/>
    public bool ReachesLan => _membership.ReachesLan;

    /// <summary>Null while not joined.</summary>
    public JoinedRoom? Room => _membership.Room;

    public bool IsJoined => _stage == SessionStage.Joined;

    /// <summary>Round trip of probes to the relay.</summary>
    public RoundTrip RelayRoundTrip => _membership.Prober.Relay;

    /// <summary>Round trip of probes to the gateway, through the relay. Unknown for a gateway, and while there is none.</summary>
    public RoundTrip GatewayRoundTrip => _membership.Prober.Gateway;

    public void Start()
    {
        if (_stage == SessionStage.Stopped)
        {
            SessionLog.Starting(_logger, _options.Relay);
            Connect();
        }
    }

    /// <summary>Says bye and closes. Nothing is reported after it. The lane needs one more turn to send the goodbye.</summary>
    public void Stop(CloseReason reason = CloseReason.Normal, string text = "stopped")
    {
        if (_link is { } link && _stage is SessionStage.Greeting or SessionStage.Joined)
        {
            link.SendControl(ControlCodec.Write(new ByeMessage(reason, text)));
        }

        End(reason, text);
    }

    public void Dispose()
    {
        End(CloseReason.Normal, "stopped");
        _timer.Dispose();
        _membership.Dispose();
        _connector.Dispose();
    }

    /// <summary>Sends one frame of the owner's port to the relay, through the safety policy and with its MSS lowered. May change the frame in
    /// place.</summary>
    /// <returns><see cref="DropReason.None"/>, or why it went no further (already counted).</returns>
    public DropReason Send(Span<byte> frame) => _membership.Send(frame, Counters);

    /// <summary>Says to the relay whether this gateway reaches its LAN. While not joined it says nothing.</summary>
    public void SayLan(bool isConnected) => _membership.Say(new LanMessage(isConnected));

    /// <summary>Says to the relay that a client stays outside this gateway's LAN, or may come in again. While not joined it says nothing.</summary>
    public void SayOutside(PeerInfo peer, bool isOutside) => _membership.Say(new OutsideMessage(peer.Id, peer.Mac, isOutside));

    /// <summary>The host's addresses or routes changed: links look whether they must migrate, or end for it, and a session that waits tries at
    /// once; one that is trying does so again soon.</summary>
    public void NetworkChanged()
    {
        _engine.NetworkChanged();
        _delay.Reset();
        if (_stage == SessionStage.Waiting)
        {
            Connect();
        }
    }

    void IFrameLinkHandler.OnConnected(IFrameLink link)
    {
        if (!_connector.TryAccept(link))
        {
            return;
        }

        _link = link;
        _bye = null;
        _hasConnected = true;
        _stage = SessionStage.Greeting;
        _timer.Set(WelcomePatience);
        SessionLog.Reached(_logger, _options.Relay, _connector.EndPoint, _options.Room);
        link.SendControl(ControlCodec.Write(_membership.MakeHello(_resumeToken)));
    }

    void IFrameLinkHandler.OnControl(IFrameLink link, ReadOnlySpan<byte> message)
    {
        if (link != _link)
        {
            return;
        }

        if (!ControlCodec.TryParse(message, out ControlMessage? parsed, out string? error))
        {
            BreakOff($"its control message is not usable ({PlainText.Of(error)})");
            return;
        }

        switch (parsed)
        {
            case WelcomeMessage welcome when _stage == SessionStage.Greeting:
                OnWelcome(link, welcome);
                break;
            case RejectMessage reject when _stage == SessionStage.Greeting:
                OnReject(reject);
                break;
            case JoinedMessage or LeftMessage or OutsideMessage or LanMessage when _stage == SessionStage.Joined:
                if (!_membership.OnControl(parsed))
                {
                    BreakOff("it names more peers than a room can have, or one without a usable MAC");
                }

                break;
            case ByeMessage bye:
                _bye ??= bye;
                _timer.Set(ByePatience);
                break;
            case UnknownMessage:
                break; // A newer relay may say more than this version understands.
            default:
                BreakOff($"it sent a {parsed.GetType().Name} out of turn");
                break;
        }
    }

    void IFrameLinkHandler.OnDatagram(IFrameLink link, ReadOnlySpan<byte> datagram)
    {
        if (link == _link)
        {
            _membership.OnDatagram(datagram, Counters);
        }
    }

    void IFrameLinkHandler.OnMaxDatagramLengthChanged(IFrameLink link)
    {
        if (link == _link)
        {
            SessionLog.MaxDatagramLength(_logger, _options.Relay, link.MaxDatagramLength);
        }
    }

    void IFrameLinkHandler.OnClosed(IFrameLink link, LinkClosed closed)
    {
        if (_connector.TryTakeFailure(link, closed) || link != _link)
        {
            return;
        }

        _link = null;
        if (_bye is { } bye)
        {
            OnLost(bye.Reason, PlainText.Of(bye.Text));
        }
        else
        {
            OnLost(closed.Kind == LinkCloseKind.ByPeer ? closed.Reason : CloseReason.TimedOut, PlainText.Of(closed.Text));
        }
    }

    /// <summary>Ends the link because of what the relay does, and tries again later.</summary>
    private void BreakOff(string why, CloseReason reason = CloseReason.ProtocolError)
    {
        Detach()?.Close(reason, why);
        OnLost(CloseReason.ProtocolError, why);
    }

    private void Connect()
    {
        _timer.Cancel();
        _stage = SessionStage.Connecting;
        _connector.BeginRound();
    }

    private void OnRoundFailed(RoundFailure failure)
    {
        if (failure.Useless is { } useless)
        {
            Fail(useless);
        }
        else if (failure.Untrusted is { } why && !_hasConnected)
        {
            Fail(SessionFailures.Untrusted(_options, why));
        }
        else
        {
            TimeSpan delay = _delay.Next();
            TellTrouble(failure, delay);
            Wait(failure.Reason, delay);
        }
    }

    private void OnWelcome(IFrameLink link, WelcomeMessage welcome)
    {
        JoinedRoom room = new(welcome.Peer, welcome.Room, welcome.Mtu, _connector.EndPoint, Again: _hasJoined);
        if (!_membership.Enter(link, room, welcome.Peers))
        {
            BreakOff("its welcome names peers that a room cannot have");
            return;
        }

        _timer.Cancel();
        _stage = SessionStage.Joined;
        _hasJoined = true;
        _joinedAt = _lane.Now;
        _takenSince = null;
        _toldReason = null;
        _connector.RememberEndPoint();
        if (_resumeToken != welcome.Resume)
        {
            _resumeToken = welcome.Resume;
            _owner.OnResumeToken(welcome.Resume);
        }

        if (_stage == SessionStage.Joined)
        {
            _membership.Announce(); // Unless the owner has stopped the session meanwhile.
        }
    }

    private void OnReject(RejectMessage reject)
    {
        Detach()?.Close(CloseReason.Normal, "rejected");
        _takenSince = RejectPolicy.IsTaken(reject.Reason) ? _takenSince ?? _lane.Now : null;
        if (RejectPolicy.IsFinal(reject.Reason, _hasJoined, _lane.Now - (_takenSince ?? _lane.Now)))
        {
            Fail(SessionFailures.Rejected(_options, reject));
            return;
        }

        TimeSpan delay = _delay.Next(RejectPolicy.IsTaken(reject.Reason) ? RejectPolicy.TakenRetry : null);
        string text = PlainText.Of(reject.Text);
        if (text != _toldReason)
        {
            _toldReason = text;
            SessionLog.Rejected(_logger, _options.Relay, text.TrimEnd('.'), RejectPolicy.Hint(reject.Reason, _options.Role, _hasJoined));
        }

        Wait(text, delay);
    }

    /// <summary>The link was up and is not any more.</summary>
    private void OnLost(CloseReason reason, string text)
    {
        bool wasJoined = _stage == SessionStage.Joined;
        if (wasJoined && _lane.Now - _joinedAt >= StableAfter)
        {
            _delay.Reset();
        }

        if (reason is CloseReason.Kicked or CloseReason.Replaced)
        {
            Fail(SessionFailures.Dismissed(_options, reason, text));
            return;
        }

        TimeSpan delay = _delay.Next();
        SessionLog.Lost(_logger, _options.Relay, text, DurationText.Seconds(delay));
        Wait(text, delay);
    }

    private void Wait(string reason, TimeSpan delay)
    {
        _membership.Leave();
        _stage = SessionStage.Waiting;
        _timer.Set(delay);
        _owner.OnDisconnected(reason, delay);
    }

    private void TellTrouble(RoundFailure failure, TimeSpan delay)
    {
        if (_toldReason == failure.Reason && _lane.Now - _toldAt < ReminderInterval)
        {
            SessionLog.TryingAgain(_logger, _options.Relay, DurationText.Seconds(delay), failure.Reason);
            return;
        }

        _toldReason = failure.Reason;
        _toldAt = _lane.Now;
        if (failure.Untrusted is { } why)
        {
            SessionLog.Untrusted(_logger, _options.Relay, why);
        }
        else
        {
            SessionLog.CannotReach(_logger, _options.Relay, failure.Hint is { } hint ? $"{failure.Reason}. Hint: {hint}" : failure.Reason);
        }
    }

    private void OnTimer()
    {
        switch (_stage)
        {
            case SessionStage.Waiting:
                Connect();
                break;
            case SessionStage.Greeting or SessionStage.Joined when _bye is { } bye:
                Detach()?.Close(CloseReason.Normal, "bye");
                OnLost(bye.Reason, PlainText.Of(bye.Text));
                break;
            case SessionStage.Greeting:
                BreakOff($"no welcome within {WelcomePatience.TotalSeconds:0} s", CloseReason.TimedOut);
                break;
        }
    }

    private void Fail(SoftlanException reason)
    {
        End(CloseReason.Normal, "giving up");
        _owner.OnFatal(reason);
    }

    private void End(CloseReason reason, string text)
    {
        _stage = SessionStage.Stopped;
        _timer.Cancel();
        _membership.Leave();
        _connector.Cancel();
        Detach()?.Close(reason, text);
    }

    /// <summary>From here on nothing that the link reports is heard.</summary>
    private IFrameLink? Detach()
    {
        IFrameLink? link = _link;
        _link = null;
        return link;
    }
}
