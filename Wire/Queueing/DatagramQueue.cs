namespace Softlan.Wire;

/// <summary>Datagrams that wait for one link. Short in time, and fair: DATAGRAM has no flow control, so this queue is the quality of service.</summary>
/// <remarks>
/// A datagram that waits alone, as nearly all do on a line that is fast enough, is not even looked at. Only when a second one comes does a <see cref="FlowScheduler"/> take turns between
/// players and conversations, until the queue is empty again.
/// </remarks>
/// <param name="pool">Where the bytes are kept.</param>
/// <param name="counters">Where drops are counted.</param>
/// <param name="fairBy">Whose shares of the link are equal.</param>
/// <param name="limits">How long a datagram may wait.</param>
internal sealed class DatagramQueue(DatagramPool pool, PeerCounters counters, FairBy fairBy, QueueLimits limits)
{
    /// <summary>12 MiB: 10 ms at 10 Gbit/s. When it is reached the longest flow's oldest is dropped as <see cref="DropReason.QueueFull"/>.</summary>
    public const int MaxCount = 8192;

    private const int None = -1;

    /// <summary>Null while at most one datagram waits.</summary>
    private FlowScheduler? _scheduler;
    private int _only = None;
    private int _selected = None;

    /// <summary>A tail has no headers of its own; it goes where its head went, which came just before it.</summary>
    private FlowLabel _lastHead;

    public int Count { get; private set; }

    /// <summary>Adds a copy of header and body.</summary>
    /// <returns>What became of this datagram; an older one that had to give way is counted only.</returns>
    public DropReason Enqueue(DatagramHeader header, ReadOnlySpan<byte> body, TimeSpan now)
    {
        if (body.Length > DatagramPool.SlotLength - DatagramHeader.Length)
        {
            counters.Drop(DropReason.Jumbo);
            return DropReason.Jumbo;
        }

        if (Count >= MaxCount || pool.IsExhausted)
        {
            MakeRoom();
        }

        int slot = pool.Rent();
        if (slot < 0)
        {
            counters.Drop(DropReason.QueueFull);
            return DropReason.QueueFull;
        }

        Span<byte> bytes = pool.Bytes(slot);
        header.Write(bytes);
        body.CopyTo(bytes[DatagramHeader.Length..]);
        pool[slot] = new DatagramPool.Slot { Next = None, Length = DatagramHeader.Length + body.Length, EnqueuedAt = now };
        Add(slot, header.Kind, now);
        return DropReason.None;
    }

    /// <summary>The datagram to send next, after those that have waited too long were dropped. It stays in the queue, and stays the next, until <see cref="Dequeue"/>, unless it grows too old meanwhile.</summary>
    public bool TryPeek(TimeSpan now, out Span<byte> datagram)
    {
        if (_selected != None && now - pool[_selected].EnqueuedAt > limits.MaxAge)
        {
            DropFirst(DropReason.TooOld);
        }

        if (_selected == None)
        {
            Select(now);
        }

        datagram = _selected == None ? default : pool.Bytes(_selected)[..pool[_selected].Length];
        return _selected != None;
    }

    /// <summary>Removes what <see cref="TryPeek"/> showed.</summary>
    public void Dequeue()
    {
        int slot = _selected;
        _selected = None;
        if (_scheduler is { } scheduler)
        {
            scheduler.Take();
        }
        else
        {
            _only = None;
        }

        pool.Return(slot);
        Removed(1);
    }

    /// <summary>Drops what <see cref="TryPeek"/> showed.</summary>
    public void DropFirst(DropReason reason)
    {
        counters.Drop(reason);
        Dequeue();
    }

    /// <summary>Gives all memory back, without counting drops: the link is gone.</summary>
    public void Clear()
    {
        while (Count > 0)
        {
            _selected = None;
            pool.Return(_scheduler?.TakeFromLongest() ?? _only);
            _only = None;
            Removed(1);
        }
    }

    private void Add(int slot, DatagramKind kind, TimeSpan now)
    {
        FlowLabel label = default;
        bool isLabelled = false;
        if (kind == DatagramKind.Head)
        {
            label = _lastHead = Label(slot);
            isLabelled = true;
        }

        if (Count++ == 0)
        {
            _only = slot;
            return;
        }

        if (_scheduler is null)
        {
            _scheduler = pool.RentScheduler();
            _scheduler.Add(_only, Label(_only));
            if (_selected != None)
            {
                // It has been shown already; choosing among one gives the same one.
                _ = _scheduler.Select(pool[_only].EnqueuedAt, limits, counters, out _);
            }

            _only = None;
        }

        label = isLabelled ? label : Label(slot);
        Count -= _scheduler.DropOld(label, now, limits.MaxAge, counters);
        _scheduler.Add(slot, label);
    }

    private FlowLabel Label(int slot)
    {
        ReadOnlySpan<byte> datagram = pool.Bytes(slot)[..pool[slot].Length];
        return DatagramHeader.KindOf(datagram) switch
        {
            DatagramKind.Frame or DatagramKind.Head when datagram.Length >= DatagramHeader.Length + FrameLimits.MinLength
                => FlowLabel.Read(datagram[DatagramHeader.Length..], fairBy),
            DatagramKind.Tail => _lastHead,
            _ => FlowLabel.Other,
        };
    }

    private void Select(TimeSpan now)
    {
        if (_scheduler is { } scheduler)
        {
            _selected = scheduler.Select(now, limits, counters, out int dropped);
            Removed(dropped);
        }
        else if (_only != None && now - pool[_only].EnqueuedAt > limits.MaxAge)
        {
            _selected = _only;
            DropFirst(DropReason.TooOld);
        }
        else
        {
            _selected = _only;
        }
    }

    private void MakeRoom()
    {
        if (Count == 0)
        {
            return; // The pool's memory is in other links' queues.
        }

        counters.Drop(DropReason.QueueFull);
        pool.Return(_scheduler?.TakeFromLongest() ?? _only);
        _only = None;
        _selected = None;
        Removed(1);
    }

    private void Removed(int count)
    {
        Count -= count;
        if (Count == 0 && _scheduler is { } scheduler)
        {
            _scheduler = null;
            pool.ReturnScheduler(scheduler);
        }
    }
}
