using System.Buffers.Binary;

namespace Softlan.Wire;

/// <summary>A VLAN tag with VLAN 0: it gives a frame a priority and no VLAN. To everybody but a switch's queues such a frame is an untagged one (IEEE
/// 802.1Q, clause 6.9).</summary>
internal static class PriorityTag
{
    private const int MacsLength = 2 * MacAddress.Length;

    /// <summary>The lower twelve bits of a tag's second half.</summary>
    private const int VlanMask = 0xfff;

    /// <summary>The frame without its priority tag, in the same bytes; any other frame as it is.</summary>
    /// <param name="frame">Of any length. Its addresses are moved.</param>
    public static Span<byte> Remove(Span<byte> frame)
    {
        if (frame.Length < FrameLimits.MinLength + FrameLimits.TagLength
            || BinaryPrimitives.ReadUInt16BigEndian(frame[MacsLength..]) is not (EtherTypes.VlanCustomer or EtherTypes.VlanService)
            || (BinaryPrimitives.ReadUInt16BigEndian(frame[(MacsLength + sizeof(ushort))..]) & VlanMask) != 0)
        {
            return frame;
        }

        frame[..MacsLength].CopyTo(frame[FrameLimits.TagLength..]);
        return frame[FrameLimits.TagLength..];
    }
}
