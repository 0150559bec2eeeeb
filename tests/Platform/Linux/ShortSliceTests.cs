using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Xunit;
using static Softlan.Platform.Linux.NativeSched;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class ShortSliceTests
{
    [Fact]
    public void SchedAttr_IsAsLargeAsItsFirstVersion() => Assert.Equal(48, Unsafe.SizeOf<SchedAttr>());

    [Fact]
    public void TryRequest_ChangesTheSliceOfThisThreadAndNothingElse()
    {
        SchedAttr before = default;
        SchedAttr after = default;
        bool taken = false;
        Thread thread = new(() =>
        {
            before = Read();
            taken = ShortSlice.TryRequest();
            after = Read();
        });
        thread.Start();
        thread.Join();
        Assert.SkipUnless(taken && after.Runtime != before.Runtime, "this kernel has no slices to ask for (before Linux 6.12)");
        Assert.Equal(100_000UL, after.Runtime);
        Assert.Equal((before.Policy, before.Nice, before.Priority), (after.Policy, after.Nice, after.Priority));
        Assert.NotEqual(100_000UL, Read().Runtime);
    }

    private static SchedAttr Read()
    {
        SchedAttr attributes = default;
        Assert.Equal(0, SchedGetAttr(SYS_sched_getattr, 0, ref attributes, Unsafe.SizeOf<SchedAttr>(), 0));
        return attributes;
    }
}
