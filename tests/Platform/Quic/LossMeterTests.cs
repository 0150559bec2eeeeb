using Softlan.Platform.Quic;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

public sealed class LossMeterTests
{
    private readonly LossMeter _meter = new();

    [Theory]
    [InlineData(0, true)]
    [InlineData(5, true)]
    [InlineData(20, true)]
    [InlineData(40, false)]
    [InlineData(300, false)]
    public void IsByChance_UpToThreeInAHundred(int lostInThousand, bool isByChance)
    {
        for (int i = 0; i <= 5000; i++)
        {
            _meter.Update(i, (long)i * lostInThousand / 1000);
        }

        Assert.Equal(isByChance, _meter.IsByChance);
    }

    [Fact]
    public void IsByChance_ForgetsWhatWas()
    {
        _meter.Update(1000, 500);
        Assert.False(_meter.IsByChance);
        for (int i = 1; i <= 8000; i++)
        {
            _meter.Update(1000 + i, 500);
        }

        Assert.True(_meter.IsByChance);
    }

    [Fact]
    public void Reset_OnAnotherPath_CountsFromThere()
    {
        _meter.Update(1000, 500);
        _meter.Reset();
        Assert.True(_meter.IsByChance);
        _meter.Update(1100, 501);
        Assert.True(_meter.IsByChance);
    }
}
