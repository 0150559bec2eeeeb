using System.Buffers.Binary;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Tests.Wire;

/// <summary>Frames written header by header, from the outside in. Checksums are left zero: nobody here looks at them.</summary>
internal static class Packets
{
    public const string PlayerMac = "02:00:00:00:00:01";
    public const string OtherMac = "02:00:00:00:00:02";

    public static byte[] Mac(string text) => Convert.FromHexString(text.Replace(":", "", StringComparison.Ordinal));

    public static byte[] U16(int value) => [(byte)(value >> 8), (byte)value];

    /// <summary>From the player to everybody, unless told otherwise.</summary>
    public static byte[] Ethernet(int etherType, byte[] payload, string destination = "ff:ff:ff:ff:ff:ff", string source = PlayerMac) =>
        [.. Mac(destination), .. Mac(source), .. U16(etherType), .. payload];

    /// <summary>An 802.3 length, LLC and SNAP in front of what would follow the EtherType.</summary>
    public static byte[] Snap(int etherType, byte[] payload, byte lastOfOui = 0) =>
        Ethernet(8 + payload.Length, [0xaa, 0xaa, 3, 0, 0, lastOfOui, .. U16(etherType), .. payload]);

    public static byte[] IPv4(byte protocol, byte[] payload, int fragmentOffset = 0, bool more = false, byte[]? options = null)
    {
        options ??= [];
        int headerLength = 20 + options.Length;
        return
        [
            (byte)(0x40 | (headerLength / 4)), 0, .. U16(headerLength + payload.Length),
            0x12, 0x34, .. U16((more ? 0x2000 : 0) | fragmentOffset),
            64, protocol, 0, 0,
            10, 0, 0, 7,
            255, 255, 255, 255,
            .. options,
            .. payload,
        ];
    }

    public static byte[] IPv6(byte next, byte[] payload) =>
        [0x60, 0, 0, 0, .. U16(payload.Length), next, 255, 0xfe, 0x80, .. new byte[13], 1, 0xff, 2, .. new byte[13], 1, .. payload];

    /// <summary>Hop-by-hop, routing or destination options: <paramref name="units"/> times 8 bytes.</summary>
    public static byte[] Extension(byte next, byte[] payload, int units = 1) => [next, (byte)(units - 1), .. new byte[(8 * units) - 2], .. payload];

    public static byte[] Authentication(byte next, byte[] payload) => [next, 4, .. new byte[22], .. payload];

    /// <param name="next">What the first fragment begins with.</param>
    /// <param name="payload">This fragment's bytes.</param>
    /// <param name="offset">In units of 8 bytes.</param>
    /// <param name="more">Whether this is not the last one.</param>
    public static byte[] Fragment(byte next, byte[] payload, int offset = 0, bool more = false) =>
        [next, 0, .. U16((offset << 3) | (more ? 1 : 0)), 0, 0, 0, 9, .. payload];

    public static byte[] Udp(int from, int to, int payloadLength = 8) =>
        [.. U16(from), .. U16(to), .. U16(8 + payloadLength), 0, 0, .. new byte[payloadLength]];

    /// <summary>A DHCP request of the player's own, without options; UDP header included.</summary>
    public static byte[] DhcpRequest(
        string mac = PlayerMac, byte operation = 1, byte hardwareType = 1, byte hardwareLength = 6, string agent = "00000000") =>
        Bootp([99, 130, 83, 99], mac, operation, hardwareType, hardwareLength, agent);

    /// <summary>The player's request with these options behind the magic cookie; UDP header included.</summary>
    public static byte[] DhcpRequest(byte[] options) => Bootp([99, 130, 83, 99, .. options]);

    /// <param name="vendor">What stands behind the fixed fields: cookie and options, as a rule.</param>
    public static byte[] Bootp(
        byte[] vendor,
        string mac = PlayerMac,
        byte operation = 1,
        byte hardwareType = 1,
        byte hardwareLength = 6,
        string agent = "00000000") =>
    [
        .. U16(68), .. U16(67), .. U16(8 + 236 + vendor.Length), 0, 0,
        operation, hardwareType, hardwareLength, 0,
        1, 2, 3, 4, 0, 0, 0x80, 0, // transaction; seconds; the broadcast flag
        .. new byte[12], .. Convert.FromHexString(agent),
        .. Mac(mac), .. new byte[10 + 64 + 128],
        .. vendor,
    ];

    /// <summary>Option 61.</summary>
    public static byte[] ClientId(params byte[] identifier) => [61, (byte)identifier.Length, .. identifier];

    /// <summary>A DHCPv6 client's message with these options; UDP header included.</summary>
    public static byte[] DhcpV6(byte type, params byte[] options) =>
        [.. U16(546), .. U16(547), .. U16(8 + 4 + options.Length), 0, 0, type, 1, 2, 3, .. options];

    /// <summary>An option of DHCPv6.</summary>
    public static byte[] OptionV6(int code, params byte[] value) => [.. U16(code), .. U16(value.Length), .. value];

    /// <summary>The option of DHCPv6 that says who asks.</summary>
    public static byte[] ClientDuid(params byte[] duid) => OptionV6(1, duid);

    /// <summary>An ICMPv6 message: fixed part of <paramref name="fixedLength"/> bytes, then options.</summary>
    public static byte[] Icmp(byte type, int fixedLength = 8, params byte[] options) => [type, .. new byte[fixedLength - 1], .. options];

    public static byte[] LinkLayerOption(byte type, string mac) => [type, 1, .. Mac(mac)];

    public static byte[] Arp(int operation, string sender, string target, byte[]? senderIp = null) =>
    [
        0, 1, 8, 0, 6, 4, .. U16(operation),
        .. Mac(sender), .. senderIp ?? [10, 0, 0, 7],
        .. Mac(target), 10, 0, 0, 9,
    ];

    public static DropReason FromClient(byte[] frame) => SafetyPolicy.Check(frame, PeerRole.Client);

    public static DropReason FromGateway(byte[] frame) => SafetyPolicy.Check(frame, PeerRole.Gateway);

    /// <summary>A frame of that many bytes whose content says which one it is.</summary>
    public static byte[] Numbered(int length, long number)
    {
        byte[] frame = new byte[length];
        new Random((int)number).NextBytes(frame);
        BinaryPrimitives.WriteInt64BigEndian(frame, number);
        return frame;
    }
}
