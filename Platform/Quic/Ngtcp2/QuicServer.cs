using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>The listening side: decides what becomes of packets that belong to no connection.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe partial class QuicServer : ILinkListener, ITurnEnd
{
    /// <summary>Links from one address, or first packets that wait for their turn, from which on the next must show by a Retry that it comes from
    /// there, or strangers could use up somebody's share in his name.</summary>
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

    // Those that wait because another handshake has begun in this turn: a handshake costs some tenths of a millisecond of cryptography, and a room
    // full of players that comes back at once must not hold up everybody's frames.
    private readonly PendingPackets _pending = new();

    // Those of addresses that have enough under way. They have a place of their own, where they are in nobody's way but each other's.
    private readonly PendingPackets _crowd = new();

    // Half-open handshakes and what is in _pending.
    private readonly AddressTally _underWayOf = new();
    private readonly FailedHandshakes _failed = new();
    private TlsCredentials _credentials;
    private int _connected;
    private int _halfOpen;
    private long _accepted;
    private long _refusedForLoad;
    private long _malformed;
    private bool _hasBegun;
    private TurnEndRequest _turnEnd;

    public QuicServer(Ngtcp2Engine engine, ListenOptions options, ILinkAcceptor acceptor)
    {
        _engine = engine;
        _turnEnd = new TurnEndRequest(engine.Loop, this);
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
        _turnEnd.Begin();
        if (_endpoint.IsDisposed)
        {
            return;
        }

        ReadOnlySpan<byte> bytes = TakeWaiting(out SockAddr remote, out SockAddr local);
        if (bytes.IsEmpty)
        {
            return;
        }

        // SAFETY: the bytes are pinned for the call, which keeps none of them.
        fixed (byte* packet = bytes)
        {
            _endpoint.OnDatagram(packet, bytes.Length, &remote, &local);
        }

        // It may have been one of a connection that has begun meanwhile.
        if (_pending.Count > 0 || _crowd.Count > 0)
        {
            _turnEnd.Make();
        }
    }

    /// <summary>Its handshake is complete: makes whoever hears what comes.</summary>
    public IFrameLinkHandler Accept(QuicConnection connection)
    {
        OnHandshakeOver(connection);
        _connected++;
        _accepted++;
        return _acceptor.Accept(connection);
    }

    /// <summary>A connection was reported as closed. While it says goodbye it still has its place.</summary>
    public void OnEnded(QuicConnection connection, bool wasHandshaking)
    {
        if (wasHandshaking)
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

    /// <summary>The first packet of a handshake: it begins now, in a later turn, elsewhere, or not at all.</summary>
    private void Begin(byte* packet, int length, NativeNgtcp2.PktHd* first, SockAddr* remote, SockAddr* local)
    {
        NativeNgtcp2.Cid originalDcid = first->Dcid;
        bool wasRetried = first->TokenLength > 0 && CheckToken(first, remote, &originalDcid);
        if (!wasRetried && TrySendBack(first, remote, local))
        {
            return;
        }

        if (_halfOpen >= QuicLimits.MaxHalfOpen)
        {
            _refusedForLoad++;
        }
        else if (!_underWayOf.HasRoom(remote->ClientKey, MaxUnderWayPerAddress))
        {
            WaitInCrowd(packet, length, remote, local);
        }
        else if (_hasBegun)
        {
            WaitForTurn(packet, length, remote, local);
        }
        else if (!_shards.Quota.TryTake(remote->ClientKey))
        {
            _refusedForLoad++;
            Refuse(first, remote, local);
        }
        else if (TryCreate(first, originalDcid, wasRetried, remote, local) is { } connection)
        {
            connection.Receive(packet, length, remote, local);
        }
    }

    /// <summary>Answers with a Retry where the client must show that it owns its address, or where another shard has fewer links.</summary>
    private bool TrySendBack(NativeNgtcp2.PktHd* first, SockAddr* remote, SockAddr* local)
    {
        ulong address = remote->ClientKey;
        int? better = _shards.FindBetter(_options.Shard);
        bool needsProof = _halfOpen + _failed.Lately(_engine.Loop.Now) + _pending.Count >= QuicLimits.RetryThreshold
            || !_shards.Quota.HasFewer(address, MaxUnprovenPerAddress)
            || !_underWayOf.HasRoom(address, MaxUnprovenPerAddress);
        if (!needsProof && better is null)
        {
            return false;
        }

        AnswerWithRetry(first, remote, local, better is { } shard ? Ngtcp2Engine.NewCid(shard, _shards.Count) : NewCid());
        return true;
    }

    /// <summary>Its address has enough under way.</summary>
    private void WaitInCrowd(byte* packet, int length, SockAddr* remote, SockAddr* local)
    {
        TimeSpan now = _engine.Loop.Now;
        _refusedForLoad += _crowd.DropOlderThan(now - LongestCrowdWait);
        bool waits = _crowd.CountOf(remote->ClientKey) < MaxCrowdPerAddress && _crowd.TryAdd(packet, length, remote, local, now);
        _refusedForLoad += waits ? 0 : 1;
    }

    /// <summary>Another handshake has begun in this turn.</summary>
    private void WaitForTurn(byte* packet, int length, SockAddr* remote, SockAddr* local)
    {
        if (_pending.TryAdd(packet, length, remote, local, _engine.Loop.Now))
        {
            _underWayOf.Add(remote->ClientKey);
        }
        else
        {
            _refusedForLoad++;
        }
    }

    /// <summary>The connection, whose place among the links of its address is taken; null when there is no memory for it.</summary>
    private QuicConnection? TryCreate(
        NativeNgtcp2.PktHd* first, NativeNgtcp2.Cid originalDcid, bool wasRetried, SockAddr* remote, SockAddr* local)
    {
        _hasBegun = true;
        _turnEnd.Make();
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
        _underWayOf.Remove(connection.ClientKey);
        if (_crowd.Count > 0)
        {
            _turnEnd.Make();
        }
    }

    /// <summary>The first packet whose turn it is; empty: there is none.</summary>
    private ReadOnlySpan<byte> TakeWaiting(out SockAddr remote, out SockAddr local)
    {
        if (_pending.Count > 0)
        {
            ReadOnlySpan<byte> packet = _pending.Take(0, out remote, out local);
            _underWayOf.Remove(remote.ClientKey);
            return packet;
        }

        _refusedForLoad += _crowd.DropOlderThan(_engine.Loop.Now - LongestCrowdWait);
        int next = _crowd.Find(_underWayOf, MaxUnderWayPerAddress);
        if (next >= 0)
        {
            return _crowd.Take(next, out remote, out local);
        }

        remote = default;
        local = default;
        return default;
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
