using Softlan.Wire;

namespace Softlan.Platform.Quic.MsQuic;

// msquic has a queue of its own without a limit in time, so as little as possible stands there: a window of datagrams that it has not
// written into packets yet. What congestion control or pacing does not let out at once it gives back (CANCEL_ON_BLOCKED); that waits here,
// in order, and is tried again when acknowledgements make room, or a millisecond later.
//
// It is no older for that than in the queue: a datagram has its time from when it came. TCP has ten times as much of it as a game, so what
// is given back of TCP waits apart, and a game that comes goes before it, as it does in the queue. What is of one conversation waits in one place.

/// <summary>The sending half: queues in, sends of msquic out.</summary>
internal sealed unsafe partial class MsQuicLink
{
    /// <summary>Datagrams that msquic may have and not have written yet: 96 KiB, 10 ms of 80 Mbit/s. Each send walks the list of those before it, and
    /// one flush writes at most 40 packets, so more would only go back and forth.</summary>
    private const int MaxUnsent = 64;

    /// <summary>Pause before what was given back is tried again, where no acknowledgement comes first.</summary>
    private static readonly TimeSpan BlockedRetry = TimeSpan.FromMilliseconds(1);

    // Given back by msquic. The lane's own.
    private SlotQueue _waiting;
    private SlotQueue _waitingTcp;
    private long _handedOver;
    private long _canceledCount;
    private bool _isBlocked;
    private long _finishedWhenBlocked;
    private long _sentWhenCanceled;
    private int _setLength;
    private long _largeLossesSeen;
    private long _largeAcknowledgedSeen;

    private long Unsent => _handedOver - _canceledCount - _connection.Sent;

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
        RetryLargePackets();
        while (!_isBlocked)
        {
            if (Unsent >= MaxUnsent)
            {
                // Told at the next SENT. It may have happened between the two looks.
                _connection.WantNotice();
                if (Unsent >= MaxUnsent)
                {
                    break;
                }
            }

            DatagramSlot* slot = NextSlot();
            if (slot is null || !MayJoin(slot) || !HandOver(slot))
            {
                break;
            }
        }

