using System.Net;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Platform.Quic.MsQuic;

// From the wire to a role:   msquic's thread -> MsQuicConnection.OnEvent -> mailbox -> lane -> OnEntered -> IFrameLinkHandler
// From a role to the wire:   Send / SendControl -> queue -> OnTurnEnd -> DatagramSend / StreamSend -> msquic's thread
//
// A handler may call anything from anywhere, so what it asks for is only noted, and done at the end of the turn.

/// <summary>One QUIC connection of msquic, as a link. Everything here happens on the lane. This file: what roles see, birth and death. The other
/// parts: Receive, Transmit and Path.</summary>
internal sealed partial class MsQuicLink : IFrameLink, ITurnEnd
{
    /// <summary>Statistics that are older are asked for anew when somebody looks at them.</summary>
    private static readonly TimeSpan StaleStatistics = TimeSpan.FromSeconds(1);

    private readonly MsQuicEngine _engine;
    private readonly MsQuicConnection _connection;
    private readonly Arrivals _arrivals;
    private readonly MsQuicListener? _listener;
    private readonly ConnectOptions? _options;
    private readonly DatagramQueue _queue;

    /// <remarks>What is left in it at the end goes to the garbage collector with the link, and not back to the pool: msquic may read it until its
    /// handles are closed, of which the lane does not hear.</remarks>
    private readonly ControlSendBuffer _control;

    private readonly int _maxUnreadControl;
    private readonly ControlReader _reader = new();
    private readonly PathMtuGuard _mtu = new();
    private readonly IPEndPoint _firstRemote;
    private IFrameLinkHandler? _handler;
    private ILaneTimer? _timer;
    private State _state;
    private CloseReason _closeReason;
    private string _closeText = "";
    private TurnEndRequest _turnEnd;
    private bool _hasLetGo;
    private bool _isAccepted;
    private int _maxDatagramLength = FrameLimits.MinMaxDatagramLength;

    private MsQuicLink(MsQuicEngine engine, IPEndPoint remote, PeerCounters counters, MsQuicListener? listener, ConnectOptions? options)
    {
        _engine = engine;
        _turnEnd = new TurnEndRequest(engine.Lane, this);
        _listener = listener;
        _options = options;
        _firstRemote = remote;
        Counters = counters;
        // A listener's links bring what many have sent to one; the other way round one machine, or one LAN, sends to many.
        FairBy fairBy = options is null ? FairBy.Source : FairBy.Destination;
        _queue = new DatagramQueue(engine.Pool, counters, fairBy, engine.QueueLimits);
        _maxUnreadControl = listener?.MaxUnreadControl ?? QuicLimits.MaxUnreadControl;
        _control = new ControlSendBuffer(engine.ControlChunks, _maxUnreadControl);
        _arrivals = new Arrivals(this);
        _connection = new MsQuicConnection(engine, this, _arrivals);
    }

    private enum State
    {
        Handshaking,
        Connected,

        /// <summary>Close was called; the goodbye is said at the end of the turn.</summary>
        Closing,

        /// <summary>Reported as closed. msquic may still be busy with the goodbye.</summary>
        Closed,
    }

    public PeerCounters Counters { get; }

    public IPEndPoint RemoteEndPoint => _connection.Remote ?? _firstRemote;

    public int MaxDatagramLength => _maxDatagramLength;

    public bool HasUndeliveredControl
    {
        get
        {
            _control.MarkAcknowledged(_connection.ControlBytesAcknowledged);
            return !_control.IsEmpty && !_connection.IsControlGivenUp;
        }
    }

    public ControlProgress ControlProgress
    {
        get
        {
            _control.MarkAcknowledged(_connection.ControlBytesAcknowledged);
            return _control.Progress;
        }
    }

    /// <summary>Whom a client trusts; null on a listener's side.</summary>
    internal RelayTrust? Trust { get; private init; }

