using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>Owns a file descriptor. -1 means "no descriptor"; 0 is a valid one.</summary>
/// <remarks>A descriptor is a C int, but the runtime takes a whole register for a handle, and nobody promises what its upper half is (the -1 of a
/// failed call arrives as 0xffffffff).</remarks>
[SupportedOSPlatform("linux")]
internal sealed class SafeFd() : SafeHandle(-1, ownsHandle: true)
{
    public override bool IsInvalid => Number < 0;

    /// <summary>The descriptor's number, for tables and messages. Valid while this object is alive and not disposed.</summary>
    public int Number => (int)handle;

    protected override bool ReleaseHandle() => NativeLibc.Close(Number) == 0;
}
