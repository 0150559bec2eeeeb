using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using static Softlan.Platform.Windows.NativeKernel32;

namespace Softlan.Platform.Windows;

/// <summary>Has Windows' own libraries come from Windows' own directory. A bare name would be looked for beside the executable first, and that is a
/// folder of downloads, where any program and any website may have left an iphlpapi.dll for a process with administrator rights.</summary>
[SupportedOSPlatform("windows")]
internal static class SystemLibraries
{
    /// <summary>To be called before anything of this folder is used, once in a process.</summary>
    public static void Restrict()
    {
        Assembly assembly = typeof(SystemLibraries).Assembly;
        NativeLibrary.SetDllImportResolver(
            assembly,
            static (name, _, _) => NativeLibrary.TryLoad(Path.Combine(Environment.SystemDirectory, name), out nint library) ? library : 0);

        // For what those load in turn, and what .NET loads by bare name. Where it fails, the rest still holds.
        _ = SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32);
    }
}
