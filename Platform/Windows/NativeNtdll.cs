using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Windows;

/// <summary>The one ntdll call softlan makes (winternl.h). Declarations only.</summary>
internal static partial class NativeNtdll
{
    /// <summary>A completion packet carries an NTSTATUS; everything else in Windows speaks of error codes.</summary>
    [LibraryImport("ntdll.dll", EntryPoint = "RtlNtStatusToDosError")]
    [SupportedOSPlatform("windows")]
    public static partial uint RtlNtStatusToDosError(int status);
}
