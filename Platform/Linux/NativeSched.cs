using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>sched_setattr(2) and sched_getattr(2), which libc does not wrap. Declarations only.</summary>
[SupportedOSPlatform("linux")]
internal static partial class NativeSched
{
    // linux/sched.h
    public const uint SCHED_NORMAL = 0;

    /// <summary>asm/unistd.h: 314 on x86-64 and 274 on arm64 (and all newer architectures).</summary>
    public static readonly nint SYS_sched_setattr = RuntimeInformation.ProcessArchitecture is Architecture.X64 ? 314 : 274;

    public static readonly nint SYS_sched_getattr = SYS_sched_setattr + 1;

    /// <param name="number"><see cref="SYS_sched_setattr"/></param>
    /// <param name="thread">Its number; 0: the calling one.</param>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint SchedSetAttr(nint number, nint thread, in SchedAttr attributes, nint flags);

    /// <param name="number"><see cref="SYS_sched_getattr"/></param>
    /// <param name="thread">Its number; 0: the calling one.</param>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint SchedGetAttr(nint number, nint thread, ref SchedAttr attributes, nint size, nint flags);

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
