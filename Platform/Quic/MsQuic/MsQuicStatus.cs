using System.Runtime.InteropServices;
using Softlan.Platform.Linux;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>QUIC_STATUS: an HRESULT in msquic_winuser.h; errno, or a number from 200,000,000 on, in msquic_posix.h.</summary>
internal static class MsQuicStatus
{
    public const int Success = 0;

    public static readonly int InvalidState = Pick(unchecked((int)0x8007139f), Errno.EPERM);
    public static readonly int NotSupported = Pick(unchecked((int)0x80004002), Errno.EOPNOTSUPP);
    public static readonly int Aborted = Pick(unchecked((int)0x80004004), Errno.ECANCELED);
    public static readonly int AddressInUse = Pick(unchecked((int)0x80072740), Errno.EADDRINUSE);
    public static readonly int AlpnInUse = Pick(unchecked((int)0x80410009), Errno.EPROTOTYPE);
    public static readonly int ConnectionTimeout = Pick(unchecked((int)0x80410006), Errno.ETIMEDOUT);
    public static readonly int ConnectionIdle = Pick(unchecked((int)0x80410005), Errno.ETIME);
    public static readonly int ConnectionRefused = Pick(unchecked((int)0x800704c9), Errno.ECONNREFUSED);
    public static readonly int Unreachable = Pick(unchecked((int)0x800704d0), Errno.EHOSTUNREACH);
    public static readonly int VersionNegotiation = Pick(unchecked((int)0x80410001), Errno.EPROTONOSUPPORT);
    public static readonly int BadCertificate = Pick(unchecked((int)0x8041012a), 200_000_256 + 42);
    public static readonly int Pending = Pick(0x703e5, -2);

    public static bool IsFailed(int status) => OperatingSystem.IsWindows() ? status < 0 : status > 0;

    /// <summary>What the system calls it, with the number.</summary>
    public static string Text(int status)
    {
        if (OperatingSystem.IsWindows())
        {
            string? windows = Marshal.GetExceptionForHR(status)?.Message;
            return string.IsNullOrEmpty(windows) ? $"msquic status 0x{status:x8}" : $"{windows.TrimEnd('.')} (msquic 0x{status:x8})";
        }

        const int FirstOfMsQuic = 200_000_000;
        return status is > 0 and < FirstOfMsQuic
            ? $"{Marshal.GetPInvokeErrorMessage(status)} (errno {status})"
            : $"msquic status {status}";
    }

    /// <summary>Whether the operating system forbids it to this user. Windows lets everybody have low ports.</summary>
    public static bool IsForbidden(int status) => !OperatingSystem.IsWindows() && status == Errno.EACCES;

    /// <summary>Whether the operating system itself refused to send: no route, no such network.</summary>
    public static bool IsNoRoute(int status)
    {
        // WSAENETUNREACH, WSAEHOSTUNREACH, WSAEADDRNOTAVAIL as HRESULTs; EACCES is a prohibit route.
        return OperatingSystem.IsWindows()
            ? (uint)status is 0x80072743 or 0x80072751 or 0x80072741
            : status is Errno.ENETUNREACH or Errno.EADDRNOTAVAIL or Errno.EACCES;
    }

    private static int Pick(int windows, int posix) => OperatingSystem.IsWindows() ? windows : posix;
}
