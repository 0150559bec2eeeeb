using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>The TUN/TAP driver (linux/if_tun.h), and opening its device. Declarations only.</summary>
[SupportedOSPlatform("linux")]
internal static partial class NativeTun
{
    private const string Libc = "libc";

    // fcntl.h
    public const int O_RDWR = 0x0002;
    public const int O_NONBLOCK = 0x0800;
    public const int O_CLOEXEC = 0x80000;

    // linux/if_tun.h: _IOW('T', n, int) and _IOR('T', n, unsigned int)
    public const uint TUNSETIFF = 0x400454ca;
    public const uint TUNSETOFFLOAD = 0x400454d0;
    public const uint TUNGETIFF = 0x800454d2;
    public const uint TUNSETVNETHDRSZ = 0x400454d8;

    public const ushort IFF_TAP = 0x0002;
    public const ushort IFF_MULTI_QUEUE = 0x0100;
    public const ushort IFF_PERSIST = 0x0800;
    public const ushort IFF_NO_PI = 0x1000;
    public const ushort IFF_VNET_HDR = 0x4000;

    public const uint TUN_F_CSUM = 0x01;
    public const uint TUN_F_TSO4 = 0x02;
    public const uint TUN_F_TSO6 = 0x04;
    public const uint TUN_F_TSO_ECN = 0x08;

    // Linux 6.2
    public const uint TUN_F_USO4 = 0x20;
    public const uint TUN_F_USO6 = 0x40;

    [LibraryImport(Libc, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFd Open(string path, int flags);

    [LibraryImport(Libc, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int ExchangeInterface(SafeFd fd, nuint request, ref InterfaceRequest ifr);

    [LibraryImport(Libc, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int SetValue(SafeFd fd, nuint request, nuint value);

    [LibraryImport(Libc, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int SetInt32(SafeFd fd, nuint request, in int value);

    /// <summary>struct ifreq, as TUNSETIFF and TUNGETIFF use it: 16 bytes of name, then the flags; 40 bytes in all.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    public struct InterfaceRequest
    {
        public InterfaceNameBytes Name;
        public ushort Flags;
    }

    /// <summary>IFNAMSIZ bytes, zero-terminated.</summary>
    [InlineArray(16)]
    public struct InterfaceNameBytes
    {
        private byte _first;
    }
}
