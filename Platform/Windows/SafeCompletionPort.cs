using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Softlan.Platform.Windows;

/// <summary>Owns an I/O completion port.</summary>
[SupportedOSPlatform("windows")]
internal sealed class SafeCompletionPort() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => NativeKernel32.CloseHandle(handle);
}
