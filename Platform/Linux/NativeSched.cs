using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>sched_setattr(2), which libc does not wrap. Declarations only.</summary>
[SupportedOSPlatform("linux")]
internal static partial class NativeSched
{
    // linux/sched.h
    public const uint SCHED_NORMAL = 0;
    public const ulong SCHED_FLAG_KEEP_PARAMS = 0x10;

    /// <summary>asm/unistd_64.h</summary>
    private const nint SysSchedSetAttrX64 = 314;

    /// <summary>asm-generic/unistd.h</summary>
    private const nint SysSchedSetAttrArm64 = 274;

    public static nint SYS_sched_setattr => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? SysSchedSetAttrX64 : SysSchedSetAttrArm64;

    /// <param name="number"><see cref="SYS_sched_setattr"/></param>
    /// <param name="pid">A thread; 0: the calling one.</param>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint SchedSetAttr(nint number, nint pid, in SchedAttr attributes, nint flags);

    /// <summary>struct sched_attr (linux/sched/types.h), version 0: 48 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 48)]
    public struct SchedAttr
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;

        /// <summary>Nanoseconds; for SCHED_NORMAL the slice that is asked for (Linux 6.12).</summary>
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
    }
}
