namespace Softlan.Wire;

/// <summary>Datagrams that wait for one link. Short in time, and fair: DATAGRAM has no flow control, so this queue is the quality of
/// service.</summary>
/// <remarks>
/// While the link takes everything, as one that is fast enough does at the end of each turn, datagrams leave as they came and are not even looked at.
/// Only when it does not (<see cref="Settle"/>), or when many have come at once, does a <see cref="FlowScheduler"/> take turns between players and
/// conversations, until the queue is empty again.
/// </remarks>
/// <param name="pool">Where the bytes are kept.</param>
/// <param name="counters">Where drops are counted.</param>
/// <param name="fairBy">Whose shares of the link are equal.</param>
/// <param name="limits">How long a datagram may wait.</param>
internal sealed class DatagramQueue(DatagramPool pool, PeerCounters counters, FairBy fairBy, QueueLimits limits)
{
    /// <summary>12 MiB: 10 ms at 10 Gbit/s. When it is reached the longest flow's oldest is dropped as <see cref="DropReason.QueueFull"/>.</summary>
    public const int MaxCount = 8192;

    /// <summary>Datagrams that may wait in the order in which they came: together they take a fast link some tens of microseconds. One more, and
    /// flows take turns.</summary>
    private const int MaxInOrder = 64;

    private const int None = -1;

    /// <summary>Null while datagrams leave in the order in which they came.</summary>
    private FlowScheduler? _scheduler;
    private QueueLimits _limits = limits;
    private int _first = None;
    private int _last = None;
    private int _selected = None;

    /// <summary>A tail has no headers of its own; it goes where its head went, which came just before it.</summary>
    private FlowLabel _lastHead;

    /// <summary>The head that left last while datagrams leave in order: its tail is the next.</summary>
    private FlowLabel _takenHead;

    public int Count { get; private set; }

    /// <summary>The shortest that the link has lately had.</summary>
    public TimeSpan RoundTrip
    {
        get => _limits.RoundTrip;
        // Not `with`, which would keep what follows from the old one.
        set => _limits = value == _limits.RoundTrip ? _limits : new QueueLimits(_limits.MaxAge, value, _limits.IsPaused);
    }

    /// <summary>See <see cref="QueueLimits.IsPaused"/>.</summary>
    public bool IsPaused
    {
        get => _limits.IsPaused;
        set => _limits = value == _limits.IsPaused ? _limits : _limits with { IsPaused = value };
    }

    /// <summary>Adds a copy of header and body.</summary>
    /// <returns>What became of this datagram; an older one that had to give way is counted only.</returns>
    public DropReason Enqueue(DatagramHeader header, ReadOnlySpan<byte> body, TimeSpan now)
    {
        if (body.Length > DatagramPool.SlotLength - DatagramHeader.Length)
        {
            counters.Drop(DropReason.Jumbo);
            return DropReason.Jumbo;
        }

        // Dynamic thresholds (Choudhury and Hahne, 1998): however many links are stuck, there is always something left for one that is not.
        if (Count >= MaxCount || Count >= pool.Free)
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

    /// <summary>The datagram to send next, after those that have waited too long were dropped. It stays in the queue, and stays the next, until
    /// <see cref="Dequeue"/>, unless it grows too old meanwhile, or something comes that goes before it.</summary>
    public bool TryPeek(TimeSpan now, out Span<byte> datagram)
    {
        if (_selected == None || now - pool[_selected].EnqueuedAt > _limits.MaxAge)
        {
            Select(now);
        }

        datagram = _selected == None ? default : pool.Bytes(_selected)[..pool[_selected].Length];
        return _selected != None;
    }

    /// <summary>What <see cref="TryPeek"/> showed is of a conversation that sends little: nobody else has to wait for it, and it should not have to
    /// wait.</summary>
    public bool IsNextSparse => _scheduler is { IsSelectedNew: true };

    /// <summary>What <see cref="TryPeek"/> showed has had a quarter of the time in which it must leave or be lost. Only said where flows take turns,
    /// and never of TCP, which has more time.</summary>
    public bool IsNextLate(TimeSpan now) =>
        _scheduler is { IsSelectedTcp: false } && _selected != None && now - pool[_selected].EnqueuedAt > _limits.MaxAge / 4;

    /// <summary>What <see cref="TryPeek"/> showed is of TCP, which would rather be late than lost.</summary>
    public bool IsNextTcp => _scheduler is { } scheduler ? scheduler.IsSelectedTcp : ReadLabel(_selected, _takenHead).IsTcp;

    /// <summary>When what <see cref="TryPeek"/> showed has waited too long: for a link that may have to keep it, after it was taken from
    /// here.</summary>
    public TimeSpan NextExpires => pool[_selected].EnqueuedAt + (IsNextTcp ? _limits.MaxAgeOfTcp : _limits.MaxAge);

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
            if (DatagramHeader.KindOf(pool.Bytes(slot)) == DatagramKind.Head)
            {
                _takenHead = ReadLabel(slot, default);
            }

            RemoveFirst();
        }

