using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Softlan.Wire;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>QUIC by msquic: the engine of Windows, and of a Linux on which libmsquic is installed. Its links live on one lane; msquic's threads only
/// bring things there.</summary>
internal sealed unsafe class MsQuicEngine : IQuicEngine, IFarewell
{
    /// <summary>IP packet of plain Ethernet: UDP payloads of 1472 (IPv4) and 1452 bytes (IPv6).</summary>
    private const int MaxMtu = 1500;

    /// <summary>Where a path begins before it is measured: 1208 bytes of UDP payload over IPv6, so that
    /// <see cref="FrameLimits.MinMaxDatagramLength"/> fits with connection ids of up to 16 bytes (msquic's own have 9). QUIC itself guarantees
    /// 1200.</summary>
    private const int MinMtu = 1256;

    /// <summary>msquic lets packets of one connection wait for its thread, one for each KiB of the connection's window, and drops what comes beyond
    /// (QuicConnQueueRecvPackets): 4096, 50 ms of 1 Gbit/s. The window of the control stream grows up to that where it is read fast.</summary>
    private const uint ClientWindow = 4 * 1024 * 1024;

    /// <summary>The same on the listening side, where strangers could fill it: 1024 packets, 12 ms of 1 Gbit/s, as many as may wait for the
    /// lane.</summary>
    private const uint ServerWindow = 1024 * 1024;

    /// <summary>How long disposing waits for goodbyes that are under way.</summary>
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromMilliseconds(300);

    /// <summary>And then for one more packet of those that had to be cut short.</summary>
    private static readonly TimeSpan LastPacket = TimeSpan.FromMilliseconds(30);

    /// <summary>And then for msquic to close its handles. What is not closed by then ends with the process.</summary>
    private static readonly TimeSpan LongestClosing = TimeSpan.FromSeconds(3);

    private readonly ILogger? _logger;
    private readonly Lock _lock = new();
    private readonly HashSet<MsQuicConnection> _connections = [];
    private readonly HashSet<MsQuicListener> _listeners = [];
    private readonly AutoResetEvent _completed = new(false);

    // Never disposed: whoever lost patience may have left somebody behind who sets it.
    private readonly ManualResetEventSlim _isClosed = new();
    private MsQuicConfiguration? _client;
    private bool _isDisposed;

    /// <param name="lane">Where everything is reported.</param>
    /// <param name="logger">Hears of bugs only; may be null.</param>
    public MsQuicEngine(IEnterableLane lane, ILogger? logger = null)
    {
        Lane = lane;
        _logger = logger;
        Api = MsQuicLibrary.Api;
        Blocking = new BlockingCalls(ReportHandlerFailure);
        nint registration;

        // SAFETY: msquic copies the name.
        fixed (byte* name = "softlan\0"u8)
        {
            NativeMsQuic.RegistrationConfig configuration = new() { AppName = name };
            int status = Api->RegistrationOpen(&configuration, &registration);
            if (MsQuicStatus.IsFailed(status))
            {
                throw SoftlanException.Create("Cannot start msquic", MsQuicStatus.Text(status));
            }
        }

        Registration = registration;
    }

    /// <summary>See <see cref="QuicLimits.KeepAlive"/>. Tests shorten it.</summary>
    public TimeSpan KeepAlive { get; init; } = QuicLimits.KeepAlive;

    /// <summary>See <see cref="QuicLimits.IdleTimeout"/>. Tests shorten it.</summary>
    public TimeSpan IdleTimeout { get; init; } = QuicLimits.IdleTimeout;

    /// <summary>See <see cref="QuicLimits.HandshakeTimeout"/>.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = QuicLimits.HandshakeTimeout;

    /// <summary>From which address this machine would send to another one. Tests let the network change.</summary>
    public Func<IPEndPoint, IPAddress?> FindSource { get; set; } = LocalAddresses.FindSource;

    /// <summary>How long a datagram may wait for its link.</summary>
    public QueueLimits QueueLimits { get; init; } = new(QueueLimits.DefaultMaxAge);

    internal NativeMsQuic.ApiTable* Api { get; }

    internal nint Registration { get; }

    internal IEnterableLane Lane { get; }

    /// <summary>The lane's.</summary>
    internal DatagramPool Pool { get; } = new(SecureRandom.NextUInt64());

    /// <summary>The lane's.</summary>
    internal ControlChunkPool ControlChunks { get; } = new();

    internal DatagramSlots Slots { get; } = new();

    internal BlockingCalls Blocking { get; }

