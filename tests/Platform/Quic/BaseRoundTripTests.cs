using Softlan.Platform.Quic;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

public sealed class BaseRoundTripTests
{
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(100);

    private readonly BaseRoundTrip _base = new();

    [Fact]
    public void Value_IsTheShortest()
    {
        Assert.Equal(TimeSpan.MaxValue, _base.Value);
        Add(20, 0);
        Add(15, 1);
        Add(30, 2);
        Assert.Equal(TimeSpan.FromMilliseconds(15), _base.Value);
    }

    [Fact]
    public void Value_PathHasBecomeLonger_IsBelievedAfterTwoMemoriesAtMost()
    {
        Add(10, 0);
        Add(10, 4.9);
        for (double second = 5; second < 9.9; second += 0.1)
        {
            Add(30, second);
            Assert.Equal(TimeSpan.FromMilliseconds(10), _base.Value);
        }

        Add(30, 10);
        Assert.Equal(TimeSpan.FromMilliseconds(30), _base.Value);
    }

    [Fact]
    public void Add_SaysHowOftenTheMemoryHasEnded()
    {
        Assert.Equal(2, Add(10, 0));
        Assert.Equal(0, Add(10, 4.9));
        Assert.Equal(1, Add(10, 5));
        Assert.Equal(0, Add(10, 9.9));
        Assert.Equal(1, Add(10, 14.9));
        Assert.Equal(2, Add(10, 30));
    }

    [Fact]
    public void Value_NothingMeasuredForLong_IsTheLatest()
    {
        Add(10, 0);
        Add(40, 10);
        Assert.Equal(TimeSpan.FromMilliseconds(40), _base.Value);
    }

    private int Add(double milliseconds, double second) => _base.Add(TimeSpan.FromMilliseconds(milliseconds), Start + TimeSpan.FromSeconds(second));
}
