namespace Softlan.Wire;

/// <summary>Where things stand in an IPv4 header (RFC 791, section 3.1) and in the fixed header of IPv6 (RFC 8200, section 3), in bytes from the
/// packet's start.</summary>
internal static class IPHeader
{
    /// <summary>Of IPv4 without options.</summary>
    public const int V4MinLength = 20;

    public const int V4TypeOfService = 1;
    public const int V4TotalLength = 2;
    public const int V4Identification = 4;

    /// <summary>Flags and fragment offset.</summary>
    public const int V4Fragment = 6;

    public const int V4Protocol = 9;
    public const int V4Checksum = 10;

    /// <summary>Source and destination, one behind the other.</summary>
    public const int V4Addresses = 12;

    public const int V4AddressesLength = 8;

    /// <summary>Of IPv6, extension headers not included.</summary>
    public const int V6Length = 40;

    public const int V6PayloadLength = 4;
    public const int V6NextHeader = 6;

    /// <summary>Source and destination, one behind the other.</summary>
    public const int V6Addresses = 8;

    public const int V6AddressesLength = 32;

    /// <summary>The first byte of IPv4 without options: version and length.</summary>
    public const byte V4WithoutOptions = 0x45;

    /// <summary>In the word at <see cref="V4Fragment"/>: the flag that forbids fragments.</summary>
    public const ushort DontFragment = 0x4000;

    /// <summary>In the word at <see cref="V4Fragment"/>: the flag of every fragment but the last.</summary>
    public const ushort MoreFragments = 0x2000;

    /// <summary>In the word at <see cref="V4Fragment"/>: where the bytes belong in the whole packet, in units of 8 bytes.</summary>
    public const ushort FragmentOffset = 0x1fff;

    /// <summary>In the word at <see cref="V4Fragment"/>: not zero in any fragment, zero in a whole packet.</summary>
    public const ushort AnyFragment = MoreFragments | FragmentOffset;

    /// <summary>The header's version, from its first byte: 4 or 6.</summary>
    public static int Version(byte first) => first >> 4;

    /// <summary>Bytes of an IPv4 header, options included, from its first byte; below <see cref="V4MinLength"/> where that lies.</summary>
    public static int V4Length(byte first) => (first & 0xf) * 4;
}
