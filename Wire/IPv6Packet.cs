using System.Buffers.Binary;

namespace Softlan.Wire;

/// <summary>A read-only view of one IPv6 packet and of what stands behind its extension headers (RFC 8200, sections 3 and 4). It borrows the
/// bytes.</summary>
/// <remarks>
/// <code>
///  0               4       6    7     8       24      40
///  +---+-----------+-------+----+-----+-------+-------+----------------------+------------
///  | 6 | class,flow|length |next|hops | src   | dst   | extension headers... | upper layer
///  +---+-----------+-------+----+-----+-------+-------+----------------------+------------
/// </code>
/// </remarks>
internal readonly ref struct IPv6Packet
{
    /// <summary>Extension headers that are followed. Real packets have up to three; one with more cannot be judged. What is
    /// merged and cut goes by a smaller bound of its own, that of <see cref="Offload.IpLayout"/>.</summary>
    public const int MaxExtensionHeaders = 16;

    private readonly ReadOnlySpan<byte> _bytes;

    private IPv6Packet(ReadOnlySpan<byte> bytes, int payloadOffset, byte protocol, IPv6Fragmentation fragmentation, bool hasFragmentedHeaders)
    {
        _bytes = bytes;
        PayloadOffset = payloadOffset;
        Protocol = protocol;
        Fragmentation = fragmentation;
        HasFragmentedHeaders = hasFragmentedHeaders;
    }

    /// <summary>True when the header chain is all there. False also for a second Fragment header and for a chain of more than
    /// <see cref="MaxExtensionHeaders"/>.</summary>
    /// <param name="bytes">Behind the Ethernet header; padding at the end is ignored.</param>
    /// <param name="packet">A view of what both the payload length and the bytes cover.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out IPv6Packet packet)
    {
        packet = default;
        if (bytes.Length < IPHeader.V6Length || IPHeader.Version(bytes[0]) != 6)
        {
            return false;
        }

        int end = Math.Min(IPHeader.V6Length + BinaryPrimitives.ReadUInt16BigEndian(bytes[IPHeader.V6PayloadLength..]), bytes.Length);
        bytes = bytes[..end];
        byte next = bytes[IPHeader.V6NextHeader];
        int offset = IPHeader.V6Length;
        IPv6Fragmentation fragmentation = IPv6Fragmentation.None;
        bool hasFragmentedHeaders = false;
        for (int headers = 0; IPProtocols.IsIPv6Extension(next) && fragmentation != IPv6Fragmentation.Later; headers++)
        {
            if (headers == MaxExtensionHeaders || offset + IPProtocols.MinExtensionLength > end)
            {
                return false;
            }

            ReadOnlySpan<byte> header = bytes[offset..];
            int length = IPProtocols.ExtensionLength(next, header[1]);
            if (next == IPProtocols.Fragment)
            {
                if (fragmentation != IPv6Fragmentation.None)
                {
                    return false;
                }

                fragmentation = ReadFragmentation(header);
                hasFragmentedHeaders = fragmentation == IPv6Fragmentation.First && IPProtocols.IsIPv6Extension(header[0]);
            }

            next = header[0];
            offset += length;
        }

        if (offset > end)
        {
            return false;
        }

        packet = new IPv6Packet(bytes, offset, next, fragmentation, hasFragmentedHeaders);
        return true;
    }

    /// <summary>What <see cref="Payload"/> is: an <see cref="IPProtocols"/> value. Of a later fragment: what the Fragment header says, possibly
    /// another extension header.</summary>
    public byte Protocol { get; }

    public IPv6Fragmentation Fragmentation { get; }

    /// <summary>Of a first fragment: extension headers stand behind its Fragment header, in the part that is cut, so that a later fragment
    /// can reach what follows them.</summary>
    public bool HasFragmentedHeaders { get; }

    /// <summary>From the start of the packet, in bytes.</summary>
    public int PayloadOffset { get; }

    /// <summary>What follows the header chain.</summary>
    public ReadOnlySpan<byte> Payload => _bytes[PayloadOffset..];

    private static IPv6Fragmentation ReadFragmentation(ReadOnlySpan<byte> header)
    {
        int field = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        bool hasMore = (field & 1) != 0;
        return field >> 3 != 0 ? IPv6Fragmentation.Later : hasMore ? IPv6Fragmentation.First : IPv6Fragmentation.Atomic;
    }
}
