using System.Runtime.Versioning;
using Softlan.Platform.Linux;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>First packets of handshakes that wait, the oldest in front.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class PendingPackets
{
    /// <summary>Packets that wait. More are dropped; clients send theirs again after a second.</summary>
    private const int Capacity = 256;

    private readonly List<Entry> _entries = [];
    private readonly Queue<int> _free = [];

    /// <summary>Made when the first one has to wait: nobody may ever have to in a crowd.</summary>
    private byte[]? _memory;

    public int Count => _entries.Count;

    /// <summary>Keeps a copy.</summary>
    /// <param name="packet">The UDP datagram.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="retried">What the client called us before we sent it a Retry; null: we did not.</param>
    /// <param name="remote">Sender.</param>
    /// <param name="local">Where it arrived.</param>
    /// <param name="now">When.</param>
    /// <returns>False when there are too many, or the packet is longer than any that QUIC's first may be on a path of Ethernet's.</returns>
    public bool TryAdd(byte* packet, int length, NativeNgtcp2.Cid? retried, SockAddr* remote, SockAddr* local, TimeSpan now)
    {
        if (Count == Capacity || length > Ngtcp2Engine.MaxUdpPayload)
        {
            return false;
        }

        if (_memory is null)
        {
            _memory = GC.AllocateUninitializedArray<byte>(Capacity * Ngtcp2Engine.MaxUdpPayload);
            for (int i = 0; i < Capacity; i++)
            {
                _free.Enqueue(i);
            }
        }

        int slot = _free.Dequeue();
        _entries.Add(new Entry(slot, length, retried, *remote, *local, now));
        new ReadOnlySpan<byte>(packet, length).CopyTo(_memory.AsSpan(slot * Ngtcp2Engine.MaxUdpPayload));
        return true;
    }

    /// <summary>How many of an address wait.</summary>
    public int CountOf(ulong address)
    {
        int count = 0;
        foreach (Entry entry in _entries)
        {
            count += entry.Remote.ClientKey == address ? 1 : 0;
        }

        return count;
    }

    /// <summary>The oldest whose address has room; -1: there is none.</summary>
    public int Find(AddressTally tally, int limit) => _entries.FindIndex(entry => tally.HasRoom(entry.Remote.ClientKey, limit));

    /// <summary>Takes one. Its bytes stay until as many have been added as there is room for.</summary>
    public ReadOnlySpan<byte> Take(int index, out NativeNgtcp2.Cid? retried, out SockAddr remote, out SockAddr local)
    {
        (int slot, int length, retried, remote, local, TimeSpan _) = _entries[index];
        _entries.RemoveAt(index);
        _free.Enqueue(slot);
        return _memory.AsSpan(slot * Ngtcp2Engine.MaxUdpPayload, length);
    }

    /// <summary>Drops what has come before <paramref name="time"/>.</summary>
    /// <returns>How many that were.</returns>
    public int DropOlderThan(TimeSpan time)
    {
        int old = 0;
        while (old < Count && _entries[old].Arrival < time)
        {
            _free.Enqueue(_entries[old].Slot);
            old++;
        }

        _entries.RemoveRange(0, old);
        return old;
    }

    private readonly record struct Entry(int Slot, int Length, NativeNgtcp2.Cid? Retried, SockAddr Remote, SockAddr Local, TimeSpan Arrival);
}
