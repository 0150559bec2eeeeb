using System.Runtime.InteropServices;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>QUIC_STATUS: an HRESULT in msquic_winuser.h; errno, or a number from 200,000,000 on, in msquic_posix.h.</summary>
internal static class MsQuicStatus
{
    public const int Success = 0;

    public static readonly int InvalidState = Pick(unchecked((int)0x8007139f), 1);
    public static readonly int NotSupported = Pick(unchecked((int)0x80004002), 95);
    public static readonly int Aborted = Pick(unchecked((int)0x80004004), 125);
    public static readonly int AddressInUse = Pick(unchecked((int)0x80072740), 98);
    public static readonly int AlpnInUse = Pick(unchecked((int)0x80410009), 91);
    public static readonly int ConnectionTimeout = Pick(unchecked((int)0x80410006), 110);
    public static readonly int ConnectionIdle = Pick(unchecked((int)0x80410005), 62);
    public static readonly int ConnectionRefused = Pick(unchecked((int)0x800704c9), 111);
    public static readonly int Unreachable = Pick(unchecked((int)0x800704d0), 113);
    public static readonly int VersionNegotiation = Pick(unchecked((int)0x80410001), 93);
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

    /// <summary>Whether the operating system itself refused to send: no route, no such network.</summary>
    public static bool IsNoRoute(int status)
    {
        // WSAENETUNREACH, WSAEHOSTUNREACH, WSAEADDRNOTAVAIL as HRESULTs; ENETUNREACH, EADDRNOTAVAIL, EACCES (prohibit route).
        return OperatingSystem.IsWindows()
            ? (uint)status is 0x80072743 or 0x80072751 or 0x80072741
            : status is 101 or 99 or 13;
    }

    private static int Pick(int windows, int posix) => OperatingSystem.IsWindows() ? windows : posix;
}
