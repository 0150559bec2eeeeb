using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using static Softlan.Platform.Windows.NativeIphlpapi;

namespace Softlan.Platform.Windows;

/// <summary>Between <see cref="IPAddress"/> and the address in iphlpapi's rows. Scope ids are left out: a row names its interface by
/// itself.</summary>
internal static class SocketAddresses
{
    public static ushort FamilyOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? AF_INET6 : AF_INET;

    public static SOCKADDR_INET ToNative(IPAddress address)
    {
        SOCKADDR_INET native = new() { si_family = FamilyOf(address) };
        address.TryWriteBytes(AddressBytes(ref native), out _);
        return native;
    }

    /// <summary>No address, of this family: as next hop it means "on-link".</summary>
    public static SOCKADDR_INET None(ushort family) => new() { si_family = family };

    /// <summary>Null where it is of neither family.</summary>
    public static IPAddress? FromNative(SOCKADDR_INET native) =>
        native.si_family is AF_INET or AF_INET6 ? new IPAddress(AddressBytes(ref native)) : null;

    /// <summary>Whether it is all zeros.</summary>
    public static bool IsNone(SOCKADDR_INET native) => AddressBytes(ref native).IndexOfAnyExcept((byte)0) < 0;

    private static Span<byte> AddressBytes(ref SOCKADDR_INET native)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref native, 1));
        return native.si_family == AF_INET6 ? bytes.Slice(8, 16) : bytes.Slice(4, 4);
    }
}
