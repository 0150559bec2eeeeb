using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Softlan.Platform.Linux;

/// <summary>struct sockaddr_in and struct sockaddr_in6 in one value of 28 bytes (netinet/in.h), compared byte by byte. Unused bytes are
/// zero.</summary>
[StructLayout(LayoutKind.Explicit, Size = 28)]
internal struct SockAddr : IEquatable<SockAddr>
{
    /// <summary>AF_INET</summary>
    public const ushort Inet = 2;

    /// <summary>AF_INET6</summary>
    public const ushort Inet6 = 10;

    public const int InetLength = 16;
    public const int Inet6Length = 28;

    [FieldOffset(0)]
    public ushort Family;

    [FieldOffset(2)]
    private ushort _portNetworkOrder;

    [FieldOffset(4)]
    private uint _v4;

    [FieldOffset(8)]
    private AddressBytes _v6;

    [FieldOffset(24)]
    private uint _scope;

    [InlineArray(16)]
    private struct AddressBytes
    {
        private byte _first;
    }

    /// <summary>Bytes that the kernel reads: 16 or 28.</summary>
    public readonly uint Length => Family == Inet6 ? (uint)Inet6Length : InetLength;

    public readonly ushort Port => BinaryPrimitives.ReverseEndianness(_portNetworkOrder);

    /// <param name="endPoint">IPv4 or IPv6.</param>
    /// <param name="family"><see cref="Inet6"/> maps an IPv4 address to ::ffff:a.b.c.d, as a dual-stack socket wants it. <see cref="Inet"/> takes
    /// such a one, too, but no other of IPv6: what <see cref="IPAddress.MapToIPv4"/> makes of those is somebody else's address.</param>
    public static SockAddr From(IPEndPoint endPoint, ushort family)
    {
        if (family == Inet && endPoint.Address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false })
        {
            throw new ArgumentException("An IPv6 address has no IPv4 form.", nameof(endPoint));
        }

        SockAddr address = new() { Family = family, _portNetworkOrder = BinaryPrimitives.ReverseEndianness((ushort)endPoint.Port) };
        if (family == Inet)
        {
            Span<byte> v4 = stackalloc byte[4];
            endPoint.Address.MapToIPv4().TryWriteBytes(v4, out _);
            address._v4 = MemoryMarshal.Read<uint>(v4);
        }
        else
        {
            IPAddress v6 = endPoint.Address.AddressFamily == AddressFamily.InterNetwork ? endPoint.Address.MapToIPv6() : endPoint.Address;
            v6.TryWriteBytes(address._v6, out _);
            address._scope = endPoint.Address.AddressFamily == AddressFamily.InterNetworkV6 ? (uint)v6.ScopeId : 0;
        }

        return address;
    }

    /// <summary>For people: a mapped IPv4 address is shown as IPv4. Allocates.</summary>
    public readonly IPEndPoint ToEndPoint()
    {
        if (Family == Inet)
        {
            return new IPEndPoint(new IPAddress(_v4), Port);
        }

        IPAddress address = new(_v6, _scope);
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, Port);
    }

    /// <summary>The same address with the address part replaced by what an IP(V6)_PKTINFO control message carries.</summary>
    /// <param name="address">4 or 16 bytes.</param>
    public readonly SockAddr WithAddress(ReadOnlySpan<byte> address)
    {
        SockAddr copy = this;
        if (Family == Inet)
        {
            copy._v4 = MemoryMarshal.Read<uint>(address);
        }
        else
        {
            address[..16].CopyTo(copy._v6);
        }

        return copy;
    }

    /// <summary>The same port at the address of another one of the same family.</summary>
    public readonly SockAddr WithAddressOf(in SockAddr other)
    {
        Span<byte> address = stackalloc byte[16];
        other.CopyAddressTo(address);
        return WithAddress(address);
    }

    /// <summary>Writes the 4 or 16 bytes of the address.</summary>
    public readonly void CopyAddressTo(Span<byte> destination)
    {
        if (Family == Inet)
        {
            MemoryMarshal.Write(destination, in _v4);
        }
        else
        {
            ((ReadOnlySpan<byte>)_v6).CopyTo(destination);
        }
    }

    /// <summary>What limits count by: an IPv4 address (mapped or not), or the /64 of an IPv6 address.</summary>
    public readonly ulong ClientKey => Family == Inet ? _v4 : AddressTally.KeyOf(_v6);

    /// <summary>Of the same host, if the ports are not looked at.</summary>
    public readonly bool HasAddressOf(in SockAddr other)
    {
        SockAddr same = other;
        same._portNetworkOrder = _portNetworkOrder;
        return Equals(in this, in same);
    }

    public readonly bool Equals(SockAddr other) => Equals(in this, in other);

    /// <summary>Compares without a copy; once or twice for every packet.</summary>
    public static bool Equals(in SockAddr left, in SockAddr right)
    {
        // SAFETY: both are 28 bytes, and no read goes beyond them.
        ref byte a = ref Unsafe.As<SockAddr, byte>(ref Unsafe.AsRef(in left));
        ref byte b = ref Unsafe.As<SockAddr, byte>(ref Unsafe.AsRef(in right));
        ulong difference = Unsafe.ReadUnaligned<ulong>(ref a) ^ Unsafe.ReadUnaligned<ulong>(ref b);
        difference |= Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref a, 8)) ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref b, 8));
        difference |= Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref a, 16)) ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref b, 16));
        difference |= Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref a, 24)) ^ Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref b, 24));
        return difference == 0;
    }

    public override readonly bool Equals(object? obj) => obj is SockAddr other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(Family, _portNetworkOrder, ClientKey);
}
