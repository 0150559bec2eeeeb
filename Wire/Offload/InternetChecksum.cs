using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Softlan.Wire.Offload;

/// <summary>The one's-complement checksum of IPv4, TCP and UDP (RFC 1071).</summary>
/// <remarks>
/// A sum is of 16-bit words <em>as they lie in memory</em>: one's-complement addition does not care about byte order (RFC 1071, section 2(B)), so
/// bytes are added eight or more at a time without a swap, and only numbers go through <see cref="Add(ulong, ushort)"/>. Sums are 64 bits wide:
/// carries collect in the upper bits, and a frame of 64 KiB is far from filling them. Every piece but the last has an even length.
/// </remarks>
internal static class InternetChecksum
{
    /// <summary>What a sum over data and its own checksum folds to when the data is intact.</summary>
    public const ushort Intact = 0xffff;

    private const ulong LowHalves = 0x0000_0000_ffff_ffff;

    /// <summary>Adds bytes; the last one of an odd number counts as the first of a word whose other byte is zero.</summary>
    public static ulong Add(ulong sum, ReadOnlySpan<byte> bytes)
    {
        // Vector256 in plain C#: where the processor (or the AOT compiler's baseline) has no 256-bit registers, it becomes two 128-bit ones, which is
        // still faster than writing Vector128 here, since the two halves do not wait for each other.
        if (bytes.Length >= Vector256<byte>.Count)
        {
            Vector256<ulong> low = Vector256<ulong>.Zero;
            Vector256<ulong> high = Vector256<ulong>.Zero;
            ReadOnlySpan<Vector256<ulong>> blocks = MemoryMarshal.Cast<byte, Vector256<ulong>>(bytes);
            foreach (Vector256<ulong> block in blocks)
            {
                low += block & Vector256.Create(LowHalves);
                high += block >>> 32;
            }

            sum += Vector256.Sum(low + high);
            bytes = bytes[(blocks.Length * Vector256<byte>.Count)..];
        }

        while (bytes.Length >= sizeof(ulong))
        {
            ulong word = MemoryMarshal.Read<ulong>(bytes);
            sum += (word & LowHalves) + (word >> 32);
            bytes = bytes[sizeof(ulong)..];
        }

        if (bytes.Length >= sizeof(uint))
        {
            sum += MemoryMarshal.Read<uint>(bytes);
            bytes = bytes[sizeof(uint)..];
        }

        if (bytes.Length >= sizeof(ushort))
        {
            sum += MemoryMarshal.Read<ushort>(bytes);
            bytes = bytes[sizeof(ushort)..];
        }

        return bytes.IsEmpty ? sum : Add(sum, (ushort)(bytes[0] << 8));
    }

    /// <summary>Adds a number that would stand big-endian in the data.</summary>
    public static ulong Add(ulong sum, ushort number) => sum + InMemory(number);

    /// <summary>Takes back a number that was added; in one's complement that is to add its complement.</summary>
    public static ulong Subtract(ulong sum, ushort number) => sum + InMemory((ushort)~number);

    /// <summary>The sum of the pseudo header (RFC 9293, section 3.1; RFC 8200, section 8.1), which is the same for both families once it is added
    /// up.</summary>
    /// <param name="addresses">Source and destination as they stand in the IP header: 8 or 32 bytes.</param>
    /// <param name="protocol">6 or 17.</param>
    /// <param name="length">Bytes of transport header and payload, at most 65535.</param>
    public static ulong PseudoHeader(ReadOnlySpan<byte> addresses, byte protocol, int length) =>
        Add(Add(Add(0, addresses), protocol), (ushort)length);

    /// <summary>Folds the carries in: the 16-bit sum as it lies in memory, not complemented.</summary>
    public static ushort Fold(ulong sum)
    {
        sum = (sum & LowHalves) + (sum >> 32);
        sum = (sum & LowHalves) + (sum >> 32);
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)((sum & 0xffff) + (sum >> 16));
    }

    /// <summary>Writes the finished checksum of data that was added up with zero in the checksum's place.</summary>
    public static void WriteFinished(Span<byte> field, ulong sum) => MemoryMarshal.Write(field, (ushort)~Fold(sum));

    /// <summary>As <see cref="WriteFinished"/>, but writes 0xffff for 0: in UDP, 0 means "no checksum" (RFC 768), and everywhere else the two are
    /// equal.</summary>
    public static void WriteFinishedNonZero(Span<byte> field, ulong sum)
    {
        ushort folded = Fold(sum);
        MemoryMarshal.Write(field, folded == Intact ? Intact : (ushort)~folded);
    }

    /// <summary>Writes a sum that somebody else will finish: what the kernel wants in the checksum's place under
    /// <see cref="VirtioNetFlags.NeedsChecksum"/>.</summary>
    public static void WritePartial(Span<byte> field, ulong sum) => MemoryMarshal.Write(field, Fold(sum));

    /// <summary>Corrects a finished checksum after one number in the data changed (RFC 1624, equation 3).</summary>
    public static void Update(Span<byte> field, ushort before, ushort after)
    {
        ushort checksum = BinaryPrimitives.ReadUInt16BigEndian(field);
        uint sum = (ushort)~checksum + (uint)(ushort)~before + after;
        sum = (sum & 0xffff) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(field, (ushort)~(sum + (sum >> 16)));
    }

    private static ushort InMemory(ushort number) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(number) : number;
}
