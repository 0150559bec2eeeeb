using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>How much may be in flight, besides what ngtcp2's congestion control says.</summary>
internal sealed unsafe partial class QuicConnection
{
    /// <summary>With so few bytes in flight the other side would acknowledge most of the window at once or wait for more that cannot come: a game's packets would then wait for up to a round trip. So it is asked.</summary>
    private const long SmallWindow = 2 * AcknowledgeAtOnce * NativeNgtcp2.NGTCP2_MAX_UDP_PAYLOAD_SIZE;

    /// <summary>So often in a round trip, if the window is small.</summary>
    private const int AsksInRoundTrip = 4;

    private readonly DelayGuard _delay = new();
    private readonly BbrPauses _pauses;

    /// <summary>Bytes that this turn may still send.</summary>
    private long _budget;

    /// <summary>The budget is what <see cref="DelayGuard"/> allows.</summary>
    private bool _isGuarded;

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

    private void ResetBudget()
    {
        _delay.Reset();
        _pauses.Reset(_loop.NowNanoseconds);
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
        NativeNgtcp2.ConnInfo info;
        NativeNgtcp2.ConnGetConnInfo(_conn, NativeNgtcp2.NGTCP2_CONN_INFO_V1, &info);
        long inFlight = (long)info.BytesInFlight;
        long window = (long)info.CongestionWindow;
        _delay.Update(ToTimeSpan((ulong)_pauses.Correct((long)info.LatestRtt)), inFlight, window, _loop.Now);
        _queue.RoundTrip = _delay.RoundTrip;

        long limit = _delay.Limit;
        BbrPauses.Advice advice = _pauses.Ask(ToNanoseconds(_delay.RoundTrip), _delay.IsBusy, _loop.NowNanoseconds);
        _isGuarded = advice == BbrPauses.Advice.None;
        _probes = advice == BbrPauses.Advice.Probe;
        _holds = _probes || advice == BbrPauses.Advice.Wait;
        _inFlightBefore = inFlight;
        if (advice == BbrPauses.Advice.Ease)
        {
            // What is left is for those who send little: they need not wait for the budget.
            limit = _pauses.IsPaused ? window / 8 * 7 : Math.Min(limit, window / 2) / 8 * 3;
        }

        _budget = _holds ? 0 : limit - inFlight;
        long most = Math.Min(limit, window);
        _asks = _probes || (!_holds && _queue.Count > 0 && most < SmallWindow && _bytesSent - _askedAt >= most / AsksInRoundTrip);
        if (_budget <= 0)
        {
            _queue.Settle();
        }
    }

    /// <summary>The datagram to send next, if it may be sent now.</summary>
    private bool TryPeek(out Span<byte> datagram)
    {
        datagram = default;
        return _state == State.Connected && !_holds && _queue.TryPeek(_loop.Now, out datagram)
            && (_budget > 0 || _queue.IsNextSparse || (_isGuarded && _delay.IsNear && _queue.IsNextLate(_loop.Now)));
    }

    /// <summary>At the end of a turn: while a probe of <see cref="BbrPauses"/> is alone on its way, ngtcp2 may still have had something of its own to send.</summary>
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
        used += request.Length + DatagramFrameHeader;
        nint length = WriteDatagram(packet, room, path, request, more: _queue.Count > 0 && !_holds, isLarge: false, out bool accepted);
        if (accepted)
        {
            _asks = false;
            _askedAt = _bytesSent;
            if (_holds)
            {
                _pauses.OnProbeSent(ToNanoseconds(_delay.RoundTrip), _loop.NowNanoseconds);
            }
        }

        return length;
    }

    private static long ToNanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}
