using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>The socket calls softlan makes, and the constants they take (sys/socket.h, netinet/in.h, netinet/udp.h, linux/in6.h). Declarations only.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class NativeUdp
{
    private const string Libc = "libc";

    public const int SOCK_DGRAM = 2;
    public const int SOCK_NONBLOCK = 0x800;
    public const int SOCK_CLOEXEC = 0x80000;

    public const int SOL_SOCKET = 1;
    public const int SO_SNDBUF = 7;
    public const int SO_RCVBUF = 8;
    public const int SO_SNDBUFFORCE = 32;
    public const int SO_RCVBUFFORCE = 33;
    public const int SO_REUSEPORT = 15;
    public const int SO_ATTACH_REUSEPORT_CBPF = 51;

    public const int IPPROTO_IP = 0;
    public const int IP_PKTINFO = 8;
    public const int IP_MTU_DISCOVER = 10;

    public const int IPPROTO_IPV6 = 41;
    public const int IPV6_MTU_DISCOVER = 23;
    public const int IPV6_V6ONLY = 26;
    public const int IPV6_RECVPKTINFO = 49;
    public const int IPV6_PKTINFO = 50;

    // Sets DF and ignores what the kernel believes about the path: QUIC finds out itself (RFC 9000, section 14).
    public const int IP_PMTUDISC_PROBE = 3;

    public const int SOL_UDP = 17;
    public const int UDP_SEGMENT = 103;
    public const int UDP_GRO = 104;

    public const int MSG_DONTWAIT = 0x40;

    [LibraryImport(Libc, EntryPoint = "socket", SetLastError = true)]
    public static partial SafeFd Socket(int domain, int type, int protocol);

    [LibraryImport(Libc, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(SafeFd socket, in SockAddr address, uint length);

    [LibraryImport(Libc, EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(SafeFd socket, in SockAddr address, uint length);

    [LibraryImport(Libc, EntryPoint = "getsockname", SetLastError = true)]
    public static partial int GetSockName(SafeFd socket, out SockAddr address, ref uint length);

    [LibraryImport(Libc, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSockOpt(SafeFd socket, int level, int name, in int value, uint length);

    // The descriptor is kept alive by the caller's SafeFd; a bare int spares the reference counting of every batch.
    [LibraryImport(Libc, EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int RecvMmsg(int socket, MMsgHdr* messages, uint count, int flags, nint timeout);

    [LibraryImport(Libc, EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int SendMmsg(int socket, MMsgHdr* messages, uint count, int flags);

    /// <summary>struct iovec, 16 bytes.</summary>
    public struct IoVec
    {
        public void* Base;
        public nuint Length;
    }

    /// <summary>struct msghdr, 56 bytes.</summary>
    public struct MsgHdr
    {
        public void* Name;
        public uint NameLength;
        public IoVec* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>struct mmsghdr, 64 bytes.</summary>
    public struct MMsgHdr
    {
        public MsgHdr Header;
        public uint Length;
    }

    /// <summary>struct cmsghdr, 16 bytes; the data follows, each message padded to 8 bytes (CMSG_ALIGN).</summary>
    public struct CMsgHdr
    {
        public nuint Length;
        public int Level;
        public int Type;
    }
}
