using System.Buffers.Binary;
using System.Numerics;

namespace Softlan.Wire.Offload;

/// <summary>Finishes, in place, the checksum that the kernel left to a network card.</summary>
internal static class PartialChecksum
{
    /// <summary>struct sctphdr: ports, tag, then the checksum. No other protocol keeps its checksum there.</summary>
    private const int SctpChecksum = 8;

    private const int SctpHeaderLength = 12;

    /// <summary>False, and nothing changed, when the checksum does not lie inside the frame: <see cref="DropReason.BadOffload"/>.</summary>
    public static bool TryFinish(VirtioNetHeader header, Span<byte> frame)
    {
        int start = header.ChecksumStart;
        if (start < FrameLimits.HeaderLength || start + header.ChecksumOffset + sizeof(ushort) > frame.Length)
        {
            return false;
        }

        if (header.ChecksumOffset == SctpChecksum
            && IpLayout.TryParse(frame, out IpLayout layout)
            && layout.Protocol == IPProtocols.Sctp
            && layout.Transport == start)
        {
            return TryFinishSctp(frame[start..layout.End]);
        }

        // The pseudo header's sum already stands in the field. A frame may end with Ethernet padding, which is zero and adds nothing.
        Span<byte> covered = frame[start..];
        InternetChecksum.WriteFinishedNonZero(covered[header.ChecksumOffset..], InternetChecksum.Add(0, covered));
        return true;
    }

    /// <summary>Kernels leave SCTP's CRC32c to the card as well, and the header does not tell it from a sum (RFC 9260, section 6.8 and appendix
    /// A).</summary>
    private static bool TryFinishSctp(Span<byte> packet)
    {
        if (packet.Length < SctpHeaderLength)
        {
            return false;
        }

        Span<byte> field = packet.Slice(SctpChecksum, sizeof(uint));
        field.Clear();
        uint crc = uint.MaxValue;
        foreach (byte octet in packet)
        {
            crc = BitOperations.Crc32C(crc, octet);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(field, ~crc);
        return true;
    }
}
