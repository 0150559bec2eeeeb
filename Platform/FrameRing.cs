using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Softlan.Platform;

/// <summary>Datagrams on their way from one lane to another: one thread writes, one reads, nobody takes a lock or allocates.</summary>
/// <remarks>
/// <code>
///   head (read up to here)         tail (written up to here)
///   v                              v
///   | length, id | bytes ... pad | length, id | bytes ... |        all records begin at multiples of 8 bytes
///   | -1, skip to the start |                                      where a record would not fit before the end
/// </code>
/// Head and tail only grow; where they are in the buffer depends on the origin, which the writer moves when everything is read.
/// </remarks>
/// <param name="reader">The reader's lane.</param>
/// <param name="deliver">Called on it with each record; the bytes are borrowed.</param>
internal sealed class FrameRing(IEnterableLane reader, FrameRing.Deliver deliver) : LaneWork
{
    /// <summary>1 MiB: 5 ms of 200 MB/s. When it is full the writer drops what it has, and counts it.</summary>
    public const int Capacity = 1 << 20;

    /// <summary>Bytes that are delivered at a time, as many as a socket gives in a turn (<see cref="Linux.UdpReceiveBatch"/>), and records, about a
    /// millisecond's work. What is beyond waits for the next turn, so that timers, the lane's own sockets and the other rings get theirs.</summary>
    public const int MaxBytesAtOnce = 256 * 1024;
    public const int MaxRecordsAtOnce = 2048;

    /// <summary>A writer that finds everything read begins at the front again from here on, so that only bursts use the rest of the memory: relays
    /// have two rings for each pair of workers.</summary>
    public const int UsualReach = MaxBytesAtOnce;

    private const int HeaderLength = 8;
    private const int Skip = -1;

    // On cache lines of their own: the first is the reader's, the others are the writer's, of which the last seldom changes.
    private PaddedPosition _head;
    private PaddedPosition _tail;
    private PaddedPosition _origin;

    /// <summary>Made with the first record: most pairs of lanes never talk.</summary>
    private byte[]? _buffer;

    public delegate void Deliver(int id, ReadOnlySpan<byte> bytes);

    /// <summary>Copies a record that consists of two parts. The writer's lane only.</summary>
    /// <returns>False when there is no room.</returns>
    public bool TryWrite(int id, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        byte[] buffer = _buffer ?? Volatile.Read(ref _buffer) ?? MakeBuffer();
        int length = first.Length + second.Length;
        int needed = (HeaderLength + length + 7) & ~7;
        long tail = _tail.Value;
        long head = Volatile.Read(ref _head.Value);
        int offset = OffsetOf(tail);
        if (head == tail && offset >= UsualReach)
        {
            // The reader looks at it again only when it sees a tail that is written after it.
            _origin.Value = tail;
            offset = 0;
        }

        int toEnd = Capacity - offset;
        int skipped = needed <= toEnd ? 0 : toEnd;
        if (tail + skipped + needed - head > Capacity)
        {
            return false;
        }

        if (skipped > 0)
        {
            MemoryMarshal.Write(buffer.AsSpan(offset), Skip);
            tail += skipped;
            offset = 0;
        }

        Span<byte> record = buffer.AsSpan(offset, needed);
        MemoryMarshal.Write(record, in length);
        MemoryMarshal.Write(record[sizeof(int)..], in id);
        first.CopyTo(record[HeaderLength..]);
        second.CopyTo(record[(HeaderLength + first.Length)..]);
        Volatile.Write(ref _tail.Value, tail + needed);
        reader.Enter(this);
        return true;
    }

    /// <summary>Delivers what was written before now, or as much of it as goes at once.</summary>
    public override void Run()
    {
        long tail = Volatile.Read(ref _tail.Value);
        int bytes = 0;
        int records = 0;
        while (_head.Value < tail)
        {
            if (bytes >= MaxBytesAtOnce || records >= MaxRecordsAtOnce)
            {
                reader.Enter(this);
                return;
            }

            int offset = OffsetOf(_head.Value);
            ReadOnlySpan<byte> record = _buffer.AsSpan(offset);
            int length = MemoryMarshal.Read<int>(record);
            if (length == Skip)
            {
                Volatile.Write(ref _head.Value, _head.Value + Capacity - offset);
                continue;
            }

            deliver(MemoryMarshal.Read<int>(record[sizeof(int)..]), record.Slice(HeaderLength, length));

            // The bytes are the writer's again from here on.
            Volatile.Write(ref _head.Value, _head.Value + ((HeaderLength + length + 7) & ~7));
            bytes += length;
            records++;
        }
    }

    private int OffsetOf(long position) => (int)((position - _origin.Value) & (Capacity - 1));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte[] MakeBuffer()
    {
        byte[] made = GC.AllocateUninitializedArray<byte>(Capacity, pinned: true);
        Volatile.Write(ref _buffer, made);
        return made;
    }

    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct PaddedPosition
    {
        [FieldOffset(64)]
        public long Value;
    }
}