    internal nint ClientConfiguration => (_client ??= MsQuicConfiguration.ForClient(Api, Registration, Configure(isClient: true))).Handle;

    public ILinkListener Listen(ListenOptions options, ILinkAcceptor acceptor)
    {
        SetSecrets(options.Secret);
        AskForRetries();
        MsQuicListener listener = new(this, options, acceptor);
        lock (_lock)
        {
            _listeners.Add(listener);
        }

        return listener;
    }

    public IFrameLink Connect(ConnectOptions options, PeerCounters counters, IFrameLinkHandler handler) =>
        MsQuicLink.CreateClient(this, options, counters, handler);

    public void NetworkChanged()
    {
        foreach (MsQuicConnection connection in Connections())
        {
            if (connection.Link.IsClient)
            {
                connection.Link.NetworkChanged();
            }
        }
    }

    public ServerCertificate GenerateCertificate(string serverName) => PemCertificates.Generate(serverName);

    public CertificatePin Inspect(ServerCertificate certificate, string origin) => PemCertificates.Inspect(certificate, origin);

    /// <summary>All connections end without a word, except those that are saying goodbye. On the lane, or after its last turn. Returns when all is
    /// said, unless a thread of msquic's visits the lane just now: it would wait for itself. Then <see cref="Wait"/> knows.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        MsQuicListener[] listeners;
        lock (_lock)
        {
            listeners = [.. _listeners];
        }

        foreach (MsQuicListener listener in listeners)
        {
            listener.Dispose();
        }

        MsQuicConnection[] connections = Connections();
        foreach (MsQuicConnection connection in connections)
        {
            connection.Link.EndSilently();
        }

