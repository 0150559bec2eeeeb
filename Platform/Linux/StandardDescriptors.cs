using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Softlan.Platform.Linux;

/// <summary>Descriptors 0 to 2, which a parent may have closed before it started softlan (<c>&gt;&amp;-</c> in a shell).</summary>
[SupportedOSPlatform("linux")]
internal static class StandardDescriptors
{
    private const int LastStandard = 2;

    // Held until the process ends: a finalizer would free the numbers again.
    private static readonly List<SafeFileHandle> Held = [];

    /// <summary>Gives the closed ones to /dev/null, for reading: a write fails there as it does on a closed one. Left free, a number would go to the
    /// next socket or TAP, and whatever is printed into that.</summary>
    public static void FillClosed()
    {
        try
        {
            // The kernel hands out the lowest free number.
            SafeFileHandle next = Open();
            for (; next.DangerousGetHandle() <= LastStandard; next = Open())
            {
                Held.Add(next);
            }

            next.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without a /dev/null they stay closed.
        }
    }

    private static SafeFileHandle Open() => File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
}
