using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>The listening side: decides what becomes of packets that belong to no connection.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class QuicServer : ILinkListener, ITurnEnd
{
    /// <summary>Stateless resets and other answers to strangers per second. Beyond it they get none: answers must not be worth provoking.</summary>
    private const int MaxStatelessAnswersPerSecond = 500;

    /// <summary>Retries per second. Each is a seventh of what it answers, so nobody is worse off for them; this bounds the processor time. Beyond it
    /// clients send their first packet again.</summary>
    private const int MaxRetriesPerSecond = 20_000;

    /// <summary>Links from one address from which on the next must show by a Retry that it comes from there, or strangers could use up somebody's
    /// share in his name.</summary>
    private const int MaxUnprovenPerAddress = 8;

    /// <summary>How long a Retry token is good for.</summary>
    private static readonly TimeSpan RetryTokenLifetime = TimeSpan.FromSeconds(10);

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
    private long _retriesSent;
    private long _malformed;
    private TimeSpan _answerWindow;
    private int _answers;
    private int _retries;
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

    private bool CheckToken(NativeNgtcp2.PktHd* first, SockAddr* remote, NativeNgtcp2.Cid* originalDcid)
    {
        NativeNgtcp2.Cid original;

        // SAFETY: the token lies in the packet, the secret is pinned for the call.
        fixed (byte* secret = _options.Secret)
        {
            int result = NativeNgtcp2.CryptoVerifyRetryToken2(
                &original, first->Token, first->TokenLength, secret, (nuint)_options.Secret.Length, first->Version,
                remote, remote->Length, &first->Dcid,
                (ulong)RetryTokenLifetime.TotalNanoseconds, (ulong)_engine.Loop.NowNanoseconds);
            if (result == 0)
            {
                *originalDcid = original;
            }

            return result == 0;
        }
    }

    /// <param name="scid">What the client is to call us when it comes again: so a client can be sent to another shard.</param>
    private void AnswerWithRetry(NativeNgtcp2.PktHd* first, SockAddr* remote, SockAddr* local, NativeNgtcp2.Cid scid)
    {
        const int MaxToken = 128;
        byte* token = stackalloc byte[MaxToken];
        byte* answer = ReserveAnswer(ref _retries, MaxRetriesPerSecond);
        if (answer is null)
        {
            return;
        }

        // SAFETY: the secret is pinned for the call. The token has more than ngtcp2 may write (NGTCP2_CRYPTO_MAX_RETRY_TOKENLEN2, 90 bytes), the
        // answer as much as is said here. Header, ids and addresses are the caller's, which waits. ngtcp2 keeps none of it.
        fixed (byte* secret = _options.Secret)
        {
            nint tokenLength = NativeNgtcp2.CryptoGenerateRetryToken2(
                token, secret, (nuint)_options.Secret.Length, first->Version,
                remote, remote->Length, &scid, &first->Dcid, (ulong)_engine.Loop.NowNanoseconds);
            if (tokenLength > 0)
            {
                _retriesSent++;
                Answer(
                    NativeNgtcp2.CryptoWriteRetry(
                        answer, NativeNgtcp2.NGTCP2_MAX_UDP_PAYLOAD_SIZE, first->Version,
                        &first->Scid, &scid, &first->Dcid, token, (nuint)tokenLength),
                    remote, local);
            }
        }
    }

    private void Refuse(NativeNgtcp2.PktHd* first, SockAddr* remote, SockAddr* local)
    {
        byte* answer = ReserveAnswer();
        if (answer is not null)
        {
            Answer(
                NativeNgtcp2.CryptoWriteConnectionClose(
                    answer, NativeNgtcp2.NGTCP2_MAX_UDP_PAYLOAD_SIZE, first->Version,
                    &first->Scid, &first->Dcid, NativeNgtcp2.NGTCP2_CONNECTION_REFUSED, null, 0),
                remote, local);
        }
    }

    private void AnswerVersion(NativeNgtcp2.VersionCid* header, SockAddr* remote, SockAddr* local)
    {
        byte* answer = ReserveAnswer();
        if (answer is not null)
        {
            uint version = NativeNgtcp2.NGTCP2_PROTO_VER_V1;
            Span<byte> random = stackalloc byte[1];
            SecureRandom.Fill(random);
            Answer(
                NativeNgtcp2.PktWriteVersionNegotiation(
                    answer, NativeNgtcp2.NGTCP2_MAX_UDP_PAYLOAD_SIZE, random[0],
                    header->Scid, header->ScidLength, header->Dcid, header->DcidLength, &version, 1),
                remote, local);
        }
    }

    /// <summary>A packet of a connection that this process does not know, most likely because the relay was restarted: says so, and the peer
    /// reconnects at once.</summary>
    private void AnswerWithReset(int length, NativeNgtcp2.VersionCid* header, SockAddr* remote, SockAddr* local)
    {
        // Shorter than its trigger, so that two that reset each other come to an end; a PTO probe of 22 bytes must still get an answer.
        const int MaxRandom = 24;
        int randomLength = Math.Min(length - 1 - NativeNgtcp2.NGTCP2_STATELESS_RESET_TOKENLEN, MaxRandom);
        byte* answer = randomLength < NativeNgtcp2.NGTCP2_MIN_STATELESS_RESET_RANDLEN ? null : ReserveAnswer();
        if (answer is null)
        {
            return;
        }

        NativeNgtcp2.Cid cid = NativeNgtcp2.Cid.From(new ReadOnlySpan<byte>(header->Dcid, Ngtcp2Engine.CidLength));
        byte* token = stackalloc byte[NativeNgtcp2.NGTCP2_STATELESS_RESET_TOKENLEN];
        byte* random = stackalloc byte[MaxRandom];
        SecureRandom.Fill(new Span<byte>(random, MaxRandom));
        if (_endpoint.WriteResetToken(&cid, token))
        {
            Answer(
                NativeNgtcp2.PktWriteStatelessReset(answer, NativeNgtcp2.NGTCP2_MAX_UDP_PAYLOAD_SIZE, token, random, (nuint)randomLength),
                remote, local);
        }
    }

    private byte* ReserveAnswer() => ReserveAnswer(ref _answers, MaxStatelessAnswersPerSecond);

    private byte* ReserveAnswer(ref int given, int most)
    {
        if (_engine.Loop.Now - _answerWindow >= TimeSpan.FromSeconds(1))
        {
            _answerWindow = _engine.Loop.Now;
            _answers = 0;
            _retries = 0;
        }

        return ++given > most ? null : _endpoint.Transmit.Reserve(NativeNgtcp2.NGTCP2_MAX_UDP_PAYLOAD_SIZE);
    }

    private void Answer(nint length, SockAddr* remote, SockAddr* local)
    {
        if (length > 0)
        {
            _endpoint.Transmit.Commit((int)length, remote, _endpoint.Socket.IsWildcard ? local : null, alone: true);
            _endpoint.RequestFlush();
        }
    }
}
