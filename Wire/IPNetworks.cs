using System.Net;

namespace Softlan.Wire;

/// <summary>Arithmetic on IP networks, of both families, that the framework leaves out.</summary>
internal static class IPNetworks
{
    /// <summary>Bytes of an IPv6 address, the longer of the two.</summary>
    private const int MaxAddressLength = 16;

    private static readonly IPNetwork LinkLocal = new(new IPAddress([169, 254, 0, 0]), 16);

    /// <summary>Whether an IPv4 address is one that a machine gave itself (RFC 3927).</summary>
    public static bool IsLinkLocal(IPAddress address) => LinkLocal.Contains(address);

    /// <summary>The network that an address lies in. <see cref="IPNetwork"/> itself refuses bits behind the prefix.</summary>
    /// <param name="prefixLength">0 to <see cref="HostPrefixOf"/> of the address.</param>
    public static IPNetwork Of(IPAddress address, int prefixLength) => new(Combine(address, prefixLength, ones: false), prefixLength);

    /// <summary>This address alone, as a network.</summary>
    public static IPNetwork HostOf(IPAddress address) => new(address, HostPrefixOf(address));

    /// <summary>Bits of an address of this family: the prefix length of a host route.</summary>
    public static int HostPrefixOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[MaxAddressLength];
        _ = address.TryWriteBytes(bytes, out int length);
        return 8 * length;
    }

    /// <summary>The address whose host bits are all set: in IPv4 the directed broadcast address.</summary>
    public static IPAddress LastOf(IPNetwork network) => Combine(network.BaseAddress, network.PrefixLength, ones: true);

    /// <summary>Whether an address lies in both. Two prefixes either nest or are apart.</summary>
    public static bool Overlap(IPNetwork one, IPNetwork other) => one.Contains(other.BaseAddress) || other.Contains(one.BaseAddress);

    /// <summary>The bits behind the prefix all set, or all cleared.</summary>
    private static IPAddress Combine(IPAddress address, int prefixLength, bool ones)
    {
        Span<byte> bytes = stackalloc byte[MaxAddressLength];
        _ = address.TryWriteBytes(bytes, out int length);
        for (int i = 0; i < length; i++)
        {
            byte host = (byte)(0xff >> Math.Clamp(prefixLength - (8 * i), 0, 8));
            bytes[i] = (byte)(ones ? bytes[i] | host : bytes[i] & ~host);
        }

        return new IPAddress(bytes[..length]);
    }
}
