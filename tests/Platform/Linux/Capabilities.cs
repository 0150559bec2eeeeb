using System.Runtime.InteropServices;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

/// <summary>Gives up what root may do, for one thread of a test.</summary>
internal static partial class Capabilities
{
    private const uint Version3 = 0x20080522; // linux/capability.h: _LINUX_CAPABILITY_VERSION_3

    public const int NetRaw = 13; // CAP_NET_RAW

    public static void DropAllOfThisThread(params ReadOnlySpan<int> except)
    {
        uint kept = 0;
        foreach (int capability in except)
        {
            kept |= 1u << capability;
        }

        uint[] header = [Version3, 0];
        uint[] sets = [kept, kept, 0, 0, 0, 0]; // effective, permitted, inheritable: the low 32 of each, then the high ones
        Assert.Equal(0, SetCapabilities(header, sets));
    }

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int SetCapabilities(uint[] header, uint[] sets);
}
