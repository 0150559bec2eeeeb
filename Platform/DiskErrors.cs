using Softlan.Platform.Linux;

namespace Softlan.Platform;

/// <summary>Failures of file operations that an operator cures in different ways.</summary>
internal static class DiskErrors
{
    // winerror.h, as HRESULT: ERROR_WRITE_PROTECT, ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL.
    private const int WriteProtect = unchecked((int)0x80070013);
    private const int HandleDiskFull = unchecked((int)0x80070027);
    private const int DiskFull = unchecked((int)0x80070070);

    /// <summary>Nobody can write there.</summary>
    public static bool IsReadOnly(Exception failure) => failure.HResult == (OperatingSystem.IsWindows() ? WriteProtect : Errno.EROFS);

    /// <summary>There is no room, on the disk or in this user's share of it.</summary>
    public static bool IsFull(Exception failure) =>
        OperatingSystem.IsWindows() ? failure.HResult is DiskFull or HandleDiskFull : failure.HResult is Errno.ENOSPC or Errno.EDQUOT;
}
