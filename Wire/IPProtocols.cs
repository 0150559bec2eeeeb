namespace Softlan.Wire;

/// <summary>Protocol numbers that softlan looks at (Protocol Numbers, IANA): IPv4's Protocol field and IPv6's Next Header.</summary>
internal static class IPProtocols
{
    public const byte HopByHop = 0;
    public const byte IcmpV4 = 1;
    public const byte Igmp = 2;
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Routing = 43;
    public const byte Fragment = 44;
    public const byte Authentication = 51;
    public const byte IcmpV6 = 58;
    public const byte DestinationOptions = 60;
    public const byte Ospf = 89;
    public const byte Pim = 103;
    public const byte Vrrp = 112;
    public const byte Sctp = 132;
    public const byte Mobility = 135;
    public const byte HostIdentity = 139;
    public const byte Shim6 = 140;

    /// <summary>Every extension header of IPv6 has at least that many bytes (RFC 8200, section 4).</summary>
    public const int MinExtensionLength = 8;

    /// <summary>Headers of IPv6 that say what follows them, and how far away (RFC 7045, section 4). ESP is none: what follows it is
    /// encrypted.</summary>
    public static bool IsIPv6Extension(byte nextHeader) =>
        nextHeader is HopByHop or Routing or Fragment or Authentication or DestinationOptions or Mobility or HostIdentity or Shim6;

    /// <summary>Bytes of an extension header (RFC 8200, section 4; RFC 4302, section 2.2).</summary>
    /// <param name="type">One for which <see cref="IsIPv6Extension"/> is true.</param>
    /// <param name="length">The header's second byte. That of a Fragment header is reserved.</param>
    public static int ExtensionLength(byte type, byte length) => type switch
    {
        Fragment => MinExtensionLength,
        Authentication => (length + 2) * 4,
        _ => (length + 1) * 8,
    };
}
