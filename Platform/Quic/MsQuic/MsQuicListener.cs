using System.Net;
using System.Runtime.InteropServices;
using Softlan.Wire;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>The listening side: decides in NEW_CONNECTION, on msquic's thread, who may come in; everything else happens on the lane.</summary>
internal sealed unsafe class MsQuicListener : ILinkListener
{
    private readonly MsQuicEngine _engine;
    private readonly NativeMsQuic.ApiTable* _api;
    private readonly ILinkAcceptor _acceptor;

    private readonly LinkQuota _quota;

    // Counts that msquic's thread and the lane share. Taken once for a connection, never for a datagram.
    private readonly Lock _lock = new();
    private readonly long _retriesBefore;
    private GCHandle _self;
    private MsQuicConfiguration _configuration;
    private nint _handle;
    private int _connected;
    private int _halfOpen;
    private long _accepted;
    private long _refusedForLoad;
    private bool _isDisposed;

    public MsQuicListener(MsQuicEngine engine, ListenOptions options, ILinkAcceptor acceptor)
    {
        _engine = engine;
        _api = engine.Api;
        if (options.Shards is { Count: > 1 })
        {
            throw SoftlanException.Create(
                "Cannot listen on one port with several workers",
                "msquic spreads the links of a port over threads of its own",
                "use one worker");
        }

        _quota = options.Shards?.Quota ?? new LinkQuota(options.MaxLinks, options.MaxLinksPerAddress);
        _acceptor = acceptor;
        MaxUnreadControl = options.MaxUnreadControl;
        _configuration = engine.ConfigureServer(options.Certificate);
        _retriesBefore = CountRetries();
        _self = GCHandle.Alloc(this);
        try
        {
            LocalEndPoints = [Open(options)];
        }
        catch
        {
            _configuration.Close();
            _self.Free();
            throw;
        }
    }

    public IReadOnlyList<IPEndPoint> LocalEndPoints { get; }

    /// <summary>See <see cref="ListenOptions"/>.</summary>
    public int MaxUnreadControl { get; }

    /// <remarks>Retries are counted by the whole library, so two listeners of one process count them together.</remarks>
    public ListenerStatistics Statistics
    {
        get
        {
            NativeMsQuic.ListenerCounts counts = default;
            uint length = (uint)sizeof(NativeMsQuic.ListenerCounts);
            if (!_isDisposed)
            {
                _ = _api->GetParam(_handle, NativeMsQuic.QUIC_PARAM_LISTENER_STATS, &length, &counts);
            }

            lock (_lock)
            {
                return new ListenerStatistics(
                    _connected, _halfOpen, _accepted, _refusedForLoad, CountRetries() - _retriesBefore, (long)counts.BindingRecvDroppedPackets);
            }
        }
    }

    public void ReplaceCertificate(ServerCertificate certificate)
    {
        MsQuicConfiguration replacement = _engine.ConfigureServer(certificate);
        MsQuicConfiguration old;
        lock (_lock)
        {
            // The one in use is closed with the listener.
            old = _isDisposed ? replacement : _configuration;
            _configuration = _isDisposed ? _configuration : replacement;
        }

        _engine.Blocking.Add(old.Close);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        _api->ListenerStop(_handle);
        _engine.DisposeLinks(link => link.IsOf(this));
        _engine.Blocking.Add(() =>
        {
            _api->ListenerClose(_handle);
            _configuration.Close();
            _self.Free();
        });
        _engine.Remove(this);
    }

    /// <summary>A handshake is complete. On the lane.</summary>
    public IFrameLinkHandler Accept(MsQuicLink link)
    {
        lock (_lock)
        {
            _halfOpen--;
            _connected++;
            _accepted++;
        }

        return _acceptor.Accept(link);
    }

    /// <summary>A link was reported as closed. While it says goodbye it still has its place.</summary>
    public void OnEnded(bool wasHandshaking)
    {
        lock (_lock)
        {
            if (wasHandshaking)
            {
                _halfOpen--;
            }
            else
            {
                _connected--;
            }
        }
    }

