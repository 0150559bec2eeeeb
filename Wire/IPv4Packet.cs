using System.Buffers.Binary;

namespace Softlan.Wire;

/// <summary>A read-only view of one IPv4 packet (RFC 791, section 3.1). It borrows the bytes.</summary>
/// <remarks>
/// <code>
///  0       1       2               4       6       8   9   10      12      16      20
///  +---+---+-------+---------------+-------+-+-----+---+---+-------+-------+-------+---------
///  | 4 |IHL|  TOS  | total length  |  id   |f| off |TTL|pro|  sum  |  src  |  dst  | options
///  +---+---+-------+---------------+-------+-+-----+---+---+-------+-------+-------+---------
/// </code>
/// </remarks>
internal readonly ref struct IPv4Packet
{
    public const int MinHeaderLength = 20;

    private readonly ReadOnlySpan<byte> _bytes;

    private IPv4Packet(ReadOnlySpan<byte> bytes, int headerLength)
    {
        _bytes = bytes;
        HeaderLength = headerLength;
    }

    /// <summary>True when the whole header is there. The packet itself may have been cut short.</summary>
    /// <param name="bytes">Behind the Ethernet header; padding at the end is ignored.</param>
    /// <param name="packet">A view of what both the total length and the bytes cover.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out IPv4Packet packet)
    {
        packet = default;
        if (bytes.Length < MinHeaderLength || bytes[0] >> 4 != 4)
        {
            return false;
        }

        int headerLength = (bytes[0] & 0xf) * 4;
        int totalLength = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]), bytes.Length);
        if (headerLength < MinHeaderLength || totalLength < headerLength)
        {
            return false;
        }

        packet = new IPv4Packet(bytes[..totalLength], headerLength);
        return true;
    }

    /// <summary>Options included, in bytes.</summary>
    public int HeaderLength { get; }

    /// <summary>An <see cref="IPProtocols"/> value.</summary>
    public byte Protocol => _bytes[9];

    /// <summary>Where these bytes belong in the whole packet, in units of 8 bytes.</summary>
    public int FragmentOffset => BinaryPrimitives.ReadUInt16BigEndian(_bytes[6..]) & 0x1fff;

    /// <summary>Whether more bytes of the whole packet come behind these.</summary>
    public bool HasMoreFragments => (_bytes[6] & 0x20) != 0;

    /// <summary>What follows the header.</summary>
    public ReadOnlySpan<byte> Payload => _bytes[HeaderLength..];
}
