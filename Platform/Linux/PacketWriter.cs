using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Softlan.Wire;
using Softlan.Wire.Offload;
using static Softlan.Platform.Linux.NativeSocket;

namespace Softlan.Platform.Linux;

/// <summary>Writes frames to a packet socket with vnet headers, many with one sendmmsg(2).</summary>
[SupportedOSPlatform("linux")]
internal sealed class PacketWriter : BatchWriter
{
    /// <summary>Entries handed over with one call; a full batch of the coalescer takes four.</summary>
    private const int SlotCount = 64;

    // Pinned, because the slots point at the buffers; filled anew before each call.
    private readonly MessageSlot[] _slots = GC.AllocateArray<MessageSlot>(SlotCount, pinned: true);
    private readonly NativeSocket.Buffer[] _buffers = GC.AllocateArray<NativeSocket.Buffer>(SlotCount, pinned: true);

    public PacketWriter(SafeFd fd, PeerCounters counters)
        : base(fd, counters, mergesUdp: true)
    {
        for (int i = 0; i < SlotCount; i++)
        {
            _slots[i].Header.Buffers = AddressOf(ref _buffers[i]);
            _slots[i].Header.BufferCount = 1;
        }
    }

    protected override int WriteOut(FrameCoalescer batch, int count)
    {
        for (int next = 0; next < count;)
        {
            int filled = Math.Min(count - next, SlotCount);
            int sent = Send(batch, next, filled);
            if (sent > 0)
            {
                Accepted();
                next += sent;
                continue;
            }

            int error = Errno.Last;
            if (error == Errno.EINTR)
            {
                continue;
            }

            if (Refused(batch[next], batch.Frames(next), error) is not 0 and int fatal)
            {
                return fatal;
            }

            next++;
        }

        return 0;
    }

    protected override int WriteOne(ReadOnlySpan<byte> entry)
    {
        while (NativeSocket.Send(Descriptor, entry, (nuint)entry.Length, MSG_DONTWAIT) < 0)
        {
            int error = Errno.Last;
            if (error != Errno.EINTR)
            {
                return error;
            }
        }

        return 0;
    }

    /// <summary>ENETDOWN, ENXIO, ENODEV: the interface is down or gone, which passes.</summary>
    protected override bool IsFatal(int error) => error is Errno.EBADF;

    // SAFETY: only for elements of _buffers, which are pinned.
    private static unsafe nint AddressOf(ref NativeSocket.Buffer pinned) => (nint)Unsafe.AsPointer(ref pinned);

    /// <summary>Hands over up to <see cref="SlotCount"/> entries.</summary>
    /// <returns>How many were taken, or -1 when the first was not.</returns>
    private unsafe int Send(FrameCoalescer batch, int first, int count)
    {
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = batch[first + i];

            // SAFETY: the coalescer's buffers are pinned and keep their contents until Clear, which comes after this call.
            _buffers[i].Base = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(entry));
            _buffers[i].Length = (nuint)entry.Length;
        }

        // SAFETY: _slots is pinned, lives as long as this, and points at _buffers, which is and does, too; the descriptor is the port's, on whose
        // lane this is.
        return SendMessages(
            Descriptor.Number, (MessageSlot*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_slots)), (uint)count, MSG_DONTWAIT);
    }
}
