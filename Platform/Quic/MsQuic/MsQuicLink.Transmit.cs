using Softlan.Wire;

namespace Softlan.Platform.Quic.MsQuic;

// msquic has a queue of its own without a limit in time, so as little as possible stands there: one set of datagrams that it has not
// written into packets yet. What congestion control or pacing does not let out at once it gives back (CANCEL_ON_BLOCKED); that waits here,
// in order, and is tried again when acknowledgements make room, or a millisecond later.
//
// It gives back one by one, each time with a word that on a shared lane is heard at once. So the next set is handed over when the last one is
// settled, each of it written or given back: whatever came later would pass what msquic still holds, and TCP would take that for loss.
//
// It is no older for that than in the queue: a datagram has its time from when it came. TCP has ten times as much of it as a game, so what
// is given back of TCP waits apart, and a game that comes goes before it, as it does in the queue. What is of one conversation waits in one place.

/// <summary>The sending half: queues in, sends of msquic out.</summary>
internal sealed unsafe partial class MsQuicLink
{
    /// <summary>Datagrams that msquic has at once and has not written yet: 60 KiB, 6 ms of 80 Mbit/s. The rest waits here. One flush writes as many
    /// packets (QUIC_MAX_DATAGRAMS_PER_SEND), and more would only go back and forth.</summary>
    private const int MaxSet = 40;

    /// <summary>A flush that wrote so many of a set may only have been full: of some packets, acknowledgements and probes, we do not hear. One that
    /// wrote fewer and gave some back shows that nothing more is let out now.</summary>
    private const int FullFlush = MaxSet / 2;

    /// <summary>Pause before what was given back is tried again, where no acknowledgement comes first.</summary>
    private static readonly TimeSpan BlockedRetry = TimeSpan.FromMilliseconds(1);

    // Given back by msquic. The lane's own.
    private SlotQueue _waiting;
    private SlotQueue _waitingTcp;
    private bool _isBlocked;
    private long _finishedWhenBlocked;
    private long _sentBeforeSet;

    private bool HasWaiting => !(_waiting.IsEmpty && _waitingTcp.IsEmpty && _queue.Count == 0);

    private void SendControlMessages()
    {
        while (_control.HasUnsent && _connection.HasControlStream)
        {
            ReadOnlySpan<byte> unsent = _control.Unsent;
            if (!_connection.TrySendControl(unsent))
            {
                return;
            }

            _control.MarkSent(unsent.Length);
        }
    }

    private void SendDatagrams()
    {
        if (IsSettled())
        {
            TakeGivenBack();
            if (!TryRetryLargePackets() && !_isBlocked)
            {
                SendSet();
            }

            if (HasWaiting && !_isBlocked && IsSettled())
            {
                _turnEnd.Make();
            }
        }

        _queue.Settle(); // What is left waits for msquic.
        SetSendTimer();
    }

    /// <summary>Nothing is with msquic unwritten; otherwise the lane hears of it when that is so.</summary>
    private bool IsSettled()
    {
        if (_connection.Unsettled == 0)
        {
            return true;
        }

        _connection.WantSettled();
        return _connection.Unsettled == 0; // It may have happened between the two looks.
    }

    private void SendSet()
    {
        long givenBack = _connection.GivenBack;
        int length = 0;
        _sentBeforeSet = _connection.Sent;
        for (int count = 0; count < MaxSet; count++)
        {
            // msquic's thread may be at the first of the set already. What it gives back goes before the rest, which therefore waits; one datagram
            // may slip through between this look and the call.
            bool isUntouched = _connection.Sent == _sentBeforeSet && _connection.GivenBack == givenBack;
            DatagramSlot* slot = isUntouched ? NextSlot() : null;
            if (slot is null || !MayJoin(slot, ref length) || !HandOver(slot))
            {
                return;
            }
        }
    }

    /// <summary>In a black hole nothing larger than what every path carries may leave, and msquic fills packets: so a set is as much as fits one
    /// small packet.</summary>
    /// <param name="setLength">Bytes of the set so far, with their headers.</param>
    private bool MayJoin(DatagramSlot* slot, ref int setLength)
    {
        int length = (int)slot->Buffer.Length + QuicLimits.DatagramFrameHeader;
        if (_mtu.IsBlackHole && setLength > 0 && setLength + length > FrameLimits.MinMaxDatagramLength + QuicLimits.DatagramFrameHeader)
        {
            WaitingFor(slot).Add(slot);
            return false;
        }

        setLength += length;
        return true;
    }

    /// <summary>The next datagram that is young and short enough; older and longer ones are dropped.</summary>
    private DatagramSlot* NextSlot()
    {
        TimeSpan now = _engine.Lane.Now;
        DatagramSlot* slot = NextWaiting(ref _waiting, now);
        if (slot is null && !_waitingTcp.IsEmpty && !IsNextUrgent(now))
        {
            slot = NextWaiting(ref _waitingTcp, now);
        }

        slot = slot is null ? NextQueued(now) : slot;
        return slot is null ? NextWaiting(ref _waitingTcp, now) : slot;
    }

