using System.Buffers.Binary;
using System.Net;
using Softlan.Wire;
using Softlan.Wire.Offload;

namespace Softlan.Tests.Platform.Linux;

/// <summary>Frames that tests of ports send.</summary>
internal static class TestFrames
{
    /// <summary>Local Experimental EtherType 2: a frame that no stack answers.</summary>
    public const ushort SilentType = 0x88b6;

    public static byte[] Silent(MacAddress destination, MacAddress source, int length = 60)
    {
        byte[] frame = new byte[length];
        WriteHeader(frame, destination, source, SilentType);
        return frame;
    }

    public static byte[] Tagged(MacAddress destination, MacAddress source, ushort vlan)
    {
        byte[] frame = new byte[64];
        WriteHeader(frame, destination, source, EtherTypes.VlanCustomer);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(14), vlan);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(16), SilentType);
        frame[18] = 0x5a;
        return frame;
    }

    public static byte[] ArpRequest(MacAddress source, IPAddress sourceAddress, IPAddress wanted)
    {
        byte[] frame = new byte[60];
        WriteHeader(frame, MacAddress.Broadcast, source, EtherTypes.Arp);
        new byte[] { 0, 1, 8, 0, 6, 4, 0, 1 }.CopyTo(frame, 14);
        source.Write(frame.AsSpan(22));
        sourceAddress.GetAddressBytes().CopyTo(frame, 28);
        wanted.GetAddressBytes().CopyTo(frame, 38);
        return frame;
    }

    public static byte[] Echo(MacAddress destination, MacAddress source, IPAddress from, IPAddress to)
    {
        byte[] frame = new byte[14 + 20 + 8 + 56];
        WriteHeader(frame, destination, source, EtherTypes.IPv4);
        Span<byte> ip = frame.AsSpan(14);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
        ip[8] = 64;
        ip[9] = 1;
        from.GetAddressBytes().CopyTo(ip[12..]);
        to.GetAddressBytes().CopyTo(ip[16..]);
        InternetChecksum.WriteFinished(ip[10..], InternetChecksum.Add(0, ip[..20]));
        ip[20] = 8;
        InternetChecksum.WriteFinished(ip[22..], InternetChecksum.Add(0, ip[20..]));
        return frame;
    }

    private static void WriteHeader(Span<byte> frame, MacAddress destination, MacAddress source, ushort type)
    {
        destination.Write(frame);
        source.Write(frame[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[12..], type);
    }
}
