using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>The libc calls of the event loop, and the constants they take. Declarations only.</summary>
[SupportedOSPlatform("linux")]
internal static partial class NativeLibc
{
    private const string Libc = "libc";

    // sys/epoll.h
    public const int EPOLL_CLOEXEC = 0x80000;
    public const int EPOLL_CTL_ADD = 1;
    public const int EPOLL_CTL_DEL = 2;
    public const int EPOLL_CTL_MOD = 3;

    // sys/eventfd.h
    public const int EFD_CLOEXEC = 0x80000;
    public const int EFD_NONBLOCK = 0x800;

    // time.h
    public const int CLOCK_BOOTTIME = 7;

    [LibraryImport(Libc, EntryPoint = "clock_gettime", SetLastError = true)]
    public static partial int ClockGetTime(int clock, out Timespec time);

    [LibraryImport(Libc, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport(Libc, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeFd fd, Span<byte> buffer, nuint count);

    [LibraryImport(Libc, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeFd fd, ReadOnlySpan<byte> buffer, nuint count);

    // Bytes that belong to what malloc or calloc returned; malloc.h.
    [LibraryImport(Libc, EntryPoint = "malloc_usable_size")]
    public static partial nuint MallocUsableSize(nint pointer);

    [LibraryImport(Libc, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial SafeFd EpollCreate1(int flags);

    [LibraryImport(Libc, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollCtl(SafeFd epoll, int operation, SafeFd fd, ReadOnlySpan<byte> e);

    // Timeouts in nanoseconds; glibc 2.35, kernel 5.11.
    [LibraryImport(Libc, EntryPoint = "epoll_pwait2", SetLastError = true)]
    public static partial int EpollPwait2(SafeFd epoll, Span<byte> events, int maxEvents, in Timespec timeout, nint signalMask);

    // Timeouts in milliseconds, for kernels before 5.11.
    [LibraryImport(Libc, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(SafeFd epoll, Span<byte> events, int maxEvents, int timeoutMilliseconds);

    [LibraryImport(Libc, EntryPoint = "eventfd", SetLastError = true)]
    public static partial SafeFd EventFd(uint initialValue, int flags);

    /// <summary>struct epoll_event. Packed to 12 bytes on x86-64 only (EPOLL_PACKED); elsewhere data is aligned and the struct has 16
    /// bytes.</summary>
    /// <remarks>For that reason events are handed over as spans of bytes.</remarks>
    public static class EpollEventLayout
    {
        public static readonly int Size = RuntimeInformation.ProcessArchitecture is Architecture.X64 ? 12 : 16;
        public static readonly int DataOffset = Size - sizeof(ulong);
    }

    /// <summary>struct timespec of 64-bit systems.</summary>
    public struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