    private DatagramSlot* NextWaiting(ref SlotQueue waiting, TimeSpan now)
    {
        for (DatagramSlot* slot = waiting.Take(); slot is not null; slot = waiting.Take())
        {
            DropReason reason = now > slot->Expires ? DropReason.TooOld
                : slot->Buffer.Length > _maxDatagramLength ? DropReason.PathTooSmall : DropReason.None;
            if (reason == DropReason.None)
            {
                return slot;
            }

            Counters.Drop(reason);
            _engine.Slots.Return(slot);
        }

        return null;
    }

    /// <summary>What the queue has next goes before TCP that was given back.</summary>
    private bool IsNextUrgent(TimeSpan now)
    {
        _queue.Settle(); // Only where flows take turns it is known who sends little.
        return _queue.TryPeek(now, out _, _maxDatagramLength) && _queue.IsNextSparse && !_queue.IsNextTcp;
    }

    private DatagramSlot* NextQueued(TimeSpan now)
    {
        while (_queue.TryPeek(now, out Span<byte> datagram, _maxDatagramLength))
        {
            DatagramSlot* slot = _engine.Slots.TryRent();
            if (slot is null)
            {
                _queue.DropFirst(DropReason.QueueFull);
                continue;
            }

            slot->Fill(datagram);
            slot->Expires = _queue.NextExpires;
            slot->IsTcp = _queue.IsNextTcp;
            slot->Id = _mtu.NextId(datagram.Length > FrameLimits.MinMaxDatagramLength);
            _queue.Dequeue();
            return slot;
        }

        return null;
    }

    private bool HandOver(DatagramSlot* slot)
    {
        Counters.DatagramsOut++;
        if (!MsQuicStatus.IsFailed(_connection.SendDatagram(slot)))
        {
            return true;
        }

        // Either the connection is on its way down, or the path shrank and the notice is still under way.
        Counters.DatagramsOut--;
        if (!slot->IsPadding)
        {
            Counters.Drop(slot->Buffer.Length > _connection.MaxSendLength ? DropReason.PathTooSmall : DropReason.NotConnected);
        }

        _engine.Slots.Return(slot);
        _turnEnd.Make(); // Meanwhile msquic's thread may have seen one more under way, and have told nobody that the others are settled.
        return _connection.MaxSendLength > 0;
    }

    /// <summary>Looks whether a set is settled, or acknowledgements have made room, and something waits for that.</summary>
    private void LookWhetherToSend()
    {
        if (_isBlocked && _connection.Finished != _finishedWhenBlocked)
        {
            _isBlocked = false;
        }

        if (_connection.Unsettled == 0)
        {
            TakeGivenBack();
            if (_state == State.Connected && HasWaiting && !_isBlocked)
            {
                _turnEnd.Make();
            }
        }
    }

    /// <summary>Takes over what msquic could not send at once, all of a settled set.</summary>
    private void TakeGivenBack()
    {
        bool isGivenBack = false;
        for (DatagramSlot* slot = _connection.TakeCanceled(); slot is not null;)
        {
            DatagramSlot* next = slot->Next;
            Counters.DatagramsOut--;
            if (slot->IsPadding || _state != State.Connected)
            {
                _engine.Slots.Return(slot);
            }
            else
            {
                WaitingFor(slot).Add(slot);
                isGivenBack = true;
            }

            slot = next;
        }

        if (isGivenBack && _connection.Sent - _sentBeforeSet < FullFlush)
        {
            Block();
        }
    }

    private void Block()
    {
        if (!_isBlocked)
        {
            _isBlocked = true;
            _finishedWhenBlocked = _connection.Finished;
            _connection.WantNotice();
            _turnEnd.Make(); // Sets the timer.
        }
    }

    private ref SlotQueue WaitingFor(DatagramSlot* slot) => ref slot->IsTcp ? ref _waitingTcp : ref _waiting;

    private void ReturnWaiting()
    {
        ReturnAll(ref _waiting);
        ReturnAll(ref _waitingTcp);
    }

    private void ReturnAll(ref SlotQueue waiting)
    {
        for (DatagramSlot* slot = waiting.Take(); slot is not null; slot = waiting.Take())
        {
            _engine.Slots.Return(slot);
        }
    }

    private void SetSendTimer()
    {
        TimeSpan due = TimeSpan.MaxValue;
        if (_isBlocked)
        {
            due = BlockedRetry;
        }

        if (_mtu.IsBlackHole)
        {
            due = TimeSpans.Min(_mtu.RetryAt - _engine.Lane.Now, due);
        }

        if (due != TimeSpan.MaxValue)
        {
            SetTimer(TimeSpans.Max(due, TimeSpan.Zero));
        }
    }

    private void OnSendTimer()
    {
        _isBlocked = false;
        _turnEnd.Make();
    }
}
