using System.Buffers.Binary;

namespace Softlan.Wire;

/// <summary>A read-only view of one Ethernet frame. It borrows the bytes; it lives no longer than they do.</summary>
/// <remarks>
/// <code>
///  0           6           12      14
///  +-----------+-----------+-------+------------------
///  | dst MAC   | src MAC   | type  | payload ...
///  +-----------+-----------+-------+------------------
/// </code>
/// A type below 0x0600 is a length (IEEE 802.3): IPX and NetBEUI look like that. An 802.1Q tag, where present, sits where the type is.
/// </remarks>
internal readonly ref struct EthernetFrame
{
    private readonly ReadOnlySpan<byte> _bytes;

    private EthernetFrame(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public static bool TryParse(ReadOnlySpan<byte> bytes, out EthernetFrame frame)
    {
        bool valid = bytes.Length >= FrameLimits.HeaderLength;
        frame = valid ? new EthernetFrame(bytes) : default;
        return valid;
    }

    public MacAddress Destination => MacAddress.Read(_bytes);

    public MacAddress Source => MacAddress.Read(_bytes[MacAddress.Length..]);

    public ushort EtherType => BinaryPrimitives.ReadUInt16BigEndian(_bytes[12..]);

    public ReadOnlySpan<byte> Payload => _bytes[FrameLimits.HeaderLength..];

    public int Length => _bytes.Length;
}
