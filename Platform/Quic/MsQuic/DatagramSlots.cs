using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>Memory for datagrams that cross threads. Any thread rents and returns; neither takes a lock nor allocates, except when the pool
/// grows.</summary>
/// <remarks>Slots that were used last are handed out first. Grows by slabs, never shrinks. The slabs are pinned arrays, so that whoever still holds a
/// slot when the engine is disposed does no harm.</remarks>
internal sealed unsafe class DatagramSlots
{
    /// <summary>200 KiB each.</summary>
    private const int SlotsPerSlab = 128;

    private const int Stride = DatagramSlot.HeaderLength + DatagramSlot.Capacity;

    /// <summary>64 MiB in all: 0.3 s of 1.5 Gbit/s, for what is on its way to the peers and unacknowledged, and for what has arrived. At the bound a
    /// datagram is dropped as QueueFull.</summary>
    private const int MaxSlabs = 64 * 1024 * 1024 / Stride / SlotsPerSlab;

    private readonly Lock _growing = new();
    private readonly byte[][] _arrays = new byte[MaxSlabs][];
    private readonly byte*[] _slabs = new byte*[MaxSlabs];
    private int _slabCount;

    // The number of the first free slot plus one, and above it a tag that changes with every change: without it a thread that was
    // interrupted could mistake a list that looks the same for the list that it saw.
    private long _free;

    /// <returns>A slot of unknown content, or null when the bound is reached.</returns>
    public DatagramSlot* TryRent()
    {
        long head = Volatile.Read(ref _free);
        while (true)
        {
            int number = (int)(uint)head - 1;
            if (number < 0)
            {
                if (!TryGrow())
                {
                    return null;
                }

                head = Volatile.Read(ref _free);
                continue;
            }

            // SAFETY: slabs live as long as the pool. NextFree may be stale; then the tag differs and the exchange fails.
            DatagramSlot* slot = At(number);
            long found = Interlocked.CompareExchange(ref _free, Tagged(head, slot->NextFree), head);
            if (found == head)
            {
                slot->IsPadding = false;
                slot->IsLossCounted = false;
                slot->Next = null;
                return slot;
            }

            head = found;
        }
    }

    public void Return(DatagramSlot* slot)
    {
        long head = Volatile.Read(ref _free);
        while (true)
        {
            slot->NextFree = (int)(uint)head;
            long found = Interlocked.CompareExchange(ref _free, Tagged(head, slot->Number + 1), head);
            if (found == head)
            {
                return;
            }

            head = found;
        }
    }

    private static long Tagged(long before, int first) => (((before >> 32) + 1) << 32) | (uint)first;

    private DatagramSlot* At(int number) => (DatagramSlot*)(_slabs[number / SlotsPerSlab] + (number % SlotsPerSlab * Stride));

    private bool TryGrow()
    {
        lock (_growing)
        {
            if ((uint)Volatile.Read(ref _free) != 0)
            {
                return true; // Somebody else was here first.
            }

            if (_slabCount >= MaxSlabs)
            {
                return false;
            }

            // SAFETY: the array is pinned and kept, so its address stays; the first slot begins at its first whole cache line.
            byte[] array = GC.AllocateUninitializedArray<byte>((SlotsPerSlab * Stride) + DatagramSlot.HeaderLength, pinned: true);
            nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
            _arrays[_slabCount] = array;
            _slabs[_slabCount] = (byte*)((address + DatagramSlot.HeaderLength - 1) & ~(nuint)(DatagramSlot.HeaderLength - 1));
            int first = _slabCount++ * SlotsPerSlab;
            for (int number = first; number < first + SlotsPerSlab; number++)
            {
                DatagramSlot* slot = At(number);
                *slot = default;
                slot->Number = number;
                slot->Buffer.Data = (byte*)slot + DatagramSlot.HeaderLength;
                Return(slot);
            }

            return true;
        }
    }
}