        _queue.Settle(); // What is left waits for msquic.
        SetSendTimer();
    }

    /// <summary>In a black hole nothing larger than what every path carries may leave, and msquic fills packets: so as much as fits one small packet,
    /// and then not before it is written.</summary>
    private bool MayJoin(DatagramSlot* slot)
    {
        if (!_mtu.IsBlackHole)
        {
            return true;
        }

        int length = (int)slot->Buffer.Length + QuicLimits.DatagramFrameHeader;
        if (Unsent == 0)
        {
            _setLength = 0;
        }

        if (_setLength > 0 && _setLength + length > FrameLimits.MinMaxDatagramLength + QuicLimits.DatagramFrameHeader)
        {
            _connection.WantNotice();
            if (Unsent > 0)
            {
                WaitingFor(slot).Add(slot);
                return false;
            }

            _setLength = 0;
        }

        _setLength += length;
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
        while (_queue.TryPeek(now, out Span<byte> datagram))
        {
            if (datagram.Length <= _maxDatagramLength)
            {
                return _queue.IsNextSparse && !_queue.IsNextTcp;
            }

            _queue.DropFirst(DropReason.PathTooSmall); // It would not leave, and what was given back would stand behind nothing.
        }

        return false;
    }

    private DatagramSlot* NextQueued(TimeSpan now)
    {
        while (_queue.TryPeek(now, out Span<byte> datagram))
        {
            if (datagram.Length > _maxDatagramLength)
            {
                _queue.DropFirst(DropReason.PathTooSmall);
                continue;
            }

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
        _handedOver++;
        Counters.DatagramsOut++;
        if (!MsQuicStatus.IsFailed(_connection.SendDatagram(slot)))
        {
            return true;
        }

        // Either the connection is on its way down, or the path shrank and the notice is still under way.
        _handedOver--;
        Counters.DatagramsOut--;
        if (!slot->IsPadding)
        {
            Counters.Drop(slot->Buffer.Length > _connection.MaxSendLength ? DropReason.PathTooSmall : DropReason.NotConnected);
        }

        _engine.Slots.Return(slot);
        return _connection.MaxSendLength > 0;
    }

    /// <summary>Takes over what msquic could not send at once.</summary>
    private void TakeCanceled()
    {
        if (_isBlocked && _connection.Finished != _finishedWhenBlocked)
        {
            _isBlocked = false;
        }

        bool isGivenBack = false;
        for (DatagramSlot* slot = _connection.TakeCanceled(); slot is not null;)
        {
            DatagramSlot* next = slot->Next;
            _canceledCount++;
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

        if (isGivenBack)
        {
            // A flush that wrote something may only have been full; one that wrote nothing shows that nothing is let out now.
            long sent = _connection.Sent;
            if (sent == _sentWhenCanceled)
            {
                Block();
            }

            _sentWhenCanceled = sent;
        }

        if (_state == State.Connected && !_isBlocked && !(_waiting.IsEmpty && _waitingTcp.IsEmpty && _queue.Count == 0))
        {
            RequestTurnEnd();
        }
    }

    private void Block()
    {
        if (!_isBlocked)
        {
            _isBlocked = true;
            _finishedWhenBlocked = _connection.Finished;
            _connection.WantNotice();
            RequestTurnEnd(); // Sets the timer.
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

    private int AllowedLength() => _mtu.IsBlackHole
        ? FrameLimits.MinMaxDatagramLength
        : Math.Clamp(
            Math.Min(_connection.MaxSendLength, _options?.DatagramLimit ?? int.MaxValue),
            FrameLimits.MinMaxDatagramLength, FrameLimits.MaxDatagramLength);

    private void UpdateMaxDatagramLength()
    {
        if (_state != State.Connected)
        {
            return;
        }

        CheckPeerLimit();
        int length = AllowedLength();
        if (length != _maxDatagramLength)
        {
            _maxDatagramLength = length;
            Guard(() => _handler!.OnMaxDatagramLengthChanged(this));
        }
    }

    /// <summary>A path always carries enough, so less than that is what the peer announced.</summary>
    private void CheckPeerLimit()
    {
        int limit = _connection.MaxSendLength;
        if (limit < FrameLimits.MinMaxDatagramLength && !_connection.IsComplete)
        {
            Close(CloseReason.ProtocolError, LinkEnds.DatagramsTooShort(limit));
        }
    }

    /// <summary>msquic finds out how large packets may be, but never takes a size back; the fate of large datagrams shows when that would be
    /// needed.</summary>
    private void TakePathEvidence()
    {
        if (_state != State.Connected)
        {
            return;
        }

        (long acknowledged, ulong lastId) = _connection.LargeAcknowledged;
        if (acknowledged != _largeAcknowledgedSeen)
        {
            _largeAcknowledgedSeen = acknowledged;
            _mtu.OnAcknowledged(lastId);
        }

        (long losses, lastId) = _connection.LargeLosses;
        for (; _largeLossesSeen < losses; _largeLossesSeen++)
        {
            _mtu.OnLost(lastId, _engine.Lane.Now);
        }

        UpdateMaxDatagramLength();
        if (_mtu.IsBlackHole)
        {
            _connection.WantNotice();
            RequestTurnEnd();
        }
    }

    /// <summary>In a black hole, sends a padding datagram of full size now and then: when it is acknowledged, large packets pass again.</summary>
    private void RetryLargePackets()
    {
        if (!_mtu.IsBlackHole || _engine.Lane.Now < _mtu.RetryAt || Unsent > 0)
        {
            return;
        }

        DatagramSlot* slot = _engine.Slots.TryRent();
        if (slot is null)
        {
            return;
        }

        _mtu.OnRetried(_engine.Lane.Now);
        Span<byte> padding = stackalloc byte[Math.Min(_connection.MaxSendLength, FrameLimits.MaxDatagramLength)];
        padding.Clear();
        new DatagramHeader(DatagramKind.Padding, 0, 0).Write(padding);
        slot->Fill(padding);
        slot->IsPadding = true;
        slot->Id = _mtu.NextId(isLarge: true);
        _setLength = FrameLimits.MinMaxDatagramLength;
        HandOver(slot);
        _connection.WantNotice();
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
            TimeSpan retry = _mtu.RetryAt - _engine.Lane.Now;
            due = retry < due ? retry : due;
        }

        if (due != TimeSpan.MaxValue)
        {
            SetTimer(due > TimeSpan.Zero ? due : TimeSpan.Zero);
        }
    }

    private void OnSendTimer()
    {
        _isBlocked = false;
        RequestTurnEnd();
    }
}
