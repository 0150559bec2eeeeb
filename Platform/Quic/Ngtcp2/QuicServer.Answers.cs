using System.Runtime.InteropServices;
using Softlan.Platform.Linux;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>What strangers are told without a connection: Retry, refusal, version negotiation, reset.</summary>
internal sealed unsafe partial class QuicServer
{
    /// <summary>Answers a second to strangers that open no connection: refusals and version negotiation. Beyond it they get none: answers must not be
    /// worth provoking.</summary>
    private const int MaxStatelessAnswersPerSecond = 500;

    /// <summary>Stateless resets a second: all whom a relay has lost by a restart get theirs with their next packet. Beyond it there is none; whoever
    /// gets none tries again with his next packet.</summary>
    private const int MaxResetsPerSecond = 4000;

    /// <summary>An address's share of them for each link that it may have, or somebody who sends junk would have the others': what somebody may have
    /// on its way when he has not heard yet.</summary>
    private const int ResetsPerLink = 4;

    /// <summary>Retries per second. Each is a seventh of what it answers, so nobody is worse off for them; this bounds the processor time. Beyond it
    /// clients send their first packet again.</summary>
    private const int MaxRetriesPerSecond = 20_000;

    /// <summary>Tokens that are looked at in a second: as many as are given out, since anybody can send something that must be decrypted to see that
    /// it is none. Beyond it first packets with tokens are dropped, and clients send them again.</summary>
    private const int MaxTokenChecksPerSecond = MaxRetriesPerSecond;

    /// <summary>How long a Retry token is good for.</summary>
    private static readonly TimeSpan RetryTokenLifetime = TimeSpan.FromSeconds(10);

    private readonly Dictionary<ulong, int> _resetsOf = [];
    private long _retriesSent;
    private TimeSpan _answerWindow;
    private int _answers;
    private int _resets;
    private int _retries;
    private int _tokenChecks;

    /// <summary>Nanoseconds since 1970, by which tokens are dated. The secret outlives a restart of the machine, and CLOCK_MONOTONIC does not: after
    /// one, tokens from before it would be good again for as long as the machine had run. Whoever has a token while this clock is set begins
    /// anew.</summary>
    private static ulong TokenTime => (ulong)((DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick);

    /// <summary>Looks at a token, and answers where it shows that the client has moved.</summary>
    /// <param name="first">Has one.</param>
    /// <param name="remote">Sender.</param>
    /// <param name="local">Where it arrived.</param>
    /// <param name="retried">What the client called us before we sent it the token; null: it is none of ours, which is no mistake (RFC 9000, section
    /// 8.1.3).</param>
    /// <returns>False: this packet begins nothing.</returns>
    private bool TryCheckToken(NativeNgtcp2.PktHd* first, SockAddr* remote, SockAddr* local, out NativeNgtcp2.Cid? retried)
    {
        retried = null;
        BeginAnswerWindow();
        if (++_tokenChecks > MaxTokenChecksPerSecond)
        {
            _refusedForLoad++;
            return false;
        }

        int result;
        NativeNgtcp2.Cid original;

        // SAFETY: the token lies in the packet, the secret is pinned for the call.
        fixed (byte* secret = _options.Secret)
        {
            result = NativeNgtcp2.CryptoVerifyRetryToken2(
                &original, first->Token, first->TokenLength, secret, (nuint)_options.Secret.Length, first->Version,
                remote, remote->Length, &first->Dcid,
                (ulong)RetryTokenLifetime.TotalNanoseconds, TokenTime);
        }

        if (result == NativeNgtcp2.NGTCP2_CRYPTO_ERR_VERIFY_TOKEN)
        {
            // Ours, but from another address, or old. Another Retry the client must ignore (RFC 9000, section 17.2.5.2), and what we did without one
            // it would not believe; so it learns that it has to begin anew.
            Refuse(first, NativeNgtcp2.NGTCP2_INVALID_TOKEN, remote, local);
            return false;
        }

        if (result == 0)
        {
            retried = original;
        }

        return true;
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
                remote, remote->Length, &scid, &first->Dcid, TokenTime);
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

    private void Refuse(NativeNgtcp2.PktHd* first, ulong error, SockAddr* remote, SockAddr* local)
    {
        byte* answer = ReserveAnswer();
        if (answer is not null)
        {
            Answer(
                NativeNgtcp2.CryptoWriteConnectionClose(
                    answer, NativeNgtcp2.NGTCP2_MAX_UDP_PAYLOAD_SIZE, first->Version,
                    &first->Scid, &first->Dcid, error, null, 0),
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
        if (Ngtcp2Engine.ShardOf(*header->Dcid, _shards.Count) != _options.Shard)
        {
            // Another shard may well have this connection, and the answer would give away the token that ends it. The kernel looks at the first
            // packet of a GRO message only, so whoever joins two of one sender can bring the second here; nobody who means well has two such.
            _malformed++;
            return;
        }

        // Shorter than its trigger, so that two that reset each other come to an end; a PTO probe of 22 bytes must still get an answer.
        const int MaxRandom = 24;
        int randomLength = Math.Min(length - 1 - NativeNgtcp2.NGTCP2_STATELESS_RESET_TOKENLEN, MaxRandom);
        if (randomLength < NativeNgtcp2.NGTCP2_MIN_STATELESS_RESET_RANDLEN)
        {
            return;
        }

        byte* answer = ReserveReset(remote->ClientKey);
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
        BeginAnswerWindow();
        return ++given > most ? null : Reserve();
    }

    /// <summary>Takes one of all and one of the address's share. There are never more addresses in _resetsOf than there are resets.</summary>
    private byte* ReserveReset(ulong address)
    {
        BeginAnswerWindow();
        if (_resets >= MaxResetsPerSecond
            || ++CollectionsMarshal.GetValueRefOrAddDefault(_resetsOf, address, out _) > (long)ResetsPerLink * _options.MaxLinksPerAddress)
        {
            return null;
        }

        _resets++;
        return Reserve();
    }

    private byte* Reserve() => _endpoint.Transmit.Reserve(NativeNgtcp2.NGTCP2_MAX_UDP_PAYLOAD_SIZE);

    private void BeginAnswerWindow()
    {
        if (_engine.Loop.Now - _answerWindow >= TimeSpan.FromSeconds(1))
        {
            _answerWindow = _engine.Loop.Now;
            _answers = 0;
            _resets = 0;
            _retries = 0;
            _tokenChecks = 0;
            _resetsOf.Clear();
        }
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
