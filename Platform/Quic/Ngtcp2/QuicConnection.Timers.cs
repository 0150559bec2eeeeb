namespace Softlan.Platform.Quic.Ngtcp2;

// Six reasons to wake up, of which the earliest sets the one timer:
//
//   ngtcp2's own       losses, keep-alive, idle time, path MTU discovery; and pacing, but only while something waits to be sent
//   AckSchedule        what came is acknowledged, since nothing else was sent
//   PathMtuGuard       a black hole is probed again
//   BbrPauses          what was held back may leave
//   the queue          what a link that cannot send holds has grown too old
//   the goodbye        is not put off any longer (TransmitLingering)

/// <summary>When the connection acts without being asked.</summary>
internal sealed unsafe partial class QuicConnection
{
    private readonly AckSchedule _acks = new();

    /// <summary>At rest without any timer; never reached.</summary>
    private const ulong NoExpiry = long.MaxValue - 1;

    /// <summary>ngtcp2's timers as of the last write, when that left nothing to write; <see cref="long.MaxValue"/>: it did not, ask ngtcp2.</summary>
    private long _restExpiry = long.MaxValue;

    /// <summary>A timer of ngtcp2's has run out. If for an acknowledgement, two packets are due, and what was lost goes into one without a
    /// datagram.</summary>
    private bool _wasDue;

    /// <summary>When all that waited after the last write is too old; <see cref="long.MaxValue"/>: nothing did.</summary>
    private long _queueExpires = long.MaxValue;

    private void OnTimer()
    {
        if (_state == LinkState.Closed)
        {
            Forget();
            return;
        }

        bool isDue = NativeNgtcp2.ConnGetExpiry(_conn) <= Now;
        if (isDue)
        {
            _mtu.BeginObservation();
            int result = NativeNgtcp2.ConnHandleExpiry(_conn, Now);
            if (result != 0)
            {
                Fail(result);
                return;
            }

            _wasDue = true;
        }

        if (_queueExpires <= _loop.NowNanoseconds)
        {
            _queueExpires = long.MaxValue;
            _queue.DropOld(_loop.Now);
        }

        if (isDue || _acks.Due <= (long)Now || _budget.Holds || _mtu.IsBlackHole || _state == LinkState.Lingering)
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

    /// <summary>Congestion control, pacing or the delay guard says no: ngtcp2's timer, or an acknowledgement, tells when to go on.</summary>
    private bool EndBurst()
    {
        NativeNgtcp2.ConnUpdatePktTxTime(_conn, Now);
        _restExpiry = long.MaxValue;
        _queue.Settle();
        _queueExpires = _queueExpires == long.MaxValue && _queue.Count > 0
            ? _loop.NowNanoseconds + Nanoseconds.From(_queue.MaxAge)
            : _queueExpires;
        _budget.OnStopped();
        return true;
    }

    /// <summary>Everything is written. ngtcp2 would ask to be woken when the next burst may begin, for which there is no reason: so its other timers
    /// are read before it is told of this one.</summary>
    private bool Rest()
    {
        _queueExpires = long.MaxValue;
        ulong expiry = NativeNgtcp2.ConnGetExpiry(_conn);
        if (expiry <= Now)
        {
            _mtu.BeginObservation();
            int result = NativeNgtcp2.ConnHandleExpiry(_conn, Now); // The pacing of the burst before this one, most likely.
            if (result != 0)
            {
                Fail(result);
                return true;
            }

            if (_traffic.PacketsSent == _sentBefore || !_control.IsDelivered)
            {
                _endpoint.MarkDirty(this); // But after no burst it was a loss, of which the next write tells; and what was lost may be a message.
            }

            expiry = NativeNgtcp2.ConnGetExpiry(_conn);
        }

        _restExpiry = (long)Math.Min(expiry, NoExpiry);
        NativeNgtcp2.ConnUpdatePktTxTime(_conn, Now);
        return true;
    }

    private void SetTimer()
    {
        // At rest the timers of the last write hold: those of a packet that came since would only acknowledge it, after an eighth of a round trip.
        long expiry = _restExpiry != long.MaxValue ? _restExpiry : (long)Math.Min(NativeNgtcp2.ConnGetExpiry(_conn), long.MaxValue);
        expiry = _budget.Defer(Math.Min(expiry, _acks.Due), _loop.NowNanoseconds);
        expiry = Math.Min(expiry, _queueExpires);
        if (_mtu.IsBlackHole && _state == LinkState.Connected)
        {
            expiry = Math.Min(expiry, Nanoseconds.From(_mtu.RetryAt));
        }

        if (_state == LinkState.Lingering)
        {
            expiry = Math.Min(expiry, Nanoseconds.From(_lingerUntil));
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
