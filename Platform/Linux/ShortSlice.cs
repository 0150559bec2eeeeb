using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using static Softlan.Platform.Linux.NativeSched;

namespace Softlan.Platform.Linux;

/// <summary>Asks the scheduler to let the calling thread run soon and briefly, rather than later and longer. Its share of the processor stays what it was; frames wait less for their turn.</summary>
/// <remarks>The EEVDF scheduler takes a request for a slice from anybody since Linux 6.12; older kernels ignore it. The nice value is kept.</remarks>
[SupportedOSPlatform("linux")]
internal static class ShortSlice
{
    /// <summary>The shortest slice that the kernel grants (kernel/sched/syscalls.c: 0.1 to 100 ms). The default is about 3 ms.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMicroseconds(100);

    /// <returns>Whether the kernel took it; nothing depends on it.</returns>
    public static bool TryRequest(int nice)
    {
        SchedAttr attributes = new()
        {
            Size = (uint)Unsafe.SizeOf<SchedAttr>(),
            Policy = SCHED_NORMAL,
            Nice = nice,
            Runtime = (ulong)Slice.TotalNanoseconds,
        };
        return SchedSetAttr(SYS_sched_setattr, 0, in attributes, 0) == 0;
    }
}
