namespace Softlan.Platform.Quic.Ngtcp2;

// Six reasons to wake up, of which the earliest sets the one timer:
//
//   ngtcp2's own       losses, keep-alive, idle time, path MTU discovery; and pacing, but only while something waits to be sent
//   acknowledgements   of datagrams that came alone (AcknowledgeLater)
//   PathMtuGuard       a black hole is probed again
//   BbrPauses          what was held back may leave
//   the queue          what a link that cannot send holds has grown too old
//   the goodbye        is not put off any longer (TransmitLingering)

/// <summary>When the connection acts without being asked.</summary>
internal sealed unsafe partial class QuicConnection
{
    /// <summary>Packets in flight that every congestion control allows (RFC 9002, section 7.2, and BBR's minimum): with fewer unacknowledged the
    /// other side does not wait for us.</summary>
    private const int SmallestWindow = 4;

    /// <summary>So many packets are acknowledged at once: a bulk transfer's clock.</summary>
    private const int AcknowledgeAtOnce = 16;

    /// <summary>In nanoseconds: a little less than the max_ack_delay that we announce, so that the other side never probes for it. Longer than the
    /// pause between two packets of a game at 30 Hz, on which the acknowledgement then rides.</summary>
    private const long LongAcknowledgeDelay = 45_000_000;

    /// <summary>In nanoseconds: some 60 acknowledgements a second for a flow that is neither sparse nor bulk; each costs both sides a wake-up, and a
    /// sender whose window is small asks when it wants one. What has waited for so long is acknowledged with the next packet that comes: that needs
    /// no wake-up of its own, and the round trip of that packet has no waiting in it. Where none comes, soon after.</summary>
    private const long ShortAcknowledgeDelay = 16_000_000;

    /// <summary>The same where the other side has never asked for one: it may be of another engine, which does not.</summary>
    private const long UnaskedAcknowledgeDelay = 8_000_000;

    /// <summary>The other side asks for acknowledgements when it needs one.</summary>
    private bool _isAsked;

    /// <summary>What packets brought in this turn, for <see cref="Settle"/>, unless a write has dealt with it.</summary>
    private Received _unsettled;

    /// <summary>Packets with datagrams since the last write; what comes on the stream is answered at once.</summary>
    private int _unacknowledged;

    /// <summary>When the first of them came.</summary>
    private long _unacknowledgedSince;

    /// <summary>What the packet that ngtcp2 is reading has brought.</summary>
    private Received _brought;

    /// <summary>When a write must follow at the latest; <see cref="long.MaxValue"/>: nothing waits.</summary>
    private long _acknowledgeAt = long.MaxValue;

    /// <summary>At rest without any timer; never reached.</summary>
    private const ulong NoExpiry = long.MaxValue - 1;

    /// <summary>ngtcp2's timers as of the last write, when that left nothing to write; <see cref="long.MaxValue"/>: it did not, ask ngtcp2.</summary>
    private long _restExpiry = long.MaxValue;

    /// <summary>When all that waited after the last write is too old; <see cref="long.MaxValue"/>: nothing did.</summary>
    private long _queueExpires = long.MaxValue;

    [Flags]
    private enum Received
    {
        Nothing = 0,

        /// <summary>Datagrams.</summary>
        Data = 1,

        /// <summary>Only ngtcp2 knows what: acknowledgements, which need no answer, or probes of the path, which are waited for.</summary>
        Other = 2,

        /// <summary>Whoever sent it waits for the acknowledgement.</summary>
        AckRequest = 4,
    }

    private void OnTimer()
    {
        if (_state == State.Closed)
        {
            Forget();
            return;
        }

        bool isDue = NativeNgtcp2.ConnGetExpiry(_conn) <= Now;
        if (isDue)
        {
            int result = NativeNgtcp2.ConnHandleExpiry(_conn, Now);
            if (result != 0)
            {
                Fail(result);
                return;
            }
        }

        if (_queueExpires <= _loop.NowNanoseconds)
        {
            _queueExpires = long.MaxValue;
            _queue.DropOld(_loop.Now);
        }

        if (isDue || _acknowledgeAt <= (long)Now || _holds || _mtu.IsBlackHole || _state == State.Lingering)
        {
            _endpoint.MarkDirty(this);
        }
        else
        {
            // What the timer was set for has been dealt with meanwhile.
            _restExpiry = long.MaxValue;
            SetTimer();
        }
    }

