using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using static Softlan.Platform.Linux.NativeSocket;

namespace Softlan.Platform.Linux;

/// <summary>Socket options that are a number or one of the kernel's structures.</summary>
[SupportedOSPlatform("linux")]
internal static class SocketOptions
{
    /// <summary>Bytes that may wait in the kernel in each direction: the payload of 33 ms at 1 Gbit/s, or less of small packets, since the kernel's
    /// own overhead counts. Beyond it the kernel drops.</summary>
    private const int BufferLength = 4 * 1024 * 1024;

    /// <returns>False where the kernel refuses; <see cref="Errno.Last"/> says why.</returns>
    public static bool TrySet<T>(SafeFd fd, int level, int name, in T value)
        where T : unmanaged =>
        SetSocketOption(fd, level, name, Bytes(in value), (uint)Unsafe.SizeOf<T>()) == 0;

    /// <returns>False where the kernel refuses; <see cref="Errno.Last"/> says why.</returns>
    public static bool TryBind<T>(SafeFd fd, in T address)
        where T : unmanaged =>
        Bind(fd, Bytes(in address), (uint)Unsafe.SizeOf<T>()) == 0;

    /// <summary>Beyond net.core.rmem_max and wmem_max where the process may, up to them otherwise.</summary>
    public static void GrowBuffers(SafeFd fd)
    {
        _ = TrySet(fd, SOL_SOCKET, SO_RCVBUFFORCE, BufferLength) || TrySet(fd, SOL_SOCKET, SO_RCVBUF, BufferLength);
        _ = TrySet(fd, SOL_SOCKET, SO_SNDBUFFORCE, BufferLength) || TrySet(fd, SOL_SOCKET, SO_SNDBUF, BufferLength);
    }

    /// <summary>The error that the next call would report; 0: none. It is gone then.</summary>
    public static int TakeError(SafeFd fd)
    {
        int error = 0;
        uint length = sizeof(int);
        _ = GetSocketOption(fd, SOL_SOCKET, SO_ERROR, MemoryMarshal.AsBytes(new Span<int>(ref error)), ref length);
        return error;
    }

    private static ReadOnlySpan<byte> Bytes<T>(in T value)
        where T : unmanaged =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value));
}
