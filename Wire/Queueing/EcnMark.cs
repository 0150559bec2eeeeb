using System.Buffers.Binary;
using Softlan.Wire.Offload;

namespace Softlan.Wire;

/// <summary>Explicit congestion notification (RFC 3168): tells both ends of a conversation that a queue stands, without losing a packet.</summary>
internal static class EcnMark
{
    private const byte EcnMask = 3;
    private const byte NotCapable = 0;
    private const byte CongestionExperienced = 3;

    private const int IPv4TypeOfService = FrameLimits.HeaderLength + IPHeader.V4TypeOfService;
    private const int IPv4Checksum = FrameLimits.HeaderLength + IPHeader.V4Checksum;

    /// <summary>Marks an IPv4 or IPv6 packet whose ends understand it.</summary>
    /// <param name="frame">A whole frame, or at least its headers; changed in place.</param>
    /// <returns>False, and nothing changed, where they do not: then dropping is the only hint.</returns>
    public static bool TryMark(Span<byte> frame)
    {
        if (frame.Length < FrameLimits.HeaderLength + IPHeader.V4MinLength)
        {
            return false;
        }

        switch (BinaryPrimitives.ReadUInt16BigEndian(frame[(2 * MacAddress.Length)..]))
        {
            case EtherTypes.IPv4 when IPHeader.Version(frame[FrameLimits.HeaderLength]) == 4:
                return TryMarkIPv4(frame);
            case EtherTypes.IPv6 when IPHeader.Version(frame[FrameLimits.HeaderLength]) == 6:
                return TryMarkIPv6(frame);
            default:
                return false;
        }
    }

    private static bool TryMarkIPv4(Span<byte> frame)
    {
        byte before = frame[IPv4TypeOfService];
        if ((before & EcnMask) == NotCapable)
        {
            return false;
        }

        byte after = (byte)(before | CongestionExperienced);
        if (after != before)
        {
            // The word that the checksum sees also has the version and header length in it.
            int version = frame[FrameLimits.HeaderLength] << 8;
            frame[IPv4TypeOfService] = after;
            InternetChecksum.Update(frame[IPv4Checksum..], (ushort)(version | before), (ushort)(version | after));
        }

        return true;
    }

    /// <summary>The traffic class straddles the first two bytes: |version|class high| |class low|flow label|; no checksum covers it.</summary>
    private static bool TryMarkIPv6(Span<byte> frame)
    {
        ref byte second = ref frame[FrameLimits.HeaderLength + 1];
        if (((second >> 4) & EcnMask) == NotCapable)
        {
            return false;
        }

        second |= CongestionExperienced << 4;
        return true;
    }
}
