using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>The listening side: decides what becomes of packets that belong to no connection.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe partial class QuicServer : ILinkListener, ITurnEnd
{
    /// <summary>Links from one address from which on the next must show by a Retry that it comes from there, or strangers could use up somebody's
    /// share in his name.</summary>
    private const int MaxUnprovenPerAddress = 8;

    private readonly Ngtcp2Engine _engine;
    private readonly ListenOptions _options;
    private readonly ILinkAcceptor _acceptor;
    private readonly QuicEndpoint _endpoint;
    private readonly ListenerShards _shards;
    private readonly PendingPackets _pending = new();
    private readonly FailedHandshakes _failed = new();
    private TlsCredentials _credentials;
    private int _connected;
    private int _halfOpen;
    private long _accepted;
    private long _refusedForLoad;
    private long _malformed;
    private bool _hasBegun;

    public QuicServer(Ngtcp2Engine engine, ListenOptions options, ILinkAcceptor acceptor)
    {
        _engine = engine;
        _options = options;
        _acceptor = acceptor;
        _shards = options.Shards ?? new ListenerShards(1, new LinkQuota(options.MaxLinks, options.MaxLinksPerAddress));
        _credentials = TlsCredentials.ForServer(options.Certificate, "the relay");
        string where = options.EndPoint.Address.Equals(IPAddress.IPv6Any) ? $"{options.EndPoint.Port}/udp" : $"{options.EndPoint}/udp";
        try
        {
            UdpSocket socket = Bind($"Cannot listen on {where}");
            _endpoint = new QuicEndpoint(engine, socket, options.Secret, this);
            LocalEndPoints = [socket.LocalAddress.ToEndPoint()];
        }
        catch
        {
            _credentials.Release();
            throw;
        }
    }

    public QuicEndpoint Endpoint => _endpoint;

    /// <summary>A connection id whose packets come to this listener.</summary>
    public NativeNgtcp2.Cid NewCid() => _shards.Count == 1 ? Ngtcp2Engine.NewCid() : Ngtcp2Engine.NewCid(_options.Shard, _shards.Count);

    public IReadOnlyList<IPEndPoint> LocalEndPoints { get; }

    public ListenerStatistics Statistics => new(_connected, _halfOpen, _accepted, _refusedForLoad, _retriesSent, _malformed);

    public void ReplaceCertificate(ServerCertificate certificate)
    {
        TlsCredentials replacement = TlsCredentials.ForServer(certificate, "the relay");

        // Sessions that exist hold a reference to the old one.
        _engine.Loop.Post(() =>
        {
            if (_endpoint.IsDisposed)
            {
                replacement.Release(); // The old one is gone with the endpoint.
                return;
            }

            _credentials.Release();
            _credentials = replacement;
        });
    }

    public void Dispose() => _endpoint.Dispose();

    /// <summary>The endpoint is gone, and its sessions with it; whoever disposed it.</summary>
    public void OnEndpointDisposed() => _credentials.Release();

    /// <summary>One handshake a turn begins; between two of them everybody's frames have theirs.</summary>
    public void OnTurnEnd()
    {
        _hasBegun = false;
        if (_pending.Count > 0 && !_endpoint.IsDisposed)
        {
            ReadOnlySpan<byte> bytes = _pending.Take(out SockAddr remote, out SockAddr local);

            // SAFETY: the bytes are pinned for the call, which keeps none of them.
            fixed (byte* packet = bytes)
            {
                _endpoint.OnDatagram(packet, bytes.Length, &remote, &local);
            }

            if (_pending.Count > 0 && !_hasBegun)
            {
                // It was one of a connection that has begun meanwhile.
                _engine.Loop.AtTurnEnd(this);
            }
        }
    }

    /// <summary>Its handshake is complete: makes whoever hears what comes.</summary>
    public IFrameLinkHandler Accept(QuicConnection connection)
    {
        _halfOpen--;
        _connected++;
        _accepted++;
        return _acceptor.Accept(connection);
    }

    /// <summary>A connection was reported as closed. While it says goodbye it still has its place.</summary>
    public void OnEnded(bool wasHandshaking)
    {
        if (wasHandshaking)
        {
            _halfOpen--;
            _failed.Note(_engine.Loop.Now);
        }
        else
        {
            _connected--;
        }
    }

    /// <summary>What a connection held, memory and its place among the others, is free.</summary>
    public void OnFreed(QuicConnection connection)
    {
        _shards.Quota.Return(connection.ClientKey);
        _shards.Add(_options.Shard, -1);
    }

    /// <summary>A packet from where nobody can be answered.</summary>
    public void OnUnanswerable() => _malformed++;

    /// <param name="packet">One UDP datagram that no connection claimed.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="header">Version and ids, as far as they could be read.</param>
    /// <param name="decoded">What ngtcp2_pkt_decode_version_cid said.</param>
    /// <param name="remote">Sender.</param>
    /// <param name="local">Where it arrived.</param>
    public void OnUnknown(byte* packet, int length, NativeNgtcp2.VersionCid* header, int decoded, SockAddr* remote, SockAddr* local)
    {
        if (decoded == NativeNgtcp2.NGTCP2_ERR_VERSION_NEGOTIATION)
        {
            AnswerVersion(header, remote, local);
            return;
        }

        if (decoded != 0)
        {
            _malformed++;
            return;
        }

        if ((packet[0] & QuicEndpoint.LongHeader) == 0)
        {
            AnswerWithReset(length, header, remote, local);
            return;
        }

        NativeNgtcp2.PktHd first;
        if (NativeNgtcp2.Accept(&first, packet, (nuint)length) != 0)
        {
            _malformed++;
            return;
        }

        Begin(packet, length, &first, remote, local);
    }

    private void Begin(byte* packet, int length, NativeNgtcp2.PktHd* first, SockAddr* remote, SockAddr* local)
    {
        NativeNgtcp2.Cid originalDcid = first->Dcid;
        bool wasRetried = first->TokenLength > 0 && CheckToken(first, remote, &originalDcid);
        if (!wasRetried)
        {
            int? better = _shards.FindBetter(_options.Shard);
            bool needsProof = _halfOpen + _failed.Lately(_engine.Loop.Now) + _pending.Count >= QuicLimits.RetryThreshold
                || _shards.Quota.Count(remote->ClientKey) >= MaxUnprovenPerAddress;
            if (needsProof || better is not null)
            {
                AnswerWithRetry(first, remote, local, better is { } shard ? Ngtcp2Engine.NewCid(shard, _shards.Count) : NewCid());
                return;
            }
        }

        if (_halfOpen >= QuicLimits.MaxHalfOpen)
        {
            _refusedForLoad++;
            return;
        }

        if (_hasBegun)
        {
            _refusedForLoad += _pending.TryAdd(packet, length, remote, local) ? 0 : 1;
            return;
        }

        if (!_shards.Quota.TryTake(remote->ClientKey))
        {
            _refusedForLoad++;
            Refuse(first, remote, local);
            return;
        }

        _hasBegun = true;
        _engine.Loop.AtTurnEnd(this);
        QuicConnection connection;
        try
        {
            connection = QuicConnection.CreateServer(_endpoint, _credentials, first, originalDcid, wasRetried, *remote, *local);
        }
        catch (SoftlanException)
        {
            // The libraries have no memory left, most likely; those who are in stay.
            _refusedForLoad++;
            _shards.Quota.Return(remote->ClientKey);
            return;
        }

        _shards.Add(_options.Shard, 1);
        _halfOpen++;
        connection.Receive(packet, length, remote, local);
    }

    private UdpSocket Bind(string what)
    {
        if (_shards.Count == 1)
        {
            return UdpSocket.Bind(_options.EndPoint, what);
        }

        if (_options.Shard == 0 && _options.EndPoint.Port != 0)
        {
            // A port that is shared can be taken by others who share it, too; this finds out.
            UdpSocket.Bind(_options.EndPoint, what).Dispose();
        }

        UdpSocket socket = UdpSocket.Bind(_options.EndPoint, what, sharesPort: true);
        if (_options.Shard == _shards.Count - 1 && !ShardFilter.TryAttach(socket.Fd, _shards.Count))
        {
            SoftlanException failure = Errno.ToException(what, Errno.Last, "use --workers 1");
            socket.Dispose();
            throw failure;
        }

        return socket;
    }
}
