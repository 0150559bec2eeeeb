using System.Buffers.Binary;
using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>A quick look whether a frame can be a TCP segment that opens a connection.</summary>
internal static class TcpSyn
{
    private const int ProtocolTcp = 6;
    private const int ProtocolUdp = 17;
    private const int ProtocolIcmpV6 = 58;
    private const byte SynFlag = 0x02;

    // Offsets in bytes: RFC 791, section 3.1; RFC 8200, section 3; RFC 9293, section 3.1.
    private const int IPv4Protocol = FrameLimits.HeaderLength + 9;
    private const int IPv6NextHeader = FrameLimits.HeaderLength + 6;
    private const int IPv6Payload = FrameLimits.HeaderLength + 40;
    private const int TcpFlags = 13;

    /// <summary>False for certain for nearly every frame; true may be wrong for IPv6 with extension headers.</summary>
    public static bool MayBe(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < FrameLimits.HeaderLength + 20 + 20)
        {
            return false;
        }

        switch (BinaryPrimitives.ReadUInt16BigEndian(frame[12..]))
        {
            case EtherTypes.IPv4:
                int flags = FrameLimits.HeaderLength + ((frame[FrameLimits.HeaderLength] & 0xf) * 4) + TcpFlags;
                return frame[IPv4Protocol] == ProtocolTcp && flags < frame.Length && (frame[flags] & SynFlag) != 0;
            case EtherTypes.IPv6:
                return frame[IPv6NextHeader] switch
                {
                    ProtocolTcp => IPv6Payload + TcpFlags < frame.Length && (frame[IPv6Payload + TcpFlags] & SynFlag) != 0,
                    ProtocolUdp or ProtocolIcmpV6 => false,
                    _ => true,
                };
            default:
                return false;
        }
    }
}
