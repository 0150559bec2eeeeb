using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>The listening side: decides what becomes of packets that belong to no connection.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe partial class QuicServer : ILinkListener
{
    /// <summary>Links from one address, handshakes that it has begun lately, or first packets that wait for their turn, from which on the next must
    /// show by a Retry that it comes from there, or strangers could use up somebody's share in his name.</summary>
    private const int MaxUnprovenPerAddress = 8;

    /// <summary>Handshakes of one address that may be under way here at once, those that only wait for their turn included; further first packets
    /// wait until one of them is through. So nobody reaches <see cref="QuicLimits.MaxHalfOpen"/> with a handful of addresses and handshakes that he
    /// never finishes, nor fills the queue of those whose turn comes, and a party of 64 behind one address that comes back at once is in after four
    /// round trips.</summary>
    private const int MaxUnderWayPerAddress = 16;

    /// <summary>First packets of one address that wait for that. More are dropped; clients send theirs again after a second.</summary>
    private const int MaxCrowdPerAddress = 128;

    /// <summary>After so long a client has sent its first packet again (RFC 9002, section 6.2.2: three times 333 ms), or has given up.</summary>
    private static readonly TimeSpan LongestCrowdWait = TimeSpan.FromSeconds(1);

    private readonly Ngtcp2Engine _engine;
    private readonly ListenOptions _options;
    private readonly ILinkAcceptor _acceptor;
    private readonly QuicEndpoint _endpoint;
    private readonly ListenerShards _shards;

    // All wait here until a turn has sent what it has received, and then one begins: a handshake costs some tenths of a millisecond of cryptography,
    // and a room full of players that comes back at once must not hold up everybody's frames for longer.
    private readonly PendingPackets _pending = new();

    // Those of addresses that have enough under way. They have a place of their own, where they are in nobody's way but each other's.
    private readonly PendingPackets _crowd = new();

    // Half-open handshakes and what is in _pending.
    private readonly AddressTally _underWayOf = new();
    private readonly FailedHandshakes _failed = new();
    private TlsCredentials _credentials;
    private int _connected;
    private int _halfOpen;

    /// <summary>Since _crowd was last looked through somebody has less under way.</summary>
    private bool _mayLeaveCrowd;
    private long _accepted;
    private long _refusedForLoad;
    private long _malformed;

    public QuicServer(Ngtcp2Engine engine, ListenOptions options, ILinkAcceptor acceptor)
    {
        _engine = engine;
        _options = options;
        _acceptor = acceptor;
        _shards = options.Shards ?? new ListenerShards(1, new LinkQuota(options.MaxLinks, options.MaxLinksPerAddress));
        _credentials = TlsCredentials.ForServer(options.Certificate, "the relay");
        try
        {
            UdpSocket socket = Bind();
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

    /// <summary>The endpoint has sent what it had: one handshake may begin. The next turn, in which everybody's frames come first, sends the
    /// answer.</summary>
    public void BeginWaiting()
    {
        if (_pending.Count == 0 && !_mayLeaveCrowd)
        {
            return;
        }

        ReadOnlySpan<byte> bytes = TakeWaiting(out NativeNgtcp2.Cid? retried, out SockAddr remote, out SockAddr local);
        if (bytes.IsEmpty)
        {
            return; // Until a handshake of that address is through.
        }

        // SAFETY: the bytes are pinned for the calls, which keep none of them.
        fixed (byte* packet = bytes)
        {
            if (!_endpoint.TryDeliver(packet, bytes.Length, &remote, &local))
            {
                Begin(packet, bytes.Length, retried, &remote, &local);
            }
        }

        _endpoint.RequestFlush();
    }

    /// <summary>Its handshake is complete: makes whoever hears what comes.</summary>
    public IFrameLinkHandler Accept(QuicConnection connection)
    {
        IFrameLinkHandler handler = _acceptor.Accept(connection); // If it fails, the handshake has.
        OnHandshakeOver(connection);
        _connected++;
        _accepted++;
        return handler;
    }

    /// <summary>A connection was reported as closed. While it says goodbye it still has its place.</summary>
    public void OnEnded(QuicConnection connection)
    {
        if (!connection.WasAccepted)
        {
            OnHandshakeOver(connection);
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
        // ngtcp2 knows version 2, too, for which it does not look at the length; protocol.md, section 1, does not. A short header has version 0.
        if (decoded == 0 && header->Version is not (0 or NativeNgtcp2.NGTCP2_PROTO_VER_V1))
        {
            decoded = length < NativeNgtcp2.NGTCP2_MAX_UDP_PAYLOAD_SIZE
                ? NativeNgtcp2.NGTCP2_ERR_INVALID_ARGUMENT
                : NativeNgtcp2.NGTCP2_ERR_VERSION_NEGOTIATION;
        }

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

        Admit(packet, length, &first, remote, local);
    }

    /// <summary>The first packet of a handshake: it begins here, elsewhere, or not at all.</summary>
    private void Admit(byte* packet, int length, NativeNgtcp2.PktHd* first, SockAddr* remote, SockAddr* local)
    {
        NativeNgtcp2.Cid? retried = null;
        if (first->TokenLength > 0 && !TryCheckToken(first, remote, local, out retried))
        {
            return;
        }

        if (retried is null && TrySendBack(first, remote, local))
        {
            return;
        }

        if (_halfOpen >= QuicLimits.MaxHalfOpen)
        {
            _refusedForLoad++;
        }
        else if (_underWayOf.HasRoom(remote->ClientKey, MaxUnderWayPerAddress))
        {
            WaitForTurn(packet, length, retried, remote, local);
        }
        else
        {
            WaitInCrowd(packet, length, retried, remote, local);
        }
    }

    /// <summary>Answers with a Retry where the client must show that it owns its address, or where another shard has fewer links.</summary>
    private bool TrySendBack(NativeNgtcp2.PktHd* first, SockAddr* remote, SockAddr* local)
    {
        int? better = _shards.FindBetter(_options.Shard);
        bool needsProof = _halfOpen + _failed.Lately(_engine.Loop.Now) + _pending.Count >= QuicLimits.RetryThreshold
            || !_underWayOf.HasRoom(remote->ClientKey, MaxUnprovenPerAddress)
            || !MayBeUnproven(remote->ClientKey);
        if (!needsProof && better is null)
        {
            return false;
        }

        AnswerWithRetry(first, remote, local, better is { } shard ? Ngtcp2Engine.NewCid(shard, _shards.Count) : NewCid());
        return true;
    }

    /// <summary>Those of all shards together, the more of which begin at once.</summary>
    private bool MayBeUnproven(ulong address) => _shards.Quota.HasFewer(address, MaxUnprovenPerAddress, _engine.Loop.Now);

    /// <summary>Its address has enough under way.</summary>
    private void WaitInCrowd(byte* packet, int length, NativeNgtcp2.Cid? retried, SockAddr* remote, SockAddr* local)
    {
        TimeSpan now = _engine.Loop.Now;
        _refusedForLoad += _crowd.DropOlderThan(now - LongestCrowdWait);
        bool waits = _crowd.CountOf(remote->ClientKey) < MaxCrowdPerAddress && _crowd.TryAdd(packet, length, retried, remote, local, now);
        _refusedForLoad += waits ? 0 : 1;
    }

    private void WaitForTurn(byte* packet, int length, NativeNgtcp2.Cid? retried, SockAddr* remote, SockAddr* local)
    {
        if (_pending.TryAdd(packet, length, retried, remote, local, _engine.Loop.Now))
        {
            _underWayOf.Add(remote->ClientKey);
            _endpoint.RequestFlush();
        }
        else
        {
            _refusedForLoad++;
        }
    }

    private void Begin(byte* packet, int length, NativeNgtcp2.Cid? retried, SockAddr* remote, SockAddr* local)
    {
        NativeNgtcp2.PktHd first;
        _ = NativeNgtcp2.Accept(&first, packet, (nuint)length); // It was read before it had to wait.
        if (retried is null && !MayBeUnproven(remote->ClientKey))
        {
            AnswerWithRetry(&first, remote, local, NewCid()); // Others in its name have begun meanwhile, on this shard or another.
        }
        else if (_halfOpen >= QuicLimits.MaxHalfOpen)
        {
            _refusedForLoad++;
        }
        else if (!_shards.Quota.TryTake(remote->ClientKey, _engine.Loop.Now))
        {
            _refusedForLoad++;
            Refuse(&first, NativeNgtcp2.NGTCP2_CONNECTION_REFUSED, remote, local);
        }
        else if (TryCreate(&first, retried, remote, local) is { } connection)
        {
            connection.Receive(packet, length, remote, local);
            if (connection.AsksForRetry)
            {
                AnswerWithRetry(&first, remote, local, NewCid());
            }
        }
    }

    /// <summary>The connection, whose place among the links of its address is taken; null when there is no memory for it.</summary>
    private QuicConnection? TryCreate(NativeNgtcp2.PktHd* first, NativeNgtcp2.Cid? retried, SockAddr* remote, SockAddr* local)
    {
        QuicConnection connection;
        try
        {
            connection = QuicConnection.CreateServer(_endpoint, _credentials, _options.MaxUnreadControl, first, retried, *remote, *local);
        }
        catch (SoftlanException)
        {
            // The libraries have no memory left, most likely; those who are in stay.
            _refusedForLoad++;
            _shards.Quota.Return(remote->ClientKey);
            return null;
        }

        _shards.Add(_options.Shard, 1);
        _halfOpen++;
        _underWayOf.Add(remote->ClientKey);
        return connection;
    }

    private void OnHandshakeOver(QuicConnection connection)
    {
        _halfOpen--;
        EndUnderWay(connection.ClientKey);
        if (_mayLeaveCrowd)
        {
            _endpoint.RequestFlush();
        }
    }

    /// <summary>An address has one less under way.</summary>
    private void EndUnderWay(ulong address)
    {
        _underWayOf.Remove(address);
        _mayLeaveCrowd = _crowd.Count > 0;
    }

    /// <summary>The first packet whose turn it is; empty: there is none.</summary>
    private ReadOnlySpan<byte> TakeWaiting(out NativeNgtcp2.Cid? retried, out SockAddr remote, out SockAddr local)
    {
        if (_pending.Count > 0)
        {
            ReadOnlySpan<byte> packet = _pending.Take(0, out retried, out remote, out local);
            EndUnderWay(remote.ClientKey); // It is counted again where it begins.
            return packet;
        }

        _refusedForLoad += _crowd.DropOlderThan(_engine.Loop.Now - LongestCrowdWait);
        int next = _crowd.Find(_underWayOf, MaxUnderWayPerAddress);
        if (next >= 0)
        {
            return _crowd.Take(next, out retried, out remote, out local);
        }

        _mayLeaveCrowd = false;
        retried = null;
        remote = default;
        local = default;
        return default;
    }

    private UdpSocket Bind()
    {
        string what = _options.CannotListen;
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
