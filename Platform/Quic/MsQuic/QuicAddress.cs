using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>QUIC_ADDR: sockaddr_in or sockaddr_in6 of the system that it runs on.</summary>
/// <remarks>
/// <code>
///  0        2        4                 8
///  +--------+--------+-----------------+------------------------------+----------+
///  | family | port   | IPv4, or flow   | IPv6 (16 bytes)              | scope id |
///  +--------+--------+-----------------+------------------------------+----------+
/// </code>
/// The port is big-endian, the family and the scope id are in the machine's order.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct QuicAddress
{
    public const int Length = 28;

    /// <summary>AF_UNSPEC: with a wildcard address both families.</summary>
    public const ushort Unspecified = 0;

    /// <summary>AF_INET, the same on every system.</summary>
    public const ushort Inet = 2;

    /// <summary>AF_INET6: winsock2.h has 23, Linux 10.</summary>
    public static readonly ushort Inet6 = (ushort)(OperatingSystem.IsWindows() ? 23 : 10);

    private ushort _family;
    private ushort _portNetworkOrder;
    private uint _v4;
    private Address6 _v6;
    private uint _scopeId;

    public readonly ushort Family => _family;

    /// <summary>Who is counted against the limit of links per address: the IPv4 address, or the IPv6 /64.</summary>
    public readonly ulong ClientKey => _family == Inet ? _v4 : AddressTally.KeyOf(_v6);

    public static QuicAddress From(IPEndPoint endPoint)
    {
        QuicAddress address = default;
        address._portNetworkOrder = BinaryPrimitives.ReverseEndianness((ushort)endPoint.Port);
        if (endPoint.AddressFamily == AddressFamily.InterNetwork)
        {
            address._family = Inet;
            endPoint.Address.TryWriteBytes(MemoryMarshal.AsBytes(new Span<uint>(ref address._v4)), out _);
        }
        else
        {
            address._family = Inet6;
            endPoint.Address.TryWriteBytes(address._v6, out _);
            address._scopeId = (uint)endPoint.Address.ScopeId;
        }

        return address;
    }

    /// <summary>A wildcard address of both families.</summary>
    public static QuicAddress AnyOfBothFamilies(int port) => new()
    {
        _family = Unspecified,
        _portNetworkOrder = BinaryPrimitives.ReverseEndianness((ushort)port),
    };

    /// <summary>An IPv4 address that is mapped into IPv6 becomes IPv4.</summary>
    public readonly IPEndPoint ToEndPoint()
    {
        int port = BinaryPrimitives.ReverseEndianness(_portNetworkOrder);
        if (_family == Inet)
        {
            return new IPEndPoint(_v4, port);
        }

        if (_family != Inet6)
        {
            return new IPEndPoint(IPAddress.IPv6Any, port);
        }

        IPAddress address = new(_v6, _scopeId);
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port);
    }

    [InlineArray(16)]
    private struct Address6
    {
        private byte _first;
    }
}
