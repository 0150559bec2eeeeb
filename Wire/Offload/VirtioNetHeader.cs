using System.Buffers.Binary;

namespace Softlan.Wire.Offload;

/// <summary>What the kernel says about a frame that it hands over unfinished, and what softlan says about one that it hands in: struct virtio_net_hdr
/// of linux/virtio_net.h.</summary>
/// <param name="Flags">Whether the checksum is to be finished.</param>
/// <param name="GsoType">Whether and how the frame is to be cut, with <see cref="VirtioGsoType.Ecn"/> or-ed in.</param>
/// <param name="HeaderLength">Bytes of all headers, Ethernet to TCP or UDP. A hint only: kernels report what lies in the first piece of
/// memory.</param>
/// <param name="GsoSize">Bytes of TCP or UDP payload in each frame but the last; with <see cref="VirtioGsoType.Udp"/>, bytes of IP payload in each
/// fragment.</param>
/// <param name="ChecksumStart">Where the checksummed bytes begin, counted from the frame's first byte; they end with the frame.</param>
/// <param name="ChecksumOffset">Where the checksum stands, counted from <paramref name="ChecksumStart"/>.</param>
/// <remarks>
/// <code>
///  0       1          2         4          6            8             10
///  +-------+----------+---------+----------+------------+-------------+
///  | flags | gso type | hdr len | gso size | csum start | csum offset |
///  +-------+----------+---------+----------+------------+-------------+
/// </code>
/// The kernel uses the machine's own byte order; every machine that softlan runs on is little-endian.
/// </remarks>
internal readonly record struct VirtioNetHeader(
    VirtioNetFlags Flags,
    VirtioGsoType GsoType,
    ushort HeaderLength,
    ushort GsoSize,
    ushort ChecksumStart,
    ushort ChecksumOffset)
{
    /// <summary>sizeof(struct virtio_net_hdr).</summary>
    public const int Length = 10;

    /// <summary>sizeof(struct virtio_net_hdr_mrg_rxbuf): two more bytes that mean nothing here and are zero.</summary>
    public const int LengthWithBufferCount = 12;

    public bool NeedsChecksum => (Flags & VirtioNetFlags.NeedsChecksum) != 0;

    /// <summary>Reads the first <see cref="Length"/> bytes; any bytes are a header.</summary>
    public static VirtioNetHeader Read(ReadOnlySpan<byte> bytes) => new(
        (VirtioNetFlags)bytes[0],
        (VirtioGsoType)bytes[1],
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]),
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]),
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]));

    /// <summary>Writes <see cref="Length"/> bytes to the start of <paramref name="bytes"/>.</summary>
    public void Write(Span<byte> bytes)
    {
        bytes[0] = (byte)Flags;
        bytes[1] = (byte)GsoType;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], HeaderLength);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[4..], GsoSize);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], ChecksumStart);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], ChecksumOffset);
    }
}
