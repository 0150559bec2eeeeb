using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

// From the wire to a role:   QuicEndpoint.OnReady -> Receive -> ngtcp2 -> QuicCallbacks -> OnRecvDatagram / OnRecvStreamData -> IFrameLinkHandler
// From a role to the wire:   Send / SendControl -> queue -> QuicEndpoint.OnTurnEnd -> Transmit -> ngtcp2 -> UdpTransmitBatch
// Behind the packets:        QuicEndpoint.OnTurnEnd -> Settle -> what ngtcp2 has of its own, timers
//
// ngtcp2 may not be re-entered for a connection from its own callbacks. So whatever a handler asks for is only noted, and done at the end of the
// turn.

/// <summary>One QUIC connection of ngtcp2, as a link. This file: what roles see, birth and death. The others: Receive, Transmit, Timers, Path and
/// Close.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe partial class QuicConnection : IFrameLink, IDisposable
{
    private readonly QuicEndpoint _endpoint;
    private readonly EventLoop _loop;
    private readonly TlsSession _tls;
    private readonly DatagramQueue _queue;
    private readonly ControlStream _control;
    private readonly PathMtuGuard _mtu = new();
    private readonly PacketLimits _limits;
    private readonly SendBudget _budget;
    private readonly LoopTimer _timer;
    private readonly ConnectOptions? _options;
    private readonly List<CidKey> _cids = new(4);
    private GCHandle _self;
    private nint _conn;
    private IFrameLinkHandler? _handler;
    private SockAddr _remote;
    private SockAddr _local;
    private LinkTraffic _traffic;
    private LinkState _state;
    private bool _wasReset;
    private bool _isAnswered;

    private QuicConnection(QuicEndpoint endpoint, TlsSession tls, PeerCounters counters, ConnectOptions? options, int maxUnreadControl)
    {
        _endpoint = endpoint;
        _loop = endpoint.Engine.Loop;
        _tls = tls;
        _options = options;
        Counters = counters;
        // A listener's links bring what many have sent to one; the other way round one machine, or one LAN, sends to many.
        FairBy fairBy = options is null ? FairBy.Source : FairBy.Destination;
        _queue = new DatagramQueue(endpoint.Engine.Pool, counters, fairBy, endpoint.Engine.QueueLimits);
        _control = new ControlStream(endpoint.Engine.ControlChunks, maxUnreadControl, isOurs: options is not null);
        _limits = new PacketLimits(_mtu, options?.DatagramLimit);
        _budget = new SendBudget(_queue, _loop.NowNanoseconds, endpoint.Engine.Logger);
        _timer = new LoopTimer(_loop, OnTimer);
        PeerCids = new PeerCids(_loop, EndIfUnheard);
        _self = GCHandle.Alloc(this);
    }

    public PeerCounters Counters { get; }

    public IPEndPoint RemoteEndPoint => _remote.ToEndPoint();

    public int MaxDatagramLength => _limits.MaxDatagramLength;

    public void LimitDatagrams(int length) => _limits.Limit(length);

    [MemberNotNullWhen(false, nameof(_options))]
    public bool IsServerSide => _options is null;

    /// <summary>Who is counted against the limit of links per address.</summary>
    public ulong ClientKey { get; private init; }

    /// <summary>The listener counts it as connected.</summary>
    public bool WasAccepted => _handler is not null;

    /// <summary>Set while it stands in its endpoint's list of connections to write.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Set while it stands in its endpoint's list of connections to settle.</summary>
    public bool IsUnsettled { get; set; }

    /// <summary>Frames wait to be sent.</summary>
    public bool HasFrames => _queue.Count > 0;

    public LinkStatistics Statistics => _traffic.ToStatistics(_conn);

    public DropReason Send(DatagramHeader header, ReadOnlySpan<byte> body)
    {
        if (_state != LinkState.Connected)
        {
            Counters.Drop(DropReason.NotConnected);
            return DropReason.NotConnected;
        }

        DropReason reason = _queue.Enqueue(header, body, _loop.Now);
        _endpoint.MarkDirty(this);
        return reason;
    }

    public void SendControl(ReadOnlySpan<byte> message)
    {
        if (_state != LinkState.Connected)
        {
            return;
        }

        if (!_control.TryAdd(message))
        {
            Close(CloseReason.ProtocolError, LinkEnds.ControlUnread(_control.MaxUnread));
            return;
        }

        _endpoint.MarkDirty(this);
    }

    public bool HasUndeliveredControl => !_control.IsDelivered;

    public ControlProgress ControlProgress => _control.Progress;

    public void HandOver(IFrameLinkHandler handler) => _handler = handler;

    public void Close(CloseReason reason, string text)
    {
        if (_state is LinkState.Closing or LinkState.Lingering or LinkState.Closed)
        {
            return;
        }

        _state = LinkState.Closing;
        _closed = new LinkClosed(LinkCloseKind.ByUs, reason, text);
        _endpoint.MarkDirty(this);
    }

    public static QuicConnection CreateClient(
        QuicEndpoint endpoint, ConnectOptions options, TlsCredentials credentials, PeerCounters counters, IFrameLinkHandler handler)
    {
        TlsSession tls = TlsSession.ForClient(credentials, options, endpoint.Engine.Ciphers, QuicLimits.Alpn);
        QuicConnection connection = new(endpoint, tls, counters, options, QuicLimits.MaxUnreadControl)
        {
            _handler = handler,
            _remote = SockAddr.From(options.RemoteEndPoint, endpoint.Socket.Family),
        };
        connection._local = endpoint.Socket.LocalAddress;
        if (UdpSocket.FindSource(connection._remote) is { } source)
        {
            connection._local = connection._local.WithAddressOf(source);
        }

        NativeNgtcp2.Cid dcid = Ngtcp2Engine.NewCid(options.Affinity);
        NativeNgtcp2.Cid scid = Ngtcp2Engine.NewCid();
        NativeNgtcp2.Settings settings = endpoint.Engine.DefaultSettings(connection._remote);
        NativeNgtcp2.TransportParams parameters = endpoint.Engine.DefaultTransportParams();
        parameters.InitialMaxStreamsBidi = 0; // The control stream is ours.
        connection.Start(&dcid, &scid, &settings, &parameters, NativeNgtcp2.NGTCP2_PROTO_VER_V1);
        NativeNgtcp2.ConnSetKeepAliveTimeout(connection._conn, (ulong)endpoint.Engine.KeepAlive.TotalNanoseconds);
        return connection;
    }

    /// <param name="header">The client's Initial packet.</param>
    /// <param name="maxUnreadControl">See <see cref="ListenOptions"/>.</param>
    /// <param name="retried">What the client called us before we sent it a Retry; null: we did not.</param>
    public static QuicConnection CreateServer(
        QuicEndpoint endpoint, TlsCredentials credentials, int maxUnreadControl, NativeNgtcp2.PktHd* header, NativeNgtcp2.Cid? retried,
        SockAddr remote, SockAddr local)
    {
        TlsSession tls = TlsSession.ForServer(credentials, endpoint.Engine.Ciphers, QuicLimits.Alpn);
        QuicConnection connection = new(endpoint, tls, new PeerCounters(), null, maxUnreadControl) { ClientKey = remote.ClientKey };
        (connection._remote, connection._local) = (remote, local);
        NativeNgtcp2.Cid scid = endpoint.NewCid();
        NativeNgtcp2.Settings settings = endpoint.Engine.DefaultSettings(remote);
        NativeNgtcp2.TransportParams parameters = endpoint.Engine.DefaultTransportParams();
        parameters.OriginalDcid = retried ?? header->Dcid;
        parameters.OriginalDcidPresent = 1;
        if (retried is not null)
        {
            parameters.RetryScid = header->Dcid;
            parameters.RetryScidPresent = 1;
            settings.Token = header->Token;
            settings.TokenLength = header->TokenLength;
            settings.TokenType = NativeNgtcp2.NGTCP2_TOKEN_TYPE_RETRY;
        }

        parameters.StatelessResetTokenPresent = 1;
        endpoint.WriteResetToken(&scid, (byte*)&parameters.StatelessResetToken);
        connection.Start(&header->Scid, &scid, &settings, &parameters, header->Version);

        // Until the client has seen our id it goes on using the one that it made up.
        connection.AddCid(CidKey.From(&header->Dcid));
        return connection;
    }

    /// <summary>The host's routes may have changed: if packets would leave from another address now, migrate to it (RFC 9000, section 9).</summary>
    public void NetworkChanged()
    {
        if (_state != LinkState.Connected || UdpSocket.FindSource(_remote) is not { } source)
        {
            return;
        }

        SockAddr local = _local.WithAddressOf(source);
        if (local.Equals(_local))
        {
            return;
        }

        SockAddr remote = _remote;
        NativeNgtcp2.Path path = NativeNgtcp2.Path.From(&local, &remote);

        // Refused while the handshake is unconfirmed or no spare id is left. The socket then uses the new address all the same, and the relay
        // follows.
        if (NativeNgtcp2.ConnInitiateImmediateMigration(_conn, &path, Now) == 0)
        {
            _local = local;
            _mtu.Reset();
            _budget.Reset(_loop.NowNanoseconds);
        }

        _endpoint.MarkDirty(this);
    }

    /// <summary>Ends at once and without a word: the process is going away.</summary>
    public void Dispose()
    {
        _state = LinkState.Closed;
        Free();
        Forget();
    }

    internal PeerCids PeerCids { get; }

    internal void AddCid(CidKey cid)
    {
        _cids.Add(cid);
        _endpoint.Map(cid, this);
    }

    internal void RemoveCid(CidKey cid)
    {
        if (_cids.Remove(cid))
        {
            _endpoint.Unmap(cid);
        }
    }

    /// <summary>For ngtcp2, in nanoseconds.</summary>
    private ulong Now => (ulong)_budget.Clock(_loop.NowNanoseconds);

    private void Start(
        NativeNgtcp2.Cid* dcid, NativeNgtcp2.Cid* scid, NativeNgtcp2.Settings* settings, NativeNgtcp2.TransportParams* parameters,
        uint version)
    {
        SockAddr local = _local;
        SockAddr remote = _remote;
        NativeNgtcp2.Path path = NativeNgtcp2.Path.From(&local, &remote);
        nint conn;
        nint user = GCHandle.ToIntPtr(_self);

        // SAFETY: ngtcp2 copies path, settings, parameters, ids and callbacks; the probe list in the settings lives as long as the engine.
        int result = IsServerSide
            ? NativeNgtcp2.ConnServerNew(
                &conn, dcid, scid, &path, version,
                NativeNgtcp2.NGTCP2_CALLBACKS_V1, _endpoint.Engine.ServerCallbacks, NativeNgtcp2.NGTCP2_SETTINGS_V2, settings,
                NativeNgtcp2.NGTCP2_TRANSPORT_PARAMS_V1, parameters, 0, user)
            : NativeNgtcp2.ConnClientNew(
                &conn, dcid, scid, &path, version,
                NativeNgtcp2.NGTCP2_CALLBACKS_V1, _endpoint.Engine.ClientCallbacks, NativeNgtcp2.NGTCP2_SETTINGS_V2, settings,
                NativeNgtcp2.NGTCP2_TRANSPORT_PARAMS_V1, parameters, 0, user);
        if (result != 0)
        {
            _tls.Dispose();
            _self.Free();
            throw SoftlanException.Create("Cannot make a QUIC connection", Ngtcp2Ends.Describe(result));
        }

        _conn = conn;
        _tls.Attach(conn);
        AddCid(CidKey.From(scid));
        _endpoint.MarkDirty(this);
    }

    /// <summary>Reports the end if that is still to be done, lets go of ngtcp2, and stays as a shadow that answers late packets.</summary>
    private void End(LinkClosed closed)
    {
        if (_state == LinkState.Closed)
        {
            return;
        }

        _state = LinkState.Closed;
        _timer.SetAt(_loop.NowNanoseconds + _shadow.Lifetime(NativeNgtcp2.ConnGetPto(_conn)));
        Free();
        _endpoint.OnFreed(this);
        Report(closed);
    }

    /// <summary>Calls the handler outside of ngtcp2's callbacks. A failing handler costs its own link, not the others'.</summary>
    private void Tell(Action<QuicConnection> call)
    {
        try
        {
            call(this);
        }
        catch (Exception e) when (e is not SoftlanException)
        {
            OnHandlerFailed(e);
        }
    }

    private void Free()
    {
        if (_conn != 0)
        {
            _budget.Forget();
            NativeNgtcp2.ConnDel(_conn);
            _conn = 0;
            _tls.Dispose();
            _self.Free();
        }

        _queue.Clear();
        _control.Clear();
    }

    /// <summary>The shadow goes, too.</summary>
    private void Forget()
    {
        _timer.Cancel();
        foreach (CidKey cid in _cids)
        {
            _endpoint.Unmap(cid);
        }

        _cids.Clear();
        _endpoint.OnForgotten(this);
    }
}
