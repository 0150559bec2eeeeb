namespace Softlan.Wire;

/// <summary>Memory for datagrams that wait in queues: equal slots, handed out by number, shared by all queues of a lane.</summary>
/// <remarks>
/// Slots that were used last are handed out first, so that a calm relay works in a few warm kilobytes. Grows by slabs, never shrinks.
/// Growth falls into the moments with the most to do, so it must seldom make the collector run: slabs are pinned arrays, which do not use up the
/// youngest generation's small budget, and nothing is copied into a larger one.
/// </remarks>
/// <param name="secret">Of the hashes by which flows and stations are told apart: a stranger who knew them could choose flows that share a place with
/// a given one.</param>
internal sealed class DatagramPool(ulong secret)
{
    /// <summary>A slot holds <see cref="FrameLimits.MaxDatagramLength"/> (1522) bytes, rounded up to whole cache lines.</summary>
    public const int SlotLength = 1536;

    /// <summary>192 KiB each.</summary>
    private const int SlotsPerSlab = 128;

    /// <summary>64 MiB in all: 0.3 s of 1.5 Gbit/s, far more than queues of 10 ms hold. A queue that holds more than what is free gives up its own
    /// (see <see cref="DatagramQueue"/>), so links that take nothing cannot take it all.</summary>
    private const int MaxSlabs = 64 * 1024 * 1024 / SlotLength / SlotsPerSlab;

    private readonly Slab[] _slabs = new Slab[MaxSlabs];
    private int _slabCount;
    private int _firstFree = -1;
    private FlowScheduler? _freeSchedulers;

    /// <summary>See <see cref="FlowLabel.Read"/>.</summary>
    public ulong Secret => secret;

    /// <summary>Slots that could still be handed out.</summary>
    public int Free => (MaxSlabs * SlotsPerSlab) - Used;

    /// <summary>Slots that are in queues now.</summary>
    public int Used { get; private set; }

    /// <summary>Takes a slot.</summary>
    /// <returns>Its number, or -1 when the bound is reached.</returns>
    public int Rent()
    {
        if (_firstFree < 0 && !TryGrow())
        {
            return -1;
        }

        int slot = _firstFree;
        _firstFree = this[slot].Next;
        Used++;
        return slot;
    }

    public void Return(int slot)
    {
        this[slot].Next = _firstFree;
        _firstFree = slot;
        Used--;
    }

    /// <summary>A scheduler without anything in it. There are as many as ever had a backlog at the same time.</summary>
    public FlowScheduler RentScheduler()
    {
        FlowScheduler scheduler = _freeSchedulers ?? new FlowScheduler(this);
        _freeSchedulers = scheduler.NextFree;
        scheduler.NextFree = null;
        return scheduler;
    }

    public void ReturnScheduler(FlowScheduler scheduler)
    {
        scheduler.Reset();
        scheduler.NextFree = _freeSchedulers;
        _freeSchedulers = scheduler;
    }

    /// <summary>All <see cref="SlotLength"/> bytes of a slot. They are pinned, so a pointer to them stays valid.</summary>
    public Span<byte> Bytes(int slot) => _slabs[(uint)slot / SlotsPerSlab].Bytes.AsSpan(slot % SlotsPerSlab * SlotLength, SlotLength);

    /// <summary>What a queue remembers about a datagram that it put into a slot.</summary>
    public ref Slot this[int slot] => ref _slabs[(uint)slot / SlotsPerSlab].Slots[slot % SlotsPerSlab];

    private bool TryGrow()
    {
        if (_slabCount == MaxSlabs)
        {
            return false;
        }

        int first = _slabCount * SlotsPerSlab;
        _slabs[_slabCount++] = new Slab(
            GC.AllocateUninitializedArray<byte>(SlotsPerSlab * SlotLength, pinned: true),
            GC.AllocateUninitializedArray<Slot>(SlotsPerSlab, pinned: true));
        for (int slot = first + SlotsPerSlab - 1; slot >= first; slot--)
        {
            this[slot].Next = _firstFree;
            _firstFree = slot;
        }

        return true;
    }

    internal struct Slot
    {
        /// <summary>The slot behind it in its queue or in the free list; -1 at the end.</summary>
        public int Next;

        /// <summary>Bytes of the datagram, header included.</summary>
        public int Length;

        public TimeSpan EnqueuedAt;
    }

    private readonly record struct Slab(byte[] Bytes, Slot[] Slots);
}