    /// <summary>What a link held, memory and its place among the others, is free. Any thread.</summary>
    public void OnFreed(MsQuicLink link) => _quota.Return(link.ClientKey);

    /// <returns>A QUIC_STATUS.</returns>
    internal int OnEvent(NativeMsQuic.ListenerEvent* e)
    {
        if (e->Type != NativeMsQuic.QUIC_LISTENER_EVENT_NEW_CONNECTION)
        {
            return MsQuicStatus.Success;
        }

        QuicAddress remote = *e->NewConnectionInfo->RemoteAddress;
        MsQuicLink link;
        lock (_lock)
        {
            TimeSpan now = TimeSpan.FromMilliseconds(Environment.TickCount64);
            if (_isDisposed || _halfOpen >= QuicLimits.MaxHalfOpen || !_quota.TryTake(remote.ClientKey, now))
            {
                _refusedForLoad++;
                return MsQuicStatus.ConnectionRefused;
            }

            _halfOpen++;
            int status = MsQuicLink.Accept(_engine, this, e->NewConnection, _configuration.Handle, remote, out link);
            if (MsQuicStatus.IsFailed(status))
            {
                _halfOpen--; // Its place was free with its handles.
                return status;
            }
        }

        link.Introduce();
        return MsQuicStatus.Success;
    }

    private IPEndPoint Open(ListenOptions options)
    {
        IPEndPoint endPoint = options.EndPoint;
        nint handle;
        int status = _api->ListenerOpen(_engine.Registration, MsQuicCallbacks.Listener, (void*)GCHandle.ToIntPtr(_self), &handle);
        if (MsQuicStatus.IsFailed(status))
        {
            throw SoftlanException.Create(options.CannotListen, MsQuicStatus.Text(status));
        }

        QuicAddress address = endPoint.Address.Equals(IPAddress.IPv6Any) ? QuicAddress.AnyOfBothFamilies(endPoint.Port) : QuicAddress.From(endPoint);

        // SAFETY: msquic copies the name and the address.
        fixed (byte* alpn = QuicLimits.Alpn)
        {
            NativeMsQuic.Buffer name = new() { Data = alpn, Length = (uint)QuicLimits.Alpn.Length };
            status = _api->ListenerStart(handle, &name, 1, &address);
        }

        uint length = QuicAddress.Length;
        if (!MsQuicStatus.IsFailed(status))
        {
            status = _api->GetParam(handle, NativeMsQuic.QUIC_PARAM_LISTENER_LOCAL_ADDRESS, &length, &address);
        }

        if (MsQuicStatus.IsFailed(status))
        {
            _api->ListenerClose(handle);
            throw SoftlanException.Create(options.CannotListen, Reason(status), Hint(status, endPoint));
        }

        _handle = handle;
        return address.ToEndPoint();
    }

    // Another listener of this process on the same port is no other program to the operating system; msquic notices the same ALPN.
    private static string Reason(int status) =>
        status == MsQuicStatus.AlpnInUse ? MsQuicStatus.Text(MsQuicStatus.AddressInUse) : MsQuicStatus.Text(status);

    private static string? Hint(int status, IPEndPoint endPoint)
    {
        if (status == MsQuicStatus.AddressInUse || status == MsQuicStatus.AlpnInUse)
        {
            return $"another program has UDP port {endPoint.Port}; choose another --listen port, or stop that program";
        }

        return MsQuicStatus.IsForbidden(status)
            ? "ports below 1024 need root or CAP_NET_BIND_SERVICE; try sudo, or --listen 4433/udp"
            : null;
    }

    private long CountRetries()
    {
        // QUIC_PERF_COUNTER_MAX was 32 in version 2.5; a library with fewer fills fewer, one with more as many as fit.
        const int Counters = 32;
        long* counters = stackalloc long[Counters];
        new Span<long>(counters, Counters).Clear();
        uint length = Counters * sizeof(long);
        _ = _api->GetParam(0, NativeMsQuic.QUIC_PARAM_GLOBAL_PERF_COUNTERS, &length, counters);
        return counters[NativeMsQuic.QUIC_PERF_COUNTER_SEND_STATELESS_RETRY];
    }
}