    private long AcknowledgeDelay => _isAsked ? ShortAcknowledgeDelay : UnaskedAcknowledgeDelay;

    /// <summary>A packet was read.</summary>
    /// <returns>What came is to be acknowledged in this turn.</returns>
    private bool CountUnacknowledged()
    {
        if (_brought == Received.Nothing)
        {
            return false;
        }

        long now = _loop.NowNanoseconds;
        _unacknowledgedSince = _unacknowledged == 0 ? now : _unacknowledgedSince;
        _unacknowledged++;
        _isAsked |= (_brought & Received.AckRequest) != 0;
        return (_brought & Received.AckRequest) != 0
            || _unacknowledged >= AcknowledgeAtOnce
            || (_unacknowledged >= SmallestWindow && now - _unacknowledgedSince >= AcknowledgeDelay);
    }

    /// <summary>Acknowledgements cost a packet each, here and there. They ride on whatever else is sent; where nothing is, they wait for company, but
    /// never so long that a sender with the smallest window must wait for them.</summary>
    private void AcknowledgeLater(Received received)
    {
        if ((received & Received.Other) != 0)
        {
            _restExpiry = long.MaxValue;
        }

        if ((received & Received.Data) != 0)
        {
            long wait = _unacknowledged < SmallestWindow ? LongAcknowledgeDelay : AcknowledgeDelay;
            _acknowledgeAt = Math.Min(_acknowledgeAt, _loop.NowNanoseconds + wait);
        }
    }

    /// <summary>Congestion control, pacing or the delay guard says no: ngtcp2's timer, or an acknowledgement, tells when to go on.</summary>
    private bool EndBurst()
    {
        NativeNgtcp2.ConnUpdatePktTxTime(_conn, Now);
        _restExpiry = long.MaxValue;
        _queue.Settle();
        _queueExpires = _queueExpires == long.MaxValue && _queue.Count > 0
            ? _loop.NowNanoseconds + (_queue.MaxAge.Ticks * TimeSpan.NanosecondsPerTick)
            : _queueExpires;
        if (_budget <= 0 && _isDelayBound)
        {
            _delay.NoteInTheWay();
        }

        return true;
    }

    /// <summary>Everything is written. ngtcp2 would ask to be woken when the next burst may begin, for which there is no reason: so its other timers
    /// are read before it is told of this one.</summary>
    private bool Rest()
    {
        _queueExpires = long.MaxValue;
        if (NativeNgtcp2.ConnGetExpiry(_conn) <= Now)
        {
            int result = NativeNgtcp2.ConnHandleExpiry(_conn, Now); // The pacing of the burst before this one, most likely.
            if (result != 0)
            {
                Fail(result);
                return true;
            }

            if (_packetsSent == _sentBefore)
            {
                _endpoint.MarkDirty(this); // But after no burst it was a loss, of which the next write tells.
            }
        }

        _restExpiry = (long)Math.Min(NativeNgtcp2.ConnGetExpiry(_conn), NoExpiry);
        NativeNgtcp2.ConnUpdatePktTxTime(_conn, Now);
        return true;
    }

    private void SetTimer()
    {
        // At rest the timers of the last write hold: those of a packet that came since would only acknowledge it, after an eighth of a round trip.
        long expiry = _restExpiry != long.MaxValue ? _restExpiry : (long)Math.Min(NativeNgtcp2.ConnGetExpiry(_conn), long.MaxValue);
        expiry = Math.Min(expiry, _acknowledgeAt);
        if (_pauses.IsWaiting(_loop.NowNanoseconds))
        {
            // What is due when the clock would stand still is due then.
            expiry = expiry <= _pauses.ClockStops ? expiry : _pauses.WaitEnds;
        }

        expiry = Math.Min(expiry, _queueExpires);
        if (_mtu.IsBlackHole && _state == State.Connected)
        {
            expiry = Math.Min(expiry, _mtu.RetryAt.Ticks * TimeSpan.NanosecondsPerTick);
        }

        if (_state == State.Lingering)
        {
            expiry = Math.Min(expiry, _lingerUntil.Ticks * TimeSpan.NanosecondsPerTick);
        }

        if (expiry == long.MaxValue)
        {
            _timer.Cancel();
        }
        else
        {
            _timer.SetAt(expiry);
        }
    }
}
