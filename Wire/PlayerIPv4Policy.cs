using System.Buffers.Binary;

namespace Softlan.Wire;

/// <summary>The IPv4 half of <see cref="SafetyPolicy"/>, for frames from clients.</summary>
internal static class PlayerIPv4Policy
{
    private const int UdpHeaderLength = 8;
    private const ushort DhcpClientPort = 68;

    // ICMP types (RFC 792 and RFC 1256).
    private const byte Redirect = 5;
    private const byte RouterAdvertisement = 9;

    public static DropReason Check(ReadOnlySpan<byte> bytes)
    {
        if (!IPv4Packet.TryParse(bytes, out IPv4Packet packet))
        {
            return DropReason.Unjudgeable;
        }

        if (packet.FragmentOffset > 0)
        {
            // A second fragment at byte 8 belongs to a first one that was cut inside a header, or overlaps it (RFC 1858, RFC 3128). Later ones cannot
            // reach what was judged.
            return packet.FragmentOffset == 1 ? DropReason.Unjudgeable : DropReason.None;
        }

        return packet.Protocol switch
        {
            IPProtocols.Udp => CheckUdp(packet.Payload),
            IPProtocols.IcmpV4 => CheckIcmp(packet.Payload),
            _ => DropReason.None,
        };
    }

    /// <summary>Whatever is sent to a DHCP client's port: clients read raw sockets and look at this port only, so a rogue server may use any port of
    /// its own.</summary>
    private static DropReason CheckUdp(ReadOnlySpan<byte> udp)
    {
        if (udp.Length < UdpHeaderLength)
        {
            return DropReason.Unjudgeable;
        }

        return BinaryPrimitives.ReadUInt16BigEndian(udp[2..]) == DhcpClientPort ? DropReason.DhcpServer : DropReason.None;
    }

    private static DropReason CheckIcmp(ReadOnlySpan<byte> icmp)
    {
        if (icmp.IsEmpty)
        {
            return DropReason.Unjudgeable;
        }

        return icmp[0] is Redirect or RouterAdvertisement ? DropReason.RouterAdvertisement : DropReason.None;
    }
}
