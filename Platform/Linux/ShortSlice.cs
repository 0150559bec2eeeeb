using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using static Softlan.Platform.Linux.NativeSched;

namespace Softlan.Platform.Linux;

/// <summary>Asks the scheduler to let the calling thread run soon and briefly, rather than later and longer. Its share of the processor stays what it
/// was; frames wait less for their turn.</summary>
/// <remarks>The EEVDF scheduler takes a request for a slice from anybody since Linux 6.12; older kernels ignore it. The nice value is kept.</remarks>
[SupportedOSPlatform("linux")]
internal static class ShortSlice
{
    /// <summary>The shortest slice that the kernel grants (kernel/sched/syscalls.c: 0.1 to 100 ms). The default is about 3 ms.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMicroseconds(100);

    /// <summary>For the calling thread. What else was set for it (nice value, policy) stays; one with a real-time policy is left alone.</summary>
    /// <returns>Whether the kernel took it; nothing depends on it.</returns>
    public static bool TryRequest()
    {
        SchedAttr attributes = new() { Size = (uint)Unsafe.SizeOf<SchedAttr>() };
        if (SchedGetAttr(SYS_sched_getattr, 0, ref attributes, Unsafe.SizeOf<SchedAttr>(), 0) != 0 || attributes.Policy != SCHED_NORMAL)
        {
            return false;
        }

        attributes.Size = (uint)Unsafe.SizeOf<SchedAttr>();
        attributes.Runtime = (ulong)Slice.TotalNanoseconds;
        return SchedSetAttr(SYS_sched_setattr, 0, in attributes, 0) == 0;
    }
}
