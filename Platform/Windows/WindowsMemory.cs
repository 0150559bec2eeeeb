using System.Runtime.Versioning;
using static Softlan.Platform.Windows.NativeKernel32;

namespace Softlan.Platform.Windows;

/// <summary>The memory of this machine.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe class WindowsMemory
{
    /// <summary>What all processes together may ask for, page files included, in bytes; 0 where Windows does not say.</summary>
    public static long CommitLimit()
    {
        // SAFETY: a local, used until the call returns.
        MEMORYSTATUSEX status = new() { dwLength = (uint)sizeof(MEMORYSTATUSEX) };
        return GlobalMemoryStatusEx(&status) ? (long)status.ullTotalPageFile : 0;
    }
}
