using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Softlan.Platform;

/// <summary>How many of something each address has, and each IPv6 network: one line at home may have a whole /56 or /48 of addresses to choose
/// from.</summary>
/// <remarks>An address is a key: an IPv4 address in the low 32 bits, or the /64 of an IPv6 address, which has some of the high 32 bits set. Not for
/// several threads at once.</remarks>
internal sealed class AddressTally
{
    /// <summary>A /48 may have so many times what one address may. Providers give homes a /56 or a /48; where it is /56, up to 256 homes are
    /// neighbours in one /48, and few of them are at one relay.</summary>
    public const int NetworkFactor = 4;

    /// <summary>From the /64 to the /48.</summary>
    private const int BitsBelowNetwork = 64 - 48;

    private readonly Dictionary<ulong, int> _perAddress = [];
    private readonly Dictionary<ulong, int> _perNetwork = [];

    /// <summary>The key of an address: the IPv4 address, mapped or not, or the /64 of the IPv6 address.</summary>
    public static ulong KeyOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork ? MemoryMarshal.Read<uint>(bytes) : KeyOf(bytes);
    }

    /// <param name="ipv6">16 bytes; an IPv4 address may be mapped into them.</param>
    public static ulong KeyOf(ReadOnlySpan<byte> ipv6)
    {
        bool mapped = BinaryPrimitives.ReadUInt64BigEndian(ipv6) == 0 && BinaryPrimitives.ReadUInt32BigEndian(ipv6[8..]) == 0xffff;
        return mapped ? MemoryMarshal.Read<uint>(ipv6[12..]) : BinaryPrimitives.ReadUInt64BigEndian(ipv6);
    }

    /// <summary>The /48 of an IPv6 address; null: an IPv4 address is in no network.</summary>
    public static ulong? NetworkOf(ulong address) => IsIPv6(address) ? address >> BitsBelowNetwork : null;

    /// <summary>How many an address has.</summary>
    public int Count(ulong address) => _perAddress.GetValueOrDefault(address);

    /// <summary>Whether an address may have one more.</summary>
    /// <param name="address">The key.</param>
    /// <param name="limit">For one address; its /48 may have <see cref="NetworkFactor"/> times as many.</param>
    public bool HasRoom(ulong address, int limit) =>
        Count(address) < limit
        && (!IsIPv6(address) || _perNetwork.GetValueOrDefault(address >> BitsBelowNetwork) < (long)NetworkFactor * limit);

    public void Add(ulong address)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_perAddress, address, out _)++;
        if (IsIPv6(address))
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_perNetwork, address >> BitsBelowNetwork, out _)++;
        }
    }

    public void Remove(ulong address)
    {
        Remove(_perAddress, address);
        if (IsIPv6(address))
        {
            Remove(_perNetwork, address >> BitsBelowNetwork);
        }
    }

    private static bool IsIPv6(ulong address) => address > uint.MaxValue;

    private static void Remove(Dictionary<ulong, int> counts, ulong key)
    {
        if (--counts[key] == 0)
        {
            counts.Remove(key);
        }
    }
}
