using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Windows;

/// <summary>The COM library calls softlan makes (combaseapi.h, objbase.h). Declarations only.</summary>
internal static unsafe partial class NativeOle32
{
    private const string Ole32 = "ole32.dll";

    public const uint COINIT_MULTITHREADED = 0x0;
    public const uint CLSCTX_ALL = 0x17;
    public const int S_OK = 0;

    [LibraryImport(Ole32, EntryPoint = "CoInitializeEx")]
    [SupportedOSPlatform("windows")]
    public static partial int CoInitializeEx(nint reserved, uint flags);

    [LibraryImport(Ole32, EntryPoint = "CoUninitialize")]
    [SupportedOSPlatform("windows")]
    public static partial void CoUninitialize();

    [LibraryImport(Ole32, EntryPoint = "CoCreateInstance")]
    [SupportedOSPlatform("windows")]
    public static partial int CoCreateInstance(Guid* classId, nint outer, uint context, Guid* interfaceId, nint* instance);
}
