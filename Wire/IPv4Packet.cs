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
        if (bytes.Length < IPHeader.V4MinLength || IPHeader.Version(bytes[0]) != 4)
        {
            return false;
        }

        int headerLength = IPHeader.V4Length(bytes[0]);
        int totalLength = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(bytes[IPHeader.V4TotalLength..]), bytes.Length);
        if (headerLength < IPHeader.V4MinLength || totalLength < headerLength)
        {
            return false;
        }

        packet = new IPv4Packet(bytes[..totalLength], headerLength);
        return true;
    }

    /// <summary>Options included, in bytes.</summary>
    public int HeaderLength { get; }

    /// <summary>An <see cref="IPProtocols"/> value.</summary>
    public byte Protocol => _bytes[IPHeader.V4Protocol];

    /// <summary>Where these bytes belong in the whole packet, in units of 8 bytes.</summary>
    public int FragmentOffset => Fragment & IPHeader.FragmentOffset;

    /// <summary>Whether more bytes of the whole packet come behind these.</summary>
    public bool HasMoreFragments => (Fragment & IPHeader.MoreFragments) != 0;

    /// <summary>What follows the header.</summary>
    public ReadOnlySpan<byte> Payload => _bytes[HeaderLength..];

    private ushort Fragment => BinaryPrimitives.ReadUInt16BigEndian(_bytes[IPHeader.V4Fragment..]);
}
