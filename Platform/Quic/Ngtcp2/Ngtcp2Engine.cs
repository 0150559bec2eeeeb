using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Linux;
using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>QUIC by ngtcp2, TLS by GnuTLS: the engine of Linux. Everything of it runs on one <see cref="EventLoop"/>.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class Ngtcp2Engine : IQuicEngine
{
    /// <summary>Length of the connection ids that we choose. Short headers do not say it, so all are equal.</summary>
    public const int CidLength = 8;

    /// <summary>UDP payload of a full packet on Ethernet: 1500 less IPv4 (20) and UDP (8) headers. Buffers for one packet are this long.</summary>
    public const int MaxUdpPayload = 1472;

    /// <summary>1500 less IPv6 (40) and UDP (8) headers.</summary>
    private const int MaxUdpPayloadV6 = 1452;

    /// <summary>How long the other side must be prepared to wait for an acknowledgement (RFC 9000, section 18.2). Twice QUIC's default: nothing that
    /// softlan sends is repeated except control messages, and those are acknowledged at once.</summary>
    private static readonly TimeSpan MaxAckDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>For ngtcp2's ack_thresh: one packet to acknowledge is enough for an acknowledgement to ride on whatever is written. When something is
    /// written, and so how many acknowledgements travel alone, is decided in QuicConnection.Timers.cs.</summary>
    // With ngtcp2's default of two the answer to a single packet left without one. It followed alone, after an eighth of the round trip, and was
    // answered by the other side's: eight packets instead of four for a ping through a relay.
    private const int AcknowledgeWithAnyWrite = 1;

    /// <summary>Spare connection ids, so that a peer can migrate several times in a row (RFC 9000, section 5.1.1).</summary>
    private const ulong ConnectionIdLimit = 4;

    /// <summary>See <see cref="QuicLimits.KeepAlive"/>. Tests shorten it.</summary>
    public TimeSpan KeepAlive { get; init; } = QuicLimits.KeepAlive;

    /// <summary>See <see cref="QuicLimits.IdleTimeout"/>. Tests shorten it.</summary>
    public TimeSpan IdleTimeout { get; init; } = QuicLimits.IdleTimeout;

    /// <summary>See <see cref="QuicLimits.HandshakeTimeout"/>.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = QuicLimits.HandshakeTimeout;

    /// <summary>How long datagrams may wait for a link.</summary>
    public QueueLimits QueueLimits { get; init; } = new(QueueLimits.DefaultMaxAge);

    /// <summary>The cipher that handshakes ask for first. A relay without AES instructions decides, otherwise the client does.</summary>
    public CipherPreference Ciphers { get; init; } = TlsPriority.OfThisProcessor;

    // Sizes to try, in this order: plain Ethernet first, which is what most paths carry. When it fails, halves of what is left: PPPoE (1464), VPNs,
    // 1280.
    private static ReadOnlySpan<ushort> Probes => [MaxUdpPayload, 1392, MaxUdpPayloadV6, 1432, 1464, 1412, 1352, 1252];

    private static ReadOnlySpan<ushort> ProbesV6 => [MaxUdpPayloadV6, 1372, 1432, 1412, 1392, 1332, 1232];

    private readonly ILogger? _logger;
    private readonly ushort* _probes;
    private readonly HashSet<QuicEndpoint> _endpoints = [];
    private readonly byte[] _clientSecret = new byte[32];

    public Ngtcp2Engine(EventLoop loop, ILogger? logger = null)
    {
        Loop = loop;
        _logger = logger;
        ReceiveBatch = new UdpReceiveBatch();
        ClientCallbacks = (NativeNgtcp2.Callbacks*)NativeMemory.AllocZeroed((nuint)sizeof(NativeNgtcp2.Callbacks));
        NativeNgtcp2.FillClientCallbacks(ClientCallbacks);
        QuicCallbacks.Fill(ClientCallbacks);
        ServerCallbacks = (NativeNgtcp2.Callbacks*)NativeMemory.AllocZeroed((nuint)sizeof(NativeNgtcp2.Callbacks));
        NativeNgtcp2.FillServerCallbacks(ServerCallbacks);
        QuicCallbacks.Fill(ServerCallbacks);

        // ngtcp2 keeps the pointer to the list.
        _probes = (ushort*)NativeMemory.Alloc((nuint)(Probes.Length + ProbesV6.Length), sizeof(ushort));
        Probes.CopyTo(new Span<ushort>(_probes, Probes.Length));
        ProbesV6.CopyTo(new Span<ushort>(_probes + Probes.Length, ProbesV6.Length));
        SecureRandom.Fill(_clientSecret);
        if (logger is not null)
        {
            QuicLog.AeadChosen(logger, Utf8StringMarshaller.ConvertToManaged(NativeNgtcp2.AeadName()));
            Ngtcp2Internals.Tell(logger);
        }
    }

    public EventLoop Loop { get; }

    /// <summary>Null: nobody listens.</summary>
    public ILogger? Logger => _logger;

    public DatagramPool Pool { get; } = new(SecureRandom.NextUInt64());

    public ControlChunkPool ControlChunks { get; } = new();

    public UdpReceiveBatch ReceiveBatch { get; }

    public NativeNgtcp2.Callbacks* ClientCallbacks { get; }

    public NativeNgtcp2.Callbacks* ServerCallbacks { get; }

    public ILinkListener Listen(ListenOptions options, ILinkAcceptor acceptor) => Remember(new QuicServer(this, options, acceptor));

    public IFrameLink Connect(ConnectOptions options, PeerCounters counters, IFrameLinkHandler handler)
    {
        // Before the trust is looked at: where no file can be opened, that is not the CA file's fault.
        QuicEndpoint endpoint;
        try
        {
            UdpSocket socket = UdpSocket.BindFor(options.RemoteEndPoint.Address, "Cannot open a UDP socket");
            socket.HearErrors(true);
            endpoint = new QuicEndpoint(this, socket, _clientSecret, null);
        }
        catch (SoftlanException failure)
        {
            // Another address may do, and what the machine has run out of now it may have again in a while.
            return new FailedLink(this, options.RemoteEndPoint, counters, handler, LinkEnds.NoSocket(failure.Why));
        }

        _endpoints.Add(endpoint);
        try
        {
            TlsCredentials credentials = TlsCredentials.ForClient(options.Trust);
            try
            {
                return QuicConnection.CreateClient(endpoint, options, credentials, counters, handler);
            }
            finally
            {
                credentials.Release(); // The session has its own reference.
            }
        }
        catch
        {
            endpoint.Dispose();
            throw;
        }
    }

    public void NetworkChanged()
    {
        foreach (QuicEndpoint endpoint in _endpoints)
        {
            foreach (QuicConnection connection in endpoint.Connections)
            {
                if (!connection.IsServerSide)
                {
                    connection.NetworkChanged();
                }
            }
        }
    }

    public ServerCertificate GenerateCertificate(string serverName) => Certificates.Generate(serverName);

    public CertificatePin Inspect(ServerCertificate certificate, string origin)
    {
        TlsCredentials.ForServer(certificate, origin).Release();
        int result = Certificates.ReadPin(certificate.ChainPem, NativeGnuTls.GNUTLS_X509_FMT_PEM, out CertificatePin pin);
        GnuTlsError.ThrowIfFailed(result, $"Cannot read the certificate of {origin}");
        return pin;
    }

    /// <summary>No link reports anything any more.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>All connections end without a word.</summary>
    public void Dispose()
    {
        IsDisposed = true;
        foreach (QuicEndpoint endpoint in _endpoints.ToArray())
        {
            endpoint.Dispose();
        }

        ReceiveBatch.Dispose();
        NativeMemory.Free(ClientCallbacks);
        NativeMemory.Free(ServerCallbacks);
        NativeMemory.Free(_probes);
    }

    /// <param name="first">The first byte; null: random, as all the others are.</param>
    public static NativeNgtcp2.Cid NewCid(byte? first = null)
    {
        Span<byte> bytes = stackalloc byte[CidLength];
        SecureRandom.Fill(bytes);
        bytes[0] = first ?? bytes[0];
        return NativeNgtcp2.Cid.From(bytes);
    }

    /// <summary>The shard that packets for an id come to (<see cref="ShardFilter"/>).</summary>
    /// <param name="first">The id's first byte.</param>
    /// <param name="shards">How many there are.</param>
    public static int ShardOf(byte first, int shards) => first % shards;

    /// <summary>An id whose packets come to this shard.</summary>
    public static NativeNgtcp2.Cid NewCid(int shard, int shards)
    {
        NativeNgtcp2.Cid cid = NewCid();
        int multiples = 256 / shards;
        cid.Data[0] = (byte)((cid.Data[0] % multiples * shards) + shard);
        return cid;
    }

    /// <param name="remote">Decides about the IP header's size.</param>
    public NativeNgtcp2.Settings DefaultSettings(SockAddr remote)
    {
        NativeNgtcp2.Settings settings;
        NativeNgtcp2.SettingsDefault(NativeNgtcp2.NGTCP2_SETTINGS_V2, &settings);
        bool isV6 = remote.ToEndPoint().AddressFamily == AddressFamily.InterNetworkV6;
        settings.InitialTimestamp = (ulong)Loop.NowNanoseconds;
        settings.CongestionControl = NativeNgtcp2.NGTCP2_CC_ALGO_BBR;
        settings.AckThreshold = AcknowledgeWithAnyWrite;
        settings.HandshakeTimeout = (ulong)HandshakeTimeout.TotalNanoseconds;
        settings.MaxTxUdpPayloadSize = (nuint)(isV6 ? MaxUdpPayloadV6 : MaxUdpPayload);
        settings.PmtudProbes = isV6 ? _probes + Probes.Length : _probes;
        settings.PmtudProbesLength = (nuint)(isV6 ? ProbesV6.Length : Probes.Length);
        return settings;
    }

    public NativeNgtcp2.TransportParams DefaultTransportParams()
    {
        NativeNgtcp2.TransportParams parameters;
        NativeNgtcp2.TransportParamsDefault(NativeNgtcp2.NGTCP2_TRANSPORT_PARAMS_V1, &parameters);
        parameters.InitialMaxStreamDataBidiLocal = QuicLimits.ControlWindow;
        parameters.InitialMaxStreamDataBidiRemote = QuicLimits.ControlWindow;
        parameters.InitialMaxData = QuicLimits.ControlWindow;
        parameters.InitialMaxStreamsBidi = 1;
        parameters.MaxAckDelay = (ulong)MaxAckDelay.TotalNanoseconds;
        parameters.MaxIdleTimeout = (ulong)IdleTimeout.TotalNanoseconds;
        parameters.ActiveConnectionIdLimit = ConnectionIdLimit;
        parameters.MaxDatagramFrameSize = ushort.MaxValue;
        return parameters;
    }

    /// <summary>Lets the other side have one more id than it has been told that it may, once the handshake is complete.</summary>
    /// <remarks>
    /// When a home router has changed a client's port and, before that way is validated, the client changes its network, ngtcp2 (1.11,
    /// conn_recv_non_probing_pkt_on_new_path) retires the id of the first way, which it goes on counting as the one to fall back to. The client
    /// replaces what was retired, as it must, and would be closed for one id too many (CONNECTION_ID_LIMIT_ERROR). Only where the new way fails, or
    /// the client returns to the first, does ngtcp2 then use an id that the client no longer knows (<see cref="PeerCids"/>).
    /// </remarks>
    internal static void TolerateRetiredId(nint connection)
    {
        // SAFETY: the parameters belong to the connection, which is alive; they are its own, not a copy, and not read-only memory. They have been
        // sent, and from now on ngtcp2 only compares this one with what it counts.
        NativeNgtcp2.ConnGetLocalTransportParams(connection)->ActiveConnectionIdLimit = ConnectionIdLimit + 1;
    }

    internal void OnDisposed(QuicEndpoint endpoint) => _endpoints.Remove(endpoint);

    internal void ReportHandlerFailure(Exception exception)
    {
        if (_logger is not null)
        {
            QuicLog.HandlerFailed(_logger, exception);
        }
    }

    private QuicServer Remember(QuicServer server)
    {
        _endpoints.Add(server.Endpoint);
        return server;
    }
}
