namespace Softlan.Wire;

/// <summary>Datagrams that wait for one link. Short in time: DATAGRAM has no flow control, so this queue is the quality of service, and late Ethernet is worse than lost Ethernet.</summary>
/// <param name="pool">Where the bytes are kept.</param>
/// <param name="counters">Where drops are counted.</param>
internal sealed class DatagramQueue(DatagramPool pool, PeerCounters counters)
{
    /// <summary>A datagram that has waited longer is dropped, oldest first, as <see cref="DropReason.TooOld"/>.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMilliseconds(10);

    /// <summary>12 MiB: 10 ms at 10 Gbit/s. When it is reached the oldest is dropped as <see cref="DropReason.QueueFull"/>.</summary>
    public const int MaxCount = 8192;

    private int _first = -1;
    private int _last = -1;

    public int Count { get; private set; }

    /// <summary>Copies header and body to the end of the queue.</summary>
    /// <returns>What became of this datagram; an older one that had to give way is counted only.</returns>
    public DropReason Enqueue(DatagramHeader header, ReadOnlySpan<byte> body, TimeSpan now)
    {
        if (body.Length > DatagramPool.SlotLength - DatagramHeader.Length)
        {
            counters.Drop(DropReason.Jumbo);
            return DropReason.Jumbo;
        }

        DropOld(now);
        if (Count >= MaxCount)
        {
            DropFirst(DropReason.QueueFull);
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
        pool[slot] = new DatagramPool.Slot { Next = -1, Length = DatagramHeader.Length + body.Length, EnqueuedAt = now };
        Append(slot);
        return DropReason.None;
    }

    /// <summary>The datagram to send next, after those that have waited too long were dropped. It stays in the queue until <see cref="Dequeue"/>.</summary>
    public bool TryPeek(TimeSpan now, out Span<byte> datagram)
    {
        DropOld(now);
        datagram = Count > 0 ? pool.Bytes(_first)[..pool[_first].Length] : default;
        return Count > 0;
    }

    /// <summary>Length of the datagram behind the one that <see cref="TryPeek"/> showed; 0 when there is none.</summary>
    public int NextLength => Count > 1 ? pool[pool[_first].Next].Length : 0;

    /// <summary>Removes what <see cref="TryPeek"/> showed.</summary>
    public void Dequeue()
    {
        int slot = _first;
        _first = pool[slot].Next;
        if (--Count == 0)
        {
            _last = -1;
        }

        pool.Return(slot);
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
            Dequeue();
        }
    }

    private void DropOld(TimeSpan now)
    {
        while (Count > 0 && now - pool[_first].EnqueuedAt > MaxAge)
        {
            DropFirst(DropReason.TooOld);
        }
    }

    private void Append(int slot)
    {
        if (_last < 0)
        {
            _first = slot;
        }
        else
        {
            pool[_last].Next = slot;
        }

        _last = slot;
        Count++;
    }
}
