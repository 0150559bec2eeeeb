using System.Buffers.Binary;

namespace Softlan.Wire;

/// <summary>Asks who has an IPv4 address, without claiming it (RFC 5227, section 2.1.1), and understands the answers.</summary>
internal static class ArpProbe
{
    /// <summary>Bytes of the frame, without padding.</summary>
    public const int Length = FrameLimits.HeaderLength + ArpPacket.Length;

    // RFC 826: hardware Ethernet, protocol IPv4, their address lengths, and a request.
    private static ReadOnlySpan<byte> Request => [0, 1, 0x08, 0x00, 6, 4, 0, 1];

    private const int SenderMac = FrameLimits.HeaderLength + ArpPacket.SenderMac;
    private const int SenderAddress = FrameLimits.HeaderLength + ArpPacket.SenderAddress;
    private const int TargetAddress = FrameLimits.HeaderLength + ArpPacket.TargetAddress;

    /// <summary>Writes a broadcast that everybody answers who has the address.</summary>
    /// <param name="frame"><see cref="Length"/> bytes.</param>
    /// <param name="source">Who asks.</param>
    /// <param name="address">In host byte order.</param>
    public static void Write(Span<byte> frame, MacAddress source, uint address)
    {
        frame.Clear();
        MacAddress.Broadcast.Write(frame);
        source.Write(frame[MacAddress.Length..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[(2 * MacAddress.Length)..], EtherTypes.Arp);
        Request.CopyTo(frame[FrameLimits.HeaderLength..]);
        source.Write(frame[SenderMac..]);
        BinaryPrimitives.WriteUInt32BigEndian(frame[TargetAddress..], address);
    }

    /// <summary>Whether the frame is ARP, request or reply, from somebody who says that the address is his.</summary>
    /// <param name="frame">Of any length.</param>
    /// <param name="address">In host byte order.</param>
    /// <param name="owner">The MAC address that he says it has.</param>
    public static bool TryReadOwner(ReadOnlySpan<byte> frame, uint address, out MacAddress owner)
    {
        owner = MacAddress.Zero;
        if (frame.Length < Length
            || BinaryPrimitives.ReadUInt16BigEndian(frame[(2 * MacAddress.Length)..]) != EtherTypes.Arp
            || !frame[FrameLimits.HeaderLength..].StartsWith(Request[..6])
            || BinaryPrimitives.ReadUInt32BigEndian(frame[SenderAddress..]) != address)
        {
            return false;
        }

        owner = MacAddress.Read(frame[SenderMac..]);
        return true;
    }
}
