using System.Runtime.InteropServices;
using Softlan.Wire;

namespace Softlan.Platform.Linux;

/// <summary>errno values that softlan tells apart (asm-generic/errno-base.h, errno.h), and errors made from them.</summary>
internal static class Errno
{
#pragma warning disable CA1707 // The spelling of the headers.
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int ENXIO = 6;
    public const int EBADF = 9;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EFAULT = 14;
    public const int EBUSY = 16;
    public const int EEXIST = 17;
    public const int ENODEV = 19;
    public const int EINVAL = 22;
    public const int ENOTTY = 25;
    public const int ENOSPC = 28;
    public const int EROFS = 30;
    public const int ENOSYS = 38;
    public const int ETIME = 62;
    public const int EBADFD = 77;
    public const int EMSGSIZE = 90;
    public const int EPROTOTYPE = 91;
    public const int ENOPROTOOPT = 92;
    public const int EPROTONOSUPPORT = 93;
    public const int EOPNOTSUPP = 95;
    public const int EAFNOSUPPORT = 97;
    public const int EADDRINUSE = 98;
    public const int EADDRNOTAVAIL = 99;
    public const int ENETDOWN = 100;
    public const int ENETUNREACH = 101;
    public const int ENOBUFS = 105;
    public const int ETIMEDOUT = 110;
    public const int ECONNREFUSED = 111;
    public const int EHOSTUNREACH = 113;
    public const int EDQUOT = 122;
    public const int ECANCELED = 125;
#pragma warning restore CA1707

    /// <summary>errno of the last call that was declared with SetLastError. Read it before anything else runs.</summary>
    public static int Last => Marshal.GetLastPInvokeError();

    public static string Text(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";

    /// <param name="what">What could not be done, without a full stop.</param>
    /// <param name="errno">From <see cref="Last"/>.</param>
    /// <param name="hint">What to do about it.</param>
    public static SoftlanException ToException(string what, int errno, string? hint = null) =>
        SoftlanException.Create(what, Text(errno), hint);
}