        if (MsQuicCallbacks.IsInside)
        {
            ThreadPool.UnsafeQueueUserWorkItem(SayFarewell, connections, preferLocal: false);
        }
        else
        {
            SayFarewell(connections);
            Wait();
        }
    }

    /// <summary>After <see cref="Dispose"/>, until the last goodbyes have left and msquic is closed, or patience ends. Not on a thread of
    /// msquic's.</summary>
    public void Wait()
    {
        if (_isDisposed)
        {
            _isClosed.Wait(LongestFarewell + LastPacket + LongestClosing);
        }
    }

    internal MsQuicConfiguration ConfigureServer(ServerCertificate certificate) =>
        MsQuicConfiguration.ForServer(Api, Registration, Configure(isClient: false), certificate, "the relay");

    internal void Add(MsQuicConnection connection)
    {
        lock (_lock)
        {
            _connections.Add(connection);
        }
    }

    internal void Remove(MsQuicConnection connection)
    {
        lock (_lock)
        {
            _connections.Remove(connection);
        }
    }

    internal void Remove(MsQuicListener listener)
    {
        lock (_lock)
        {
            _listeners.Remove(listener);
        }
    }

    internal void DisposeLinks(Predicate<MsQuicLink> which)
    {
        foreach (MsQuicConnection connection in Connections())
        {
            if (which(connection.Link))
            {
                connection.Link.EndSilently();
            }
        }
    }

    /// <summary>A connection has nothing more to say. Any thread.</summary>
    internal void NoteCompleted() => _completed.Set();

    internal void ReportHandlerFailure(Exception exception)
    {
        if (_logger is not null)
        {
            QuicLog.HandlerFailed(_logger, exception);
        }
    }

    private MsQuicConnection[] Connections()
    {
        lock (_lock)
        {
            return [.. _connections];
        }
    }

    private void WaitUntilComplete(MsQuicConnection[] connections, TimeSpan longest)
    {
        long end = Environment.TickCount64 + (long)longest.TotalMilliseconds;
        while (!Array.TrueForAll(connections, static connection => connection.IsComplete))
        {
            long left = end - Environment.TickCount64;
            if (left <= 0 || !_completed.WaitOne((int)left))
            {
                return;
            }
        }
    }

    private void SayFarewell(MsQuicConnection[] connections)
    {
        WaitUntilComplete(connections, LongestFarewell);
        foreach (MsQuicConnection connection in connections)
        {
            connection.Shutdown(NativeMsQuic.QUIC_CONNECTION_SHUTDOWN_FLAG_NONE);
        }

        WaitUntilComplete(connections, LastPacket);
        foreach (MsQuicConnection connection in connections)
        {
            Blocking.Add(connection.CloseHandles);
        }

        Blocking.Add(CloseRegistration);
    }

    private void CloseRegistration()
    {
        _client?.Close();
        Api->RegistrationClose(Registration);
        _completed.Dispose();
        _isClosed.Set();
    }

    private NativeMsQuic.Settings Configure(bool isClient) => new()
    {
        IsSet = NativeMsQuic.SettingsSet.HandshakeIdleTimeoutMs | NativeMsQuic.SettingsSet.IdleTimeoutMs
            | NativeMsQuic.SettingsSet.DisconnectTimeoutMs | NativeMsQuic.SettingsSet.KeepAliveIntervalMs
            | NativeMsQuic.SettingsSet.StreamRecvWindowDefault | NativeMsQuic.SettingsSet.ConnFlowControlWindow
            | NativeMsQuic.SettingsSet.CongestionControlAlgorithm | NativeMsQuic.SettingsSet.PeerBidiStreamCount
            | NativeMsQuic.SettingsSet.PeerUnidiStreamCount
            | NativeMsQuic.SettingsSet.MinimumMtu | NativeMsQuic.SettingsSet.MaximumMtu | NativeMsQuic.SettingsSet.SendBufferingEnabled
            | NativeMsQuic.SettingsSet.PacingEnabled | NativeMsQuic.SettingsSet.MigrationEnabled | NativeMsQuic.SettingsSet.DatagramReceiveEnabled
            | NativeMsQuic.SettingsSet.ServerResumptionLevel,
        HandshakeIdleTimeoutMs = (ulong)HandshakeTimeout.TotalMilliseconds,
        IdleTimeoutMs = (ulong)IdleTimeout.TotalMilliseconds,

        // ngtcp2 knows no such thing: there silence alone ends a connection.
        DisconnectTimeoutMs = (uint)IdleTimeout.TotalMilliseconds,
        KeepAliveIntervalMs = isClient ? (uint)KeepAlive.TotalMilliseconds : 0,
        StreamRecvWindowDefault = QuicLimits.ControlWindow,
        ConnFlowControlWindow = isClient ? ClientWindow : ServerWindow,
        CongestionControlAlgorithm = NativeMsQuic.QUIC_CONGESTION_CONTROL_ALGORITHM_BBR,
        PeerBidiStreamCount = (ushort)(isClient ? 0 : 1),
        PeerUnidiStreamCount = 0,
        MinimumMtu = MinMtu,
        MaximumMtu = MaxMtu,

        // Without buffering a send of a stream is complete when the peer has acknowledged it: that is how HasUndeliveredControl knows.
        Bits = NativeMsQuic.SettingsBits.PacingEnabled | NativeMsQuic.SettingsBits.MigrationEnabled
            | NativeMsQuic.SettingsBits.DatagramReceiveEnabled,
    };

    /// <summary>The keys of stateless resets and of Retry tokens survive a restart with the secret. msquic has one of each for the whole process, so
    /// the last listener's hold.</summary>
    private void SetSecrets(byte[] secret)
    {
        byte[] reset = HMACSHA256.HashData(secret, "softlan stateless reset"u8);
        byte[] retry = HMACSHA256.HashData(secret, "softlan retry token"u8);

        // SAFETY: msquic copies both. A library without these parameters says so, and then makes keys of its own: after a restart of the relay
        // its peers notice only by silence, and a Retry token of before is not valid.
        fixed (byte* resetKey = reset, retryKey = retry)
        {
            _ = Api->SetParam(0, NativeMsQuic.QUIC_PARAM_GLOBAL_STATELESS_RESET_KEY, NativeMsQuic.QUIC_STATELESS_RESET_KEY_LENGTH, resetKey);
            NativeMsQuic.StatelessRetryConfig configuration = new()
            {
                Algorithm = NativeMsQuic.QUIC_AEAD_ALGORITHM_AES_256_GCM,
                RotationMs = 30_000,
                Secret = retryKey,
                SecretLength = (uint)retry.Length,
            };
            _ = Api->SetParam(
                0, NativeMsQuic.QUIC_PARAM_GLOBAL_STATELESS_RETRY_CONFIG, (uint)sizeof(NativeMsQuic.StatelessRetryConfig), &configuration);
        }
    }

    /// <summary>Every client shows by a Retry that it comes from its address (RFC 9000, section 8.1): strangers could use up somebody's share in his
    /// name otherwise. It costs the client a round trip.</summary>
    /// <remarks>msquic knows one threshold for the whole process, in handshakes' memory, and none for an address. From 0 on it always asks.</remarks>
    private void AskForRetries()
    {
        ushort share = 0;
        _ = Api->SetParam(0, NativeMsQuic.QUIC_PARAM_GLOBAL_RETRY_MEMORY_PERCENT, sizeof(ushort), &share);
    }
}
