using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Softlan.Wire;

/// <summary>To whom a frame belongs when a link is shared: the conversation that it is of, and the station (a MAC address) whose share that takes.
/// Both are hashes; a collision only costs fairness.</summary>
/// <param name="Flow">MAC addresses, protocol, IP addresses and ports, as far as the frame has them.</param>
/// <param name="Station">The source or the destination MAC.</param>
/// <param name="IsTcp">It repeats what is lost, and slows down.</param>
internal readonly record struct FlowLabel(uint Flow, uint Station, bool IsTcp)
{
    private const int Network = FrameLimits.HeaderLength;
    private const int IPv6Ports = Network + IPHeader.V6Length;

    /// <summary>What is no frame: probes, padding. A conversation of its own that hardly ever has a backlog.</summary>
    public static FlowLabel Other => default;

    /// <param name="frame">At least an Ethernet header; a frame may be cut short behind that.</param>
    /// <param name="fairBy">Which of the two addresses is the station.</param>
    /// <param name="secret">Any number that stays the same as long as labels are compared, and that no sender knows.</param>
    public static FlowLabel Read(ReadOnlySpan<byte> frame, FairBy fairBy, ulong secret)
    {
        ulong destination = MacAddress.Read(frame).ToUInt64();
        ulong source = MacAddress.Read(frame[MacAddress.Length..]).ToUInt64();
        byte protocol = 0;
        ulong mixed = Mix(Mix(source ^ secret) ^ destination);
        mixed ^= BinaryPrimitives.ReadUInt16BigEndian(frame[(2 * MacAddress.Length)..]) switch
        {
            EtherTypes.IPv4 when frame.Length >= Network + IPHeader.V4MinLength => ReadIPv4(frame, out protocol),
            EtherTypes.IPv6 when frame.Length >= IPv6Ports => ReadIPv6(frame, out protocol),
            ushort type => type,
        };
        ulong station = fairBy == FairBy.Source ? source : destination;
        return new FlowLabel((uint)(Mix(Mix(mixed)) >> 32), (uint)(Mix(Mix(station ^ secret)) >> 32), protocol == IPProtocols.Tcp);
    }

    private static ulong ReadIPv4(ReadOnlySpan<byte> frame, out byte protocol)
    {
        protocol = frame[Network + IPHeader.V4Protocol];
        int ports = Network + IPHeader.V4Length(frame[Network]);

        // Only the first fragment of a packet has its ports, so they are looked at in none.
        bool isFragment = (BinaryPrimitives.ReadUInt16BigEndian(frame[(Network + IPHeader.V4Fragment)..]) & IPHeader.AnyFragment) != 0;
        ulong addresses = MemoryMarshal.Read<ulong>(frame[(Network + IPHeader.V4Addresses)..]);
        return Mix(addresses) ^ protocol ^ (isFragment ? 0 : ReadPorts(frame, protocol, ports));
    }

    private static ulong ReadIPv6(ReadOnlySpan<byte> frame, out byte protocol)
    {
        ReadOnlySpan<ulong> addresses = MemoryMarshal.Cast<byte, ulong>(frame.Slice(Network + IPHeader.V6Addresses, IPHeader.V6AddressesLength));
        protocol = frame[Network + IPHeader.V6NextHeader];
        return Mix(Mix(addresses[1]) ^ addresses[0]) ^ Mix(Mix(addresses[3]) ^ addresses[2] ^ 1) ^ protocol ^ ReadPorts(frame, protocol, IPv6Ports);
    }

    private static ulong ReadPorts(ReadOnlySpan<byte> frame, byte protocol, int offset) =>
        protocol is IPProtocols.Tcp or IPProtocols.Udp && frame.Length >= offset + TransportHeader.PortsLength
            ? (ulong)MemoryMarshal.Read<uint>(frame[offset..]) << 16
            : 0;

    // Multiplication moves entropy up, the shift moves it down again: half of the bits, so what is in the upper half is everywhere only after a
    // second time.
    private static ulong Mix(ulong value)
    {
        value *= 0x9e37_79b9_7f4a_7c15;
        return value ^ (value >> 32);
    }
}
