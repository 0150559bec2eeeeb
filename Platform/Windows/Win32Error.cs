using System.Runtime.InteropServices;
using Softlan.Wire;

namespace Softlan.Platform.Windows;

/// <summary>The error codes that softlan tells apart (winerror.h), and failures made from them.</summary>
internal static class Win32Error
{
#pragma warning disable CA1707 // The spelling of the header.
    public const int ERROR_FILE_NOT_FOUND = 2;
    public const int ERROR_PATH_NOT_FOUND = 3;
    public const int ERROR_ACCESS_DENIED = 5;
    public const int ERROR_GEN_FAILURE = 31;
    public const int ERROR_NOT_SUPPORTED = 50;
    public const int ERROR_INVALID_PARAMETER = 87;
    public const int ERROR_MORE_DATA = 234;
    public const int ERROR_OPERATION_ABORTED = 995;
    public const int ERROR_IO_PENDING = 997;
    public const int ERROR_DEVICE_NOT_CONNECTED = 1167;
    public const int ERROR_NOT_FOUND = 1168;
    public const int ERROR_NETWORK_UNREACHABLE = 1231;
    public const int ERROR_HOST_UNREACHABLE = 1232;
    public const int ERROR_OBJECT_ALREADY_EXISTS = 5010;
#pragma warning restore CA1707

    public const string ElevationHint = "start softlan from a terminal that was opened with \"Run as administrator\"";

    /// <summary>The code of the last call that was declared with SetLastError. Read it before anything else runs.</summary>
    public static int Last => Marshal.GetLastPInvokeError();

    /// <summary>Whether the thing asked for is not there (any more).</summary>
    public static bool IsMissing(int code) => code is ERROR_FILE_NOT_FOUND or ERROR_NOT_FOUND;

    public static string Text(int code) => $"{Marshal.GetPInvokeErrorMessage(code).TrimEnd('.', ' ', '\r', '\n')} (error {code})";

    /// <param name="what">What could not be done, without a full stop.</param>
    /// <param name="api">The call that failed.</param>
    /// <param name="code">What it said.</param>
    /// <param name="hint">What to do about it; where access was denied, it is always the same.</param>
    public static SoftlanException ToException(string what, string api, int code, string? hint = null) =>
        SoftlanException.Create(what, $"{api}: {Text(code)}", code == ERROR_ACCESS_DENIED ? ElevationHint : hint);
}
