using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class TimeSpansTests
{
    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(3, 3)]
    [InlineData(5, 5)]
    [InlineData(6, 5)]
    public void Clamp_KeepsBetweenBoth(int value, int expected) => Assert.Equal(Ticks(expected), TimeSpans.Clamp(Ticks(value), Ticks(0), Ticks(5)));

    [Fact]
    public void MinAndMax_WhicheverComesFirst()
    {
        Assert.Equal(Ticks(1), TimeSpans.Min(Ticks(1), Ticks(2)));
        Assert.Equal(Ticks(1), TimeSpans.Min(Ticks(2), Ticks(1)));
        Assert.Equal(Ticks(2), TimeSpans.Max(Ticks(1), Ticks(2)));
        Assert.Equal(Ticks(2), TimeSpans.Max(Ticks(2), Ticks(1)));
    }

    private static TimeSpan Ticks(int ticks) => TimeSpan.FromTicks(ticks);
}
