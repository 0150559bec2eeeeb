using System.Diagnostics;

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

    private readonly FrameSplitter _splitter = new();

    /// <summary>The frame whose head has left: its tail is the next, whatever else there is.</summary>
    private int _tail = None;

    /// <summary>Where in its slot the tail's header is.</summary>
    private int _tailStart;

    private bool _isTailTcp;

    /// <summary>Datagrams that wait, frames that will be cut counting as one.</summary>
    public int Count { get; private set; }

    /// <summary>The shortest that the link has lately had.</summary>
    public TimeSpan RoundTrip
    {
        get => _limits.RoundTrip;
        set => _limits = value == _limits.RoundTrip ? _limits : new QueueLimits(_limits.MaxAge, value, _limits.IsPaused);
    }

    /// <summary>See <see cref="QueueLimits.IsPaused"/>.</summary>
    public bool IsPaused
    {
        get => _limits.IsPaused;
        set => _limits = value == _limits.IsPaused ? _limits : _limits with { IsPaused = value };
    }

    /// <summary>Adds a copy of header and body. A frame that is too long for one datagram is cut when it leaves, not before: only then its pieces
    /// leave together, in the order of their ids, and it is known how long a datagram may be.</summary>
    /// <returns>What became of this datagram; an older one that had to give way is counted only.</returns>
    public DropReason Enqueue(DatagramHeader header, ReadOnlySpan<byte> body, TimeSpan now)
    {
        Debug.Assert(header.Kind is not (DatagramKind.Head or DatagramKind.Tail), "Frames are cut here.");
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
        Add(slot, now);
        return DropReason.None;
    }

    /// <summary>The datagram to send next, after those that have waited too long were dropped. It stays in the queue, and stays the next, until
    /// <see cref="Dequeue"/>, unless it grows too old meanwhile, or something comes that goes before it.</summary>
    /// <param name="now">The lane's.</param>
    /// <param name="datagram">All of it, or the head or tail of a frame.</param>
    /// <param name="maxLength">Bytes that a datagram may have: at least <see cref="FrameLimits.MinMaxDatagramLength"/>.</param>
    public bool TryPeek(TimeSpan now, out Span<byte> datagram, int maxLength = FrameLimits.MaxDatagramLength)
    {
        DropOldTail(now);
        if (_tail != None)
        {
            datagram = Datagram(_tail)[_tailStart..];
            return true;
        }

        if (_selected == None || now - pool[_selected].EnqueuedAt > _limits.MaxAge)
        {
            Select(now);
        }

        datagram = _selected == None ? default : _splitter.FirstPiece(Datagram(_selected), maxLength);
        return _selected != None;
    }

    /// <summary>What <see cref="TryPeek"/> showed is of a conversation that sends little, or the tail of a frame whose head has left: nobody else has
    /// to wait for it, and it should not have to wait.</summary>
    public bool IsNextSparse => _tail != None || _scheduler is { IsSelectedNew: true };

    /// <summary>What <see cref="TryPeek"/> showed has had a quarter of the time in which it must leave or be lost. Only said where flows take turns,
    /// and never of TCP, which has more time.</summary>
    public bool IsNextLate(TimeSpan now) =>
        _tail == None && _scheduler is { IsSelectedTcp: false } && _selected != None && now - pool[_selected].EnqueuedAt > _limits.MaxAge / 4;

    /// <summary>What <see cref="TryPeek"/> showed is of TCP, which would rather be late than lost.</summary>
    public bool IsNextTcp => _tail != None ? _isTailTcp : _scheduler is { } scheduler ? scheduler.IsSelectedTcp : ReadLabel(_selected).IsTcp;

    /// <summary>When what <see cref="TryPeek"/> showed has waited too long: for a link that may have to keep it, after it was taken from
    /// here.</summary>
    public TimeSpan NextExpires => pool[_tail != None ? _tail : _selected].EnqueuedAt + (IsNextTcp ? _limits.MaxAgeOfTcp : _limits.MaxAge);

    /// <summary>Removes what <see cref="TryPeek"/> showed, and was sent.</summary>
    public void Dequeue()
    {
        if (_tail != None)
        {
            ReturnTail();
        }
        else if (_splitter.IsHead)
        {
            BeginTail();
        }
        else
        {
            ReturnSelected();
        }
    }

    /// <summary>The link does not take what is left now: from here on flows take turns.</summary>
    public void Settle()
    {
        if (_scheduler is not null || _first == None)
        {
            return;
        }

        FlowScheduler scheduler = _scheduler = pool.RentScheduler();
        for (int slot = _first; slot != None;)
        {
            int next = pool[slot].Next;
            scheduler.Add(slot, ReadLabel(slot));
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
        DropOldTail(now);
        Settle();
        if (_scheduler is { } scheduler)
        {
            _selected = None;
            Removed(scheduler.DropOld(now, _limits, counters));
        }
    }

    /// <summary>How long anything may wait at all.</summary>
    public TimeSpan MaxAge => _limits.MaxAgeOfTcp;

    /// <summary>Drops what <see cref="TryPeek"/> showed; if that is a frame's head, the frame.</summary>
    public void DropFirst(DropReason reason)
    {
        counters.Drop(reason);
        if (_tail != None)
        {
            ReturnTail();
        }
        else
        {
            ReturnSelected();
        }
    }

    /// <summary>Gives all memory back, without counting drops: the link is gone.</summary>
    public void Clear()
    {
        _selected = None;
        if (_tail != None)
        {
            ReturnTail();
        }

        while (Count > 0)
        {
            RemoveOldest();
        }
    }

    private Span<byte> Datagram(int slot) => pool.Bytes(slot)[..pool[slot].Length];

    private void BeginTail()
    {
        counters.SplitFrames++;
        _isTailTcp = IsNextTcp;
        _tail = TakeSelected();
        _tailStart = _splitter.BeginTail(Datagram(_tail));
    }

    /// <summary>The other side waits for it a little longer than anything waits here, so even the tail of what must leave at once is given the time
    /// of TCP.</summary>
    private void DropOldTail(TimeSpan now)
    {
        if (_tail != None && now - pool[_tail].EnqueuedAt > _limits.MaxAgeOfTcp)
        {
            counters.Drop(DropReason.TooOld);
            ReturnTail();
        }
    }

    private void ReturnTail()
    {
        int slot = _tail;
        _tail = None;
        pool.Return(slot);
        Removed(1);
    }

    private void ReturnSelected()
    {
        pool.Return(TakeSelected());
        Removed(1);
    }

    private int TakeSelected()
    {
        int slot = _selected;
        _selected = None;
        if (_scheduler is { } scheduler)
        {
            scheduler.Take();
        }
        else
        {
            RemoveFirst();
        }

        return slot;
    }

    private void Add(int slot, TimeSpan now)
    {
        if (Count >= MaxInOrder)
        {
            Settle();
        }

        Count++;
        if (_scheduler is { } scheduler)
        {
            Count -= scheduler.DropOldAndAdd(slot, ReadLabel(slot), now, _limits, counters);
            if (_selected != None && scheduler.HasNew && !scheduler.IsSelectedNew)
            {
                _selected = None; // A game does not wait behind what was shown and could not be sent.
            }

            return;
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

    private FlowLabel ReadLabel(int slot)
    {
        ReadOnlySpan<byte> datagram = Datagram(slot);
        bool hasHeaders = datagram.Length >= DatagramHeader.Length + FrameLimits.MinLength;
        return hasHeaders && DatagramHeader.KindOf(datagram) is (DatagramKind.Frame or DatagramKind.Head)
            ? FlowLabel.Read(datagram[DatagramHeader.Length..], fairBy, pool.Secret)
            : FlowLabel.Other;
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
        if (Count == (_tail == None ? 0 : 1))
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
            pool.ReturnScheduler(scheduler);
        }
    }
}
