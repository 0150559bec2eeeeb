using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>How much may be in flight, besides what ngtcp2's congestion control says.</summary>
internal sealed unsafe partial class QuicConnection
{
    /// <summary>With so few bytes in flight the other side would acknowledge most of the window at once or wait for more that cannot come: a game's
    /// packets would then wait for up to a round trip. So it is asked.</summary>
    private const long SmallWindow = 2 * AckSchedule.AtOnce * NativeNgtcp2.NGTCP2_MAX_UDP_PAYLOAD_SIZE;

    /// <summary>So often in a round trip, if the window is small.</summary>
    private const int AsksInRoundTrip = 4;

    /// <summary>The share of the congestion window that is for those who send little. When packets were lost, or when BBR pauses, the window is no
    /// larger than what is in flight, and who has filled it gets on with every acknowledgement; a game's packet would wait up to a round trip for
    /// one, and then be too old.</summary>
    private const int ReservedShare = 8;

    /// <summary>Bytes of it, at least: the packet by which the others may exceed what is theirs.</summary>
    private const long SmallestReserve = Ngtcp2Engine.MaxUdpPayload;

    /// <summary>Before a pause of BBR the others fill so many eighths of half of the window. In the pause nothing leaves before what is in flight has
    /// shrunk to a few packets: the less that is, the sooner those who send little go on.</summary>
    private const int EasedEighths = 3;

    private DelayGuard _delay = new();
    private readonly BbrPauses _pauses;
    private readonly LossMeter _losses = new();
    private readonly CongestionWindow _window;

    /// <summary>Bytes that this turn may still send.</summary>
    private long _budget;

    /// <summary><see cref="BbrPauses"/> has nothing to say.</summary>
    private bool _isGuarded;

    /// <summary>The budget is what <see cref="DelayGuard"/> allows, since that is less than the window; or it has not said anything yet, and has to
    /// know that more was to be sent: on a slow path ten packets are a queue.</summary>
    private bool _isDelayBound;

    /// <summary>Nothing that must be acknowledged may leave, except what <see cref="_asks"/> says.</summary>
    private bool _holds;

    /// <summary>In this turn the probe of <see cref="BbrPauses"/> leaves.</summary>
    private bool _probes;

    /// <summary>Bytes in flight at the start of the turn.</summary>
    private long _inFlightBefore;

    /// <summary>The next packet is to ask for an acknowledgement.</summary>
    private bool _asks;

    /// <summary><see cref="_bytesSent"/> when the last one did.</summary>
    private long _askedAt;

    /// <summary>Whether ngtcp2's congestion window can be raised, which otherwise shows when losses have lowered it: tests do not wait for
    /// that.</summary>
    public bool FindWindow()
    {
        NativeNgtcp2.ConnInfo info;
        NativeNgtcp2.ConnGetConnInfo(_conn, NativeNgtcp2.NGTCP2_CONN_INFO_V1, &info);
        return _window.TryFind(_conn, in info);
    }

    /// <summary>The path is another one: what was learnt about the old one is void.</summary>
    private void ResetBudget()
    {
        _delay = new DelayGuard();
        _pauses.Reset(_loop.NowNanoseconds);
        _losses.Reset();
    }

    private void NoteAcknowledgements()
    {
        NativeNgtcp2.ConnInfo info;
        NativeNgtcp2.ConnGetConnInfo(_conn, NativeNgtcp2.NGTCP2_CONN_INFO_V1, &info);
        _pauses.OnRead((long)info.LatestRtt, (long)info.BytesInFlight, (long)info.CongestionWindow, _loop.NowNanoseconds);
    }

