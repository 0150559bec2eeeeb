using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class ReadModerationTests
{
    private const long Microsecond = 1000;

    private readonly ReadModeration _moderation = new();
    private long _now = 1_000_000;

    [Fact]
    public void OnRead_GameOfAFewPlayers_IsReadAtOnce() => Assert.Equal(TimeSpan.Zero, ReadWakeUps(1000, pause: 600 * Microsecond));

    [Fact]
    public void OnRead_ThousandsOfSmallFrames_IsReadAtIntervals()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(1), ReadWakeUps(64, pause: 200 * Microsecond));
        Assert.Equal(ReadModeration.MaxInterval, ReadAtIntervals(1000, frames: 5));
    }

    [Theory]
    [InlineData(400, 1)]
    [InlineData(200, 1)]
    [InlineData(100, 0.5)]
    [InlineData(20, 0.1)]
    public void OnRead_FasterFrames_HaveShorterIntervals(int pause, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), ReadWakeUps(64, pause * Microsecond));

    /// <summary>The clock counts from the machine's start.</summary>
    [Fact]
    public void OnRead_MachineHasRunForMonths_FirstFramesAreReadAtOnce()
    {
        _now = TimeSpan.FromDays(60).Ticks * TimeSpan.NanosecondsPerTick;
        Assert.Equal(TimeSpan.Zero, ReadWakeUps(1000, pause: 600 * Microsecond));
        Assert.All(
            Enumerable.Range(0, 64),
            _ => Assert.Equal(TimeSpan.Zero, new ReadModerationTests { _now = _now }.ReadWakeUps(32, pause: 600 * Microsecond)));
    }

    [Fact]
    public void OnRead_Download_IsReadAtOnce() => Assert.Equal(TimeSpan.Zero, ReadWakeUps(1000, pause: 100 * Microsecond, length: 1514));

    [Fact]
    public void OnRead_BatchesThatAreLargeAlready_AreReadAtOnce() =>
        Assert.Equal(TimeSpan.Zero, ReadWakeUps(1000, pause: 200 * Microsecond, frames: 8));

    [Fact]
    public void OnRead_PingPong_IsReadAtOnce() => Assert.Equal(TimeSpan.Zero, ReadWakeUps(1000, pause: 100 * Microsecond, written: 1));

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(100)]
    public void OnRead_QuietOrBurstAtIntervals_IsReadAtOnceAgain(int frames)
    {
        ReadWakeUps(64, pause: 200 * Microsecond);
        ReadAtIntervals(40, frames: 5);
        Assert.Equal(TimeSpan.Zero, ReadAtIntervals(1, frames));
        Assert.Equal(TimeSpan.FromMilliseconds(1), ReadWakeUps(32, pause: 200 * Microsecond));
    }

    [Fact]
    public void OnRead_SlowerAtIntervals_IsReadAtOnceAgain()
    {
        ReadWakeUps(64, pause: 200 * Microsecond);
        Assert.Equal(TimeSpan.Zero, ReadAtIntervals(64, frames: 1));
    }

    [Fact]
    public void OnRead_DownloadBeginsAtIntervals_IsReadAtOnceAgain()
    {
        ReadWakeUps(64, pause: 200 * Microsecond);
        Assert.Equal(TimeSpan.Zero, ReadAtIntervals(64, frames: 5, length: 1514));
    }

    [Fact]
    public void OnRead_AnswersComeAtIntervals_IsReadAtOnceAgain()
    {
        ReadWakeUps(64, pause: 200 * Microsecond);
        Assert.Equal(TimeSpan.Zero, ReadAtIntervals(64, frames: 5, written: 4));
    }

    [Fact]
    public void OnRead_AllocatesNothing()
    {
        ReadWakeUps(64, pause: 200 * Microsecond);
        Assert.Equal(0, Allocations.Of(() => ReadWakeUps(1000, pause: 200 * Microsecond)));
    }

    private TimeSpan ReadWakeUps(int count, long pause, int frames = 1, int length = 242, int written = 0)
    {
        TimeSpan interval = TimeSpan.Zero;
        for (int i = 0; i < count; i++)
        {
            _now += pause;
            for (int frame = 0; frame < written; frame++)
            {
                _moderation.OnWritten();
            }

            interval = _moderation.OnRead(_now, frames, frames * length);
        }

        return interval;
    }

    private TimeSpan ReadAtIntervals(int count, int frames, int length = 242, int written = 0) =>
        ReadWakeUps(count, ReadModeration.MaxInterval.Ticks * TimeSpan.NanosecondsPerTick, frames, length, written);
}
