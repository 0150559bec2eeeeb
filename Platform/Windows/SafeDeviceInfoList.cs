using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Softlan.Platform.Windows;

/// <summary>Owns a device information set of setupapi.</summary>
[SupportedOSPlatform("windows")]
internal sealed class SafeDeviceInfoList() : SafeHandleMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => NativeSetupapi.SetupDiDestroyDeviceInfoList(handle);
}
