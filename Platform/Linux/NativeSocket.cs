using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>The socket calls softlan makes, and the constants they take (sys/socket.h, asm-generic/socket.h as x86-64 and arm64 have it).
/// Declarations only.</summary>
[SupportedOSPlatform("linux")]
internal static partial class NativeSocket
{
    private const string Libc = "libc";

    public const int SOCK_DGRAM = 2;
    public const int SOCK_RAW = 3;
    public const int SOCK_CLOEXEC = 0x80000;
    public const int SOCK_NONBLOCK = 0x800;

    public const int SOL_SOCKET = 1;
    public const int SO_ERROR = 4;
    public const int SO_SNDBUF = 7;
    public const int SO_RCVBUF = 8;
    public const int SO_REUSEPORT = 15;
    public const int SO_RCVTIMEO = 20;
    public const int SO_ATTACH_FILTER = 26;
    public const int SO_SNDBUFFORCE = 32;
    public const int SO_RCVBUFFORCE = 33;
    public const int SO_ATTACH_REUSEPORT_CBPF = 51;

    public const int MSG_TRUNC = 0x20;
    public const int MSG_DONTWAIT = 0x40;

    [LibraryImport(Libc, EntryPoint = "socket", SetLastError = true)]
    public static partial SafeFd Socket(int domain, int type, int protocol);

    [LibraryImport(Libc, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(SafeFd fd, ReadOnlySpan<byte> address, uint length);

    [LibraryImport(Libc, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(SafeFd fd, in SockAddr address, uint length);

    [LibraryImport(Libc, EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(SafeFd fd, in SockAddr address, uint length);

    [LibraryImport(Libc, EntryPoint = "getsockname", SetLastError = true)]
    public static partial int GetSocketName(SafeFd fd, out SockAddr address, ref uint length);

    [LibraryImport(Libc, EntryPoint = "getsockname", SetLastError = true)]
    public static partial int GetSocketName(SafeFd fd, Span<byte> address, ref uint length);

    [LibraryImport(Libc, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSocketOption(SafeFd fd, int level, int name, ReadOnlySpan<byte> value, uint length);

    [LibraryImport(Libc, EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetSocketOption(SafeFd fd, int level, int name, Span<byte> value, ref uint length);

    [LibraryImport(Libc, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(SafeFd fd, ReadOnlySpan<byte> bytes, nuint length, int flags);

    [LibraryImport(Libc, EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(SafeFd fd, Span<byte> bytes, nuint length, int flags);

    // The descriptor is kept alive by the caller's SafeFd; a bare int spares the reference counting of every batch.
    [LibraryImport(Libc, EntryPoint = "recvmmsg", SetLastError = true)]
    public static unsafe partial int ReceiveMessages(int fd, MessageSlot* messages, uint count, int flags, nint timeout);

    [LibraryImport(Libc, EntryPoint = "sendmmsg", SetLastError = true)]
    public static unsafe partial int SendMessages(int fd, MessageSlot* messages, uint count, int flags);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Buffer
    {
        public nint Base;
        public nuint Length;
    }

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public nint Name;
        public uint NameLength;
        public nint Buffers;
        public nuint BufferCount;
        public nint Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>struct mmsghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageSlot
    {
        public MessageHeader Header;
        public uint Length;
    }

    /// <summary>struct cmsghdr. The length covers this header; the data follows, each message padded to 8 bytes (CMSG_ALIGN).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ControlHeader
    {
        public nuint Length;
        public int Level;
        public int Type;
    }

    /// <summary>struct timeval.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TimeValue
    {
        public long Seconds;
        public long Microseconds;
    }
}
