using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class LoneReadTests
{
    private LoneRead _read;

    [Fact]
    public void Guess_NothingWasRead_No() => Assert.False(_read.Guess(hasRested: true));

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public void Guess_AfterARead_WhenItWasLoneAndTheLoopHasRested(bool wasLone, bool hasRested, bool expected)
    {
        _read.OnRead(wasLone);
        Assert.Equal(expected, _read.Guess(hasRested));
    }

    /// <summary>A loop that rests between turns but has fallen behind all the same: it must not read one by one for long.</summary>
    [Fact]
    public void Guess_MoreWaitThanItThinks_FindsOut()
    {
        int waiting = 100;
        int reads = 0;
        _read.OnRead(isLone: true);
        while (waiting > 0)
        {
            int taken = _read.Guess(hasRested: true) ? 1 : Math.Min(waiting, 32);
            waiting -= taken;
            reads++;
            _read.OnRead(taken == 1);
        }

        Assert.Equal(LoneRead.MaxGuesses + 3, reads);
    }
}