    /// <summary>At the start of a turn: how many bytes may join those that are in flight.</summary>
    private void MeasureBudget()
    {
        // ngtcp2 follows a client that moves as soon as it hears from it, and begins anew: what the old path has carried must not
        // raise the window of the new one.
        UpdatePath();
        NativeNgtcp2.ConnInfo info;
        NativeNgtcp2.ConnGetConnInfo(_conn, NativeNgtcp2.NGTCP2_CONN_INFO_V1, &info);
        long inFlight = (long)info.BytesInFlight;
        _losses.Update(_datagramsSent, _datagramsLost);
        if (!_losses.IsByChance)
        {
            _delay.NoteOverflow(_loop.Now);
        }

        _delay.Update(
            ToTimeSpan((ulong)_pauses.Correct((long)info.LatestRtt)), ToTimeSpan(info.SmoothedRtt),
            inFlight, _bytesSent - inFlight, (long)info.CongestionWindow, _loop.Now);
        long window = RaiseWindow(in info);
        _queue.RoundTrip = _delay.RoundTrip;

        long usable = window - Math.Max(window / ReservedShare, SmallestReserve);
        long limit = Math.Min(_delay.Limit, usable);
        BbrPauses.Advice advice = _pauses.Ask(Nanoseconds.From(_delay.RoundTrip), _delay.IsBusy, _loop.NowNanoseconds);
        _isGuarded = advice == BbrPauses.Advice.None;
        _queue.IsPaused = advice == BbrPauses.Advice.Ease;
        _probes = advice == BbrPauses.Advice.Probe;
        _holds = _probes || advice == BbrPauses.Advice.Wait;
        _inFlightBefore = inFlight;
        _isDelayBound = _isGuarded && (_delay.Limit <= usable || _delay.Limit == DelayGuard.NoLimit);
        if (advice == BbrPauses.Advice.Ease)
        {
            // What is left is for those who send little: they need not wait for the budget.
            limit = _pauses.IsPaused ? usable : Math.Min(limit, window / 2) / 8 * EasedEighths;
        }

        _budget = _holds ? 0 : limit - inFlight;

        // On a near path nothing waits yet with half of it free, and each acknowledgement costs both sides a wake-up.
        bool fillsSmallWindow = limit < SmallWindow && (!_delay.IsNear || inFlight >= limit / 2);
        _asks = _probes || (!_holds && _queue.Count > 0 && fillsSmallWindow && _bytesSent - _askedAt >= limit / AsksInRoundTrip);
        if (_budget <= 0)
        {
            _queue.Settle();
        }
    }

    /// <summary>What the path has carried without a queue it carries still, whatever BBR makes of packets that were lost by chance; a quarter more,
    /// or it would never be seen to carry more. A near path has no such losses, and when BBR pauses it is to measure the round trip.</summary>
    /// <returns>The window, in bytes.</returns>
    private long RaiseWindow(in NativeNgtcp2.ConnInfo info)
    {
        long window = (long)info.CongestionWindow;
        long carried = _delay.Proven / 4 * 5;
        if (carried <= window || _delay.IsNear || _pauses.IsPaused || !_losses.IsByChance)
        {
            return window;
        }

        if (!_window.TryFind(_conn, in info))
        {
            return window;
        }

        _window.Raise(carried);
        return carried;
    }

    /// <summary>The datagram to send next, if it may be sent now.</summary>
    private bool TryPeek(out Span<byte> datagram)
    {
        datagram = default;
        return _state == State.Connected && !_holds && _queue.TryPeek(_loop.Now, out datagram)
            && (_budget > 0 || _queue.IsNextSparse || (_isGuarded && _delay.IsNear && _queue.IsNextLate(_loop.Now)));
    }

    /// <summary>At the end of a turn: while a probe of <see cref="BbrPauses"/> is alone on its way, ngtcp2 may still have had something of its own to
    /// send.</summary>
    private void GuardProbe()
    {
        if (_holds && !_probes)
        {
            NativeNgtcp2.ConnInfo info;
            NativeNgtcp2.ConnGetConnInfo(_conn, NativeNgtcp2.NGTCP2_CONN_INFO_V1, &info);
            if ((long)info.BytesInFlight > _inFlightBefore)
            {
                _pauses.Abandon();
            }
        }
    }

    /// <summary>A request for an acknowledgement, at the start of a packet.</summary>
    private nint WriteAckRequest(byte* packet, nuint room, NativeNgtcp2.Path* path, ref int used)
    {
        Span<byte> request = stackalloc byte[DatagramHeader.Length];
        new DatagramHeader(DatagramKind.AckRequest, 0, 0).Write(request);
        used += request.Length + QuicLimits.DatagramFrameHeader;
        nint length = WriteDatagram(packet, room, path, request, more: _queue.Count > 0 && !_holds, isLarge: false, out bool accepted);
        if (accepted)
        {
            Counters.DatagramsOut++;
            _asks = false;
            _askedAt = _bytesSent;
            if (_holds)
            {
                _pauses.OnProbeSent(Nanoseconds.From(_delay.RoundTrip), _loop.NowNanoseconds);
            }
        }

        return length;
    }
}