    /// <summary>Who is counted against the limit of links per address.</summary>
    internal ulong ClientKey { get; private init; }

    /// <remarks>msquic keeps a smoothed round trip, no single ones, so the latest is the smoothed one as well.</remarks>
    public LinkStatistics Statistics
    {
        get
        {
            if (_state == State.Connected && _connection.Meter.Age > StaleStatistics)
            {
                _connection.RequestStatistics();
            }

            NativeMsQuic.Statistics now = _connection.Meter.Read();
            TimeSpan rtt = TimeSpan.FromMicroseconds(now.Rtt);
            return new LinkStatistics(
                rtt, now.MinRtt == uint.MaxValue ? default : TimeSpan.FromMicroseconds(now.MinRtt), rtt,
                (long)now.SendTotalPackets, (long)now.RecvTotalPackets, (long)now.SendTotalBytes, (long)now.RecvTotalBytes,
                _connection.Lost, now.SendCongestionWindow, _connection.BytesInFlight);
        }
    }

    public static MsQuicLink CreateClient(MsQuicEngine engine, ConnectOptions options, PeerCounters counters, IFrameLinkHandler handler)
    {
        // Both may throw, and then there is no link.
        RelayTrust trust = RelayTrust.Load(options.Trust, options.ServerName);
        nint configuration = engine.ClientConfiguration;
        MsQuicLink link = new(engine, options.RemoteEndPoint, counters, null, options) { Trust = trust, _handler = handler };
        engine.Blocking.Add(() => link._connection.Start(options.RemoteEndPoint, options.ServerName, configuration));
        link.SetTimer(engine.HandshakeTimeout);
        return link;
    }

    /// <summary>On msquic's thread, inside NEW_CONNECTION.</summary>
    /// <returns>A QUIC_STATUS; where it failed, msquic refuses the connection.</returns>
    public static int Accept(MsQuicEngine engine, MsQuicListener listener, nint handle, nint configuration, QuicAddress remote, out MsQuicLink link)
    {
        link = new MsQuicLink(engine, remote.ToEndPoint(), new PeerCounters(), listener, null) { ClientKey = remote.ClientKey };
        return link._connection.Accept(handle, configuration);
    }

    public DropReason Send(DatagramHeader header, ReadOnlySpan<byte> body)
    {
        if (_state != State.Connected)
        {
            Counters.Drop(DropReason.NotConnected);
            return DropReason.NotConnected;
        }

        DropReason reason = _queue.Enqueue(header, body, _engine.Lane.Now);
        _turnEnd.Make();
        return reason;
    }

    public void SendControl(ReadOnlySpan<byte> message)
    {
        if (_state != State.Connected)
        {
            return;
        }

        _control.MarkAcknowledged(_connection.ControlBytesAcknowledged);
        if (!_control.TryAdd(message))
        {
            Close(CloseReason.ProtocolError, LinkEnds.ControlUnread(_maxUnreadControl));
            return;
        }

        _turnEnd.Make();
    }

    public void HandOver(IFrameLinkHandler handler) => _handler = handler;

    public void Close(CloseReason reason, string text)
    {
        if (_state is State.Closing or State.Closed)
        {
            return;
        }

        _state = State.Closing;
        _closeReason = reason;
        _closeText = text;
        _turnEnd.Make();
    }

    public void OnTurnEnd()
    {
        _turnEnd.Begin();
        switch (_state)
        {
            case State.Connected:
                SendControlMessages();
                SendDatagrams();
                break;
            case State.Closing:
                SendControlMessages();
                _connection.SayGoodbye(_closeReason, _closeText);
                End(new LinkClosed(LinkCloseKind.ByUs, _closeReason, _closeText));
                SetTimer(QuicLimits.LongestGoodbye);
                break;
        }
    }

