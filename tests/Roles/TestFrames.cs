using System.Buffers.Binary;
using Softlan.Wire;

namespace Softlan.Tests.Roles;

/// <summary>Frames that tests of the roles send.</summary>
internal static class TestFrames
{
    /// <summary>A frame of an EtherType that no rule looks into, filled so that every byte differs from its neighbours, and two frames with different
    /// seeds everywhere: a spliced one is seen.</summary>
    public static byte[] Plain(MacAddress destination, MacAddress source, int length = 100, ushort etherType = 0x88b6, byte seed = 0)
    {
        byte[] frame = new byte[length];
        for (int i = FrameLimits.HeaderLength; i < length; i++)
        {
            frame[i] = (byte)(seed + (i * 7));
        }

        destination.Write(frame);
        source.Write(frame.AsSpan(MacAddress.Length));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), etherType);
        return frame;
    }

    /// <summary>A TCP SYN over IPv4 that offers a maximum segment of <paramref name="mss"/> bytes. Its checksums are left zero: nothing here looks at
    /// them.</summary>
    public static byte[] Syn(MacAddress destination, MacAddress source, ushort mss)
    {
        byte[] frame = Plain(destination, source, FrameLimits.HeaderLength + 20 + 24, EtherTypes.IPv4);
        Span<byte> ip = frame.AsSpan(FrameLimits.HeaderLength);
        ip.Clear();
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
        ip[8] = 64;
        ip[9] = 6;
        ip[12] = 192;
        ip[16] = 192;
        Span<byte> tcp = ip[20..];
        tcp[12] = 6 << 4;
        tcp[13] = 0x02;
        tcp[20] = 2;
        tcp[21] = 4;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[22..], mss);
        return frame;
    }

    public static ushort MssOf(ReadOnlySpan<byte> syn) => BinaryPrimitives.ReadUInt16BigEndian(syn[(FrameLimits.HeaderLength + 20 + 22)..]);

    /// <summary>The smallest frame of a DHCP server: IPv4, UDP from 67 to 68.</summary>
    public static byte[] DhcpOffer(MacAddress source)
    {
        byte[] frame = Plain(MacAddress.Broadcast, source, FrameLimits.HeaderLength + 20 + 8 + 240, EtherTypes.IPv4);
        Span<byte> ip = frame.AsSpan(FrameLimits.HeaderLength);
        ip.Clear();
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
        ip[8] = 64;
        ip[9] = 17;
        BinaryPrimitives.WriteUInt16BigEndian(ip[20..], 67);
        BinaryPrimitives.WriteUInt16BigEndian(ip[22..], 68);
        BinaryPrimitives.WriteUInt16BigEndian(ip[24..], 8 + 240);
        return frame;
    }
}
