using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class LoneReadTests
{
    private LoneRead _read;

    [Fact]
    public void IsLikely_NothingRead_No() => Assert.False(_read.IsLikely(10 * LoneRead.Pause));

    [Theory]
    [InlineData(true, LoneRead.Pause, true)]
    [InlineData(true, LoneRead.Pause - 1, false)]
    [InlineData(false, LoneRead.Pause, false)]
    [InlineData(false, 1_000_000_000, false)]
    public void IsLikely_AfterARead_WhenItWasLoneAndIsOver(bool wasLone, long later, bool isLikely)
    {
        const long Now = 1_000_000_000;
        _read.OnRead(Now, wasLone);
        Assert.Equal(isLikely, _read.IsLikely(Now + later));
    }
}
