using System.Runtime.Versioning;
using Softlan.Platform.Linux;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>First packets of handshakes that wait for their turn. A handshake costs some tenths of a millisecond of cryptography; a room full of
/// players that comes back at once must not hold up everybody's frames.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class PendingPackets
{
    /// <summary>Packets that wait. More are dropped; clients send theirs again after a second.</summary>
    private const int Capacity = 256;

    /// <summary>Made when the first one has to wait: most relays never need it.</summary>
    private byte[]? _memory;
    private readonly Entry[] _entries = new Entry[Capacity];
    private int _first;

    public int Count { get; private set; }

    /// <summary>Keeps a copy.</summary>
    /// <returns>False when there are too many, or the packet is longer than any that QUIC's first may be on a path of Ethernet's.</returns>
    public bool TryAdd(byte* packet, int length, SockAddr* remote, SockAddr* local)
    {
        if (Count == Capacity || length > Ngtcp2Engine.MaxUdpPayload)
        {
            return false;
        }

        _memory ??= GC.AllocateUninitializedArray<byte>(Capacity * Ngtcp2Engine.MaxUdpPayload);
        int index = (_first + Count++) % Capacity;
        _entries[index] = new Entry(length, *remote, *local);
        new ReadOnlySpan<byte>(packet, length).CopyTo(_memory.AsSpan(index * Ngtcp2Engine.MaxUdpPayload));
        return true;
    }

    /// <summary>Takes the oldest. Its bytes stay until as many have been added as there is room for.</summary>
    public ReadOnlySpan<byte> Take(out SockAddr remote, out SockAddr local)
    {
        (int length, remote, local) = _entries[_first];
        ReadOnlySpan<byte> packet = _memory.AsSpan(_first * Ngtcp2Engine.MaxUdpPayload, length);
        _first = (_first + 1) % Capacity;
        Count--;
        return packet;
    }

    private readonly record struct Entry(int Length, SockAddr Remote, SockAddr Local);
}
