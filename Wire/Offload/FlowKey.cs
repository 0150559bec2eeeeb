using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Softlan.Wire.Offload;

/// <summary>What frames that must stay in order have in common: addresses, ports and protocol. The default value is "no flow": nothing to keep in
/// order with.</summary>
/// <param name="Addresses0">Source and destination address as they lie in the header; of IPv4 these eight bytes are all.</param>
/// <param name="Ports">Both ports as they lie in the header; 0 for a fragment, whose ports are unknown.</param>
/// <param name="Protocol">TCP or UDP; 0 for no flow.</param>
/// <param name="IsV6">IPv6, otherwise IPv4.</param>
internal readonly record struct FlowKey(
    ulong Addresses0,
    ulong Addresses1,
    ulong Addresses2,
    ulong Addresses3,
    uint Ports,
    byte Protocol,
    bool IsV6)
{
    public bool IsNone => Protocol == 0;

    /// <param name="addresses">8 or 32 bytes.</param>
    /// <param name="ports">From the transport header on; at least four bytes, or none for a fragment.</param>
    /// <param name="protocol">TCP or UDP.</param>
    public static FlowKey Read(ReadOnlySpan<byte> addresses, ReadOnlySpan<byte> ports, byte protocol)
    {
        uint bothPorts = ports.IsEmpty ? 0 : MemoryMarshal.Read<uint>(ports);
        return addresses.Length == IPHeader.V4AddressesLength
            ? new FlowKey(MemoryMarshal.Read<ulong>(addresses), 0, 0, 0, bothPorts, protocol, false)
            : new FlowKey(
                MemoryMarshal.Read<ulong>(addresses),
                MemoryMarshal.Read<ulong>(addresses[8..]),
                MemoryMarshal.Read<ulong>(addresses[16..]),
                MemoryMarshal.Read<ulong>(addresses[24..]),
                bothPorts,
                protocol,
                true);
    }

    /// <summary>Whether a fragment with this key may belong to <paramref name="flow"/>.</summary>
    public bool MayBeFragmentOf(in FlowKey flow) => this == flow with { Ports = 0 };

    /// <summary>32 well-mixed bits. Whoever makes keys collide on purpose only makes a short list be searched.</summary>
    public uint Mix()
    {
        ulong mixed = (Addresses0 ^ ((ulong)Ports << 16) ^ Protocol) * 0x9e37_79b9_7f4a_7c15;
        mixed ^= Addresses1 * 0xc2b2_ae3d_27d4_eb4f;
        mixed ^= BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(Addresses2) : Addresses2;
        mixed = (mixed ^ (Addresses3 * 0x1656_67b1_9e37_79f9) ^ Ports) * 0xff51_afd7_ed55_8ccd;
        return (uint)(mixed >> 32);
    }
}
