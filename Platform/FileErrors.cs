using Softlan.Platform.Linux;

namespace Softlan.Platform;

/// <summary>Failures of file operations: which are the operating system's word, what it said, and which an operator cures in a way of their
/// own.</summary>
internal static class FileErrors
{
    // winerror.h, as HRESULT: ERROR_WRITE_PROTECT, ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL.
    private const int WriteProtect = unchecked((int)0x80070013);
    private const int HandleDiskFull = unchecked((int)0x80070027);
    private const int DiskFull = unchecked((int)0x80070070);

    /// <summary>It says that a file cannot be read or written, and not that the program is wrong.</summary>
    public static bool IsTrouble(Exception failure) => failure is IOException or UnauthorizedAccessException or NotSupportedException;

    /// <summary>What the operating system said, without the path: that of a temporary file tells nobody anything, and the line names the
    /// file.</summary>
    public static string Sentence(Exception failure)
    {
        string message = failure.Message;
        int path = message.IndexOf(" : '", StringComparison.Ordinal);
        return failure is UnauthorizedAccessException ? "access is denied" : (path < 0 ? message : message[..path]).TrimEnd('.', ' ');
    }

    /// <summary>Nobody can write there.</summary>
    public static bool IsReadOnly(Exception failure) => failure.HResult == (OperatingSystem.IsWindows() ? WriteProtect : Errno.EROFS);

    /// <summary>There is no room, on the disk or in this user's share of it.</summary>
    public static bool IsFull(Exception failure) =>
        OperatingSystem.IsWindows() ? failure.HResult is DiskFull or HandleDiskFull : failure.HResult is Errno.ENOSPC or Errno.EDQUOT;
}
