using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Softlan.Platform.Linux;

/// <summary>Owns a file descriptor. -1 means "no descriptor"; 0 is a valid one.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SafeFd() : SafeHandleMinusOneIsInvalid(ownsHandle: true)
{
    /// <summary>The descriptor's number, for tables and messages. Valid while this object is alive and not disposed.</summary>
    public int Number => (int)handle;

    protected override bool ReleaseHandle() => NativeLibc.Close((int)handle) == 0;
}
