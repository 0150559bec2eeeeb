using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;

namespace Softlan.Tests.Platform.Linux;

/// <summary>Moving a thread into another network namespace (sched.h, setns(2)). Declarations only.</summary>
[SupportedOSPlatform("linux")]
internal static partial class NativeNamespace
{
    private const string Libc = "libc";

    public const int CLONE_NEWNET = 0x40000000;

    /// <summary>Only the calling thread moves; threads that it starts from then on begin where it is.</summary>
    [LibraryImport(Libc, EntryPoint = "setns", SetLastError = true)]
    public static partial int SetNamespace(SafeFd fd, int type);
}