        pool.Return(slot);
        Removed(1);
    }

    /// <summary>The link does not take what is left now: from here on flows take turns.</summary>
    public void Settle()
    {
        if (_scheduler is not null || Count == 0)
        {
            return;
        }

        FlowScheduler scheduler = _scheduler = pool.RentScheduler();
        if (DatagramHeader.KindOf(pool.Bytes(_first)) == DatagramKind.Tail)
        {
            _lastHead = _takenHead; // Heads that came since are not its own.
        }

        for (int slot = _first; slot != None;)
        {
            int next = pool[slot].Next;
            scheduler.Add(slot, Label(slot));
            slot = next;
        }

        _selected = None; // What was shown may have to let something go before it.
        _first = None;
        _last = None;
    }

    /// <summary>Drops everything that has waited too long. The rest of the time what is old goes when its turn comes; this is for a link that cannot
    /// send at all.</summary>
    public void DropOld(TimeSpan now)
    {
        Settle();
        if (_scheduler is { } scheduler)
        {
            _selected = None;
            Removed(scheduler.DropOld(now, _limits, counters));
        }
    }

    /// <summary>How long anything may wait at all.</summary>
    public TimeSpan MaxAge => _limits.MaxAgeOfTcp;

    /// <summary>Drops what <see cref="TryPeek"/> showed.</summary>
    public void DropFirst(DropReason reason)
    {
        counters.Drop(reason);
        Dequeue();
    }

    /// <summary>Gives all memory back, without counting drops: the link is gone.</summary>
    public void Clear()
    {
        _selected = None;
        while (Count > 0)
        {
            RemoveOldest();
        }
    }

    private void Add(int slot, DatagramKind kind, TimeSpan now)
    {
        if (Count >= MaxInOrder)
        {
            Settle();
        }

        Count++;
        if (_scheduler is { } scheduler)
        {
            Count -= scheduler.DropOldAndAdd(slot, Label(slot), now, _limits, counters);
            if (_selected != None && scheduler.HasNew && !scheduler.IsSelectedNew)
            {
                _selected = None; // A game does not wait behind what was shown and could not be sent.
            }

            return;
        }

        if (kind == DatagramKind.Head)
        {
            _lastHead = Label(slot); // Its tail may come when flows take turns already.
        }

        if (_last == None)
        {
            _first = slot;
        }
        else
        {
            pool[_last].Next = slot;
        }

        _last = slot;
    }

    /// <summary>Of each datagram in the order in which they came: what is remembered of a head is for its tail.</summary>
    private FlowLabel Label(int slot)
    {
        FlowLabel label = ReadLabel(slot, _lastHead);
        if (DatagramHeader.KindOf(pool.Bytes(slot)) == DatagramKind.Head)
        {
            _lastHead = label;
        }

        return label;
    }

    private FlowLabel ReadLabel(int slot, FlowLabel head)
    {
        ReadOnlySpan<byte> datagram = pool.Bytes(slot)[..pool[slot].Length];
        bool hasHeaders = datagram.Length >= DatagramHeader.Length + FrameLimits.MinLength;
        return DatagramHeader.KindOf(datagram) switch
        {
            DatagramKind.Frame or DatagramKind.Head when hasHeaders => FlowLabel.Read(datagram[DatagramHeader.Length..], fairBy, pool.Secret),
            DatagramKind.Tail => head,
            _ => FlowLabel.Other,
        };
    }

    private void Select(TimeSpan now)
    {
        _selected = None;
        if (_scheduler is null && _first != None && now - pool[_first].EnqueuedAt > _limits.MaxAge)
        {
            Settle(); // What is too old for one flow is not for another.
        }

        if (_scheduler is { } scheduler)
        {
            _selected = scheduler.Select(now, _limits, counters, out int dropped);
            Removed(dropped);
            return;
        }

        _selected = _first;
    }

    private void MakeRoom()
    {
        if (Count == 0)
        {
            return; // The pool's memory is in other links' queues.
        }

        counters.Drop(DropReason.QueueFull);
        _selected = None;
        RemoveOldest();
    }

    /// <summary>The oldest; where flows take turns, that of the longest.</summary>
    private void RemoveOldest()
    {
        int slot;
        if (_scheduler is { } scheduler)
        {
            slot = scheduler.TakeFromLongest();
        }
        else
        {
            slot = _first;
            RemoveFirst();
        }

        pool.Return(slot);
        Removed(1);
    }

    private void RemoveFirst()
    {
        _first = pool[_first].Next;
        _last = _first == None ? None : _last;
    }

    private void Removed(int count)
    {
        Count -= count;
        if (Count == 0 && _scheduler is { } scheduler)
        {
            _scheduler = null;
            _takenHead = _lastHead; // All have left, and that one came last.
            pool.ReturnScheduler(scheduler);
        }
    }
}
