using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Softlan.Wire;
using Softlan.Wire.Offload;
using static Softlan.Platform.Linux.NativePacket;
using static Softlan.Platform.Linux.NativeSocket;

namespace Softlan.Platform.Linux;

/// <summary>Reads from a packet socket, many frames with one recvmmsg(2), and puts VLAN tags back in that the kernel took out.</summary>
/// <remarks>
/// One slot's buffer; a tag goes where the vnet header was, by moving the MAC addresses four bytes to the front:
/// <code>
///  0                  10                          24
///  +------------------+---------------------------+-----------------
///  | vnet header      | MACs, type                | payload ...
///  +------------------+---------------------------+-----------------
///          | MACs | tag | type                    | payload ...
///          6
/// </code>
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class PacketReceiver
{
    /// <summary>Frames or super-frames read with one call: 32 buffers of 64 KiB, of which the kernel only touches what it fills.</summary>
    public const int SlotCount = 32;

    /// <summary>Vnet header and longest super-frame, rounded up so that no two buffers share a cache line. What is longer (Linux can be told to make
    /// super-frames above 64 KiB) comes cut and is dropped.</summary>
    private const int BufferLength = 65_536 + 64;

    /// <summary>CMSG_SPACE(sizeof(struct tpacket_auxdata))</summary>
    private const int ControlLength = 40;

    private const int MacsLength = 2 * MacAddress.Length;

    // Pinned, because the slots point at all the others.
    private readonly MessageSlot[] _slots = GC.AllocateArray<MessageSlot>(SlotCount, pinned: true);
    private readonly NativeSocket.Buffer[] _vectors = GC.AllocateArray<NativeSocket.Buffer>(SlotCount, pinned: true);
    private readonly LinkAddress[] _addresses = GC.AllocateArray<LinkAddress>(SlotCount, pinned: true);
    private readonly byte[] _control = GC.AllocateArray<byte>(SlotCount * ControlLength, pinned: true);
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(SlotCount * BufferLength, pinned: true);

    /// <summary>Slots that the last call filled; at first all are to be made ready.</summary>
    private int _filled = SlotCount;

    public PacketReceiver()
    {
        for (int i = 0; i < SlotCount; i++)
        {
            _vectors[i] = new NativeSocket.Buffer { Base = AddressOf(ref _buffer[i * BufferLength]), Length = BufferLength };
            _slots[i].Header.Buffers = AddressOf(ref _vectors[i]);
            _slots[i].Header.BufferCount = 1;
            _slots[i].Header.Name = AddressOf(ref _addresses[i]);
            _slots[i].Header.Control = AddressOf(ref _control[i * ControlLength]);
        }
    }

    /// <summary>Reads what is there.</summary>
    /// <param name="fd">The packet socket.</param>
    /// <param name="most">Frames or super-frames; at most <see cref="SlotCount"/>.</param>
    /// <returns>How many, or -1 with errno set.</returns>
    public unsafe int Receive(SafeFd fd, int most)
    {
        for (int i = 0; i < _filled; i++)
        {
            // The kernel overwrites both lengths with what it used, where it used it.
            _slots[i].Header.NameLength = (uint)Unsafe.SizeOf<LinkAddress>();
            _slots[i].Header.ControlLength = ControlLength;
        }

        // SAFETY: _slots and everything it points at is pinned and lives as long as this; the descriptor is the caller's, who does not dispose it
        // meanwhile.
        int count = ReceiveMessages(
            fd.Number, (MessageSlot*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_slots)), (uint)most, MSG_DONTWAIT, 0);
        _filled = Math.Max(count, 0);
        return count;
    }

    /// <summary>One of the frames that the last <see cref="Receive"/> read. Valid until the next; may be changed.</summary>
    /// <returns>False when the kernel had to cut it, or gave no vnet header.</returns>
    public bool TryGet(int slot, out VirtioNetHeader header, out Span<byte> frame, out FrameOrigin origin)
    {
        ref MessageSlot read = ref _slots[slot];
        header = default;
        frame = default;
        origin = _addresses[slot].PacketType == PACKET_OUTGOING ? FrameOrigin.SentByThisHost : FrameOrigin.Received;
        if ((read.Header.Flags & MSG_TRUNC) != 0 || read.Length < VirtioNetHeader.Length + FrameLimits.MinLength)
        {
            return false;
        }

        Span<byte> bytes = _buffer.AsSpan(slot * BufferLength, (int)read.Length);
        header = VirtioNetHeader.Read(bytes);
        frame = bytes[VirtioNetHeader.Length..];
        if (TryReadTag(slot, out ushort protocol, out ushort tag))
        {
            frame = bytes[(VirtioNetHeader.Length - FrameLimits.TagLength)..];
            bytes.Slice(VirtioNetHeader.Length, MacsLength).CopyTo(frame);
            BinaryPrimitives.WriteUInt16BigEndian(frame[MacsLength..], protocol);
            BinaryPrimitives.WriteUInt16BigEndian(frame[(MacsLength + sizeof(ushort))..], tag);
            header = header with
            {
                HeaderLength = (ushort)(header.HeaderLength + FrameLimits.TagLength),
                ChecksumStart = (ushort)(header.ChecksumStart + FrameLimits.TagLength),
            };
        }

        return true;
    }

    // SAFETY: only for elements of this object's arrays, which are pinned.
    private static unsafe nint AddressOf<T>(ref T pinned)
        where T : unmanaged => (nint)Unsafe.AsPointer(ref pinned);

    private bool TryReadTag(int slot, out ushort protocol, out ushort tag)
    {
        protocol = 0;
        tag = 0;
        ReadOnlySpan<byte> control = _control.AsSpan(slot * ControlLength, (int)Math.Min(_slots[slot].Header.ControlLength, ControlLength));
        if (control.Length < ControlMessage.HeaderLength + Unsafe.SizeOf<AuxiliaryData>())
        {
            return false;
        }

        ControlHeader kind = MemoryMarshal.Read<ControlHeader>(control);
        AuxiliaryData data = MemoryMarshal.Read<AuxiliaryData>(control[ControlMessage.HeaderLength..]);
        protocol = (data.Status & TP_STATUS_VLAN_TPID_VALID) != 0 ? data.VlanTpid : EtherTypes.VlanCustomer;
        tag = data.VlanTci;
        return kind is { Level: SOL_PACKET, Type: PACKET_AUXDATA } && (data.Status & TP_STATUS_VLAN_VALID) != 0;
    }
}