    /// <summary>The host's routes may have changed: a link whose packets would leave from another address now ends, and whoever owns it connects
    /// anew, from there.</summary>
    /// <remarks>msquic can migrate (QUIC_PARAM_CONN_LOCAL_ADDRESS), but packets of the old socket that still wait in it then use what was freed with
    /// that socket. The relay hears nothing: it keeps the peer's place until the peer is back.</remarks>
    internal void NetworkChanged()
    {
        if (_state != State.Connected || _options is null || _connection.Local is not { } local
            || _engine.FindSource(RemoteEndPoint) is not { } source || source.Equals(local.Address))
        {
            return;
        }

        _connection.Shutdown(NativeMsQuic.QUIC_CONNECTION_SHUTDOWN_FLAG_SILENT);
        End(new LinkClosed(LinkCloseKind.ByUs, CloseReason.TimedOut, $"this machine reaches it from {source} now"));
    }

    /// <summary>Ends at once and without a word, and is not reported: the process or the listener is going away. One that is saying goodbye goes on
    /// with that. On the lane.</summary>
    internal void EndSilently()
    {
        if (_state == State.Closed)
        {
            return;
        }

        _state = State.Closed;
        _timer?.Cancel();
        _queue.Clear();
        ReturnWaiting();
        _listener?.OnEnded(!_isAccepted);
        _connection.Shutdown(NativeMsQuic.QUIC_CONNECTION_SHUTDOWN_FLAG_SILENT);
    }

    /// <summary>Lets the lane hear of an incoming connection. On msquic's thread.</summary>
    internal void Introduce() => _engine.Lane.Enter(_arrivals);

    /// <summary>Memory and handles are free. Any thread, once.</summary>
    internal void OnFreed() => _listener?.OnFreed(this);

    internal bool IsOf(MsQuicListener listener) => ReferenceEquals(_listener, listener);

    internal bool IsClient => _options is not null;

    /// <summary>An exception inside msquic's callback: a bug of ours. Any thread.</summary>
    internal void ReportFailure(Exception bug)
    {
        _engine.ReportHandlerFailure(bug);
        _engine.Lane.Post(() => Close(CloseReason.ProtocolError, LinkEnds.InternalError));
    }

    private void SetTimer(TimeSpan due)
    {
        _timer ??= _engine.Lane.CreateTimer(OnTimer);
        _timer.Set(due);
    }

    private void OnTimer()
    {
        switch (_state)
        {
            case State.Handshaking:
                _connection.Shutdown(NativeMsQuic.QUIC_CONNECTION_SHUTDOWN_FLAG_SILENT);
                End(LinkEnds.Unanswered(RemoteEndPoint.Port, _engine.HandshakeTimeout));
                break;
            case State.Connected:
                OnSendTimer();
                break;
            case State.Closed:
                // The acknowledgement of the last control messages did not come in time.
                _connection.Shutdown(NativeMsQuic.QUIC_CONNECTION_SHUTDOWN_FLAG_NONE);
                break;
        }
    }

    /// <summary>Reports the end once.</summary>
    private void End(LinkClosed closed)
    {
        _state = State.Closed;
        _timer?.Cancel();
        _queue.Clear();
        ReturnWaiting();
        _listener?.OnEnded(!_isAccepted);
        if (_handler is { } handler)
        {
            Guard(() => handler.OnClosed(this, closed));
        }
    }

    /// <summary>A failing handler costs its own link, not the others'.</summary>
    private void Guard(Action call)
    {
        try
        {
            call();
        }
        catch (Exception e) when (e is not SoftlanException)
        {
            OnHandlerFailed(e);
        }
    }

    private void OnHandlerFailed(Exception exception)
    {
        _engine.ReportHandlerFailure(exception);
        Close(CloseReason.ProtocolError, LinkEnds.InternalError);
    }

    /// <summary>What msquic's thread enters into the lane.</summary>
    private sealed class Arrivals(MsQuicLink link) : LaneWork
    {
        public override void Run() => link.OnEntered();
    }
}
