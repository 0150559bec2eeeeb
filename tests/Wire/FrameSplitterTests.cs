using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class FrameSplitterTests
{
    [Theory]
    [InlineData(1164, 1168, 0)]
    [InlineData(1165, 1168, 583)]
    [InlineData(1518, 1168, 759)]
    [InlineData(1517, 1168, 759)]
    [InlineData(1518, 1521, 759)]
    [InlineData(1518, 1522, 0)]
    [InlineData(1514, 65535, 0)]
    [InlineData(14, 1168, 0)]
    public void HeadLength_CutsInTheMiddleOnlyWhatDoesNotFit(int frameLength, int maxDatagramLength, int expected) =>
        Assert.Equal(expected, FrameSplitter.HeadLength(frameLength, maxDatagramLength));

    [Fact]
    public void HeadLength_EveryFrameOnEveryPath_NeedsTwoPiecesAtMost()
    {
        for (int max = FrameLimits.MinMaxDatagramLength; max <= FrameLimits.MaxDatagramLength; max++)
        {
            for (int length = FrameLimits.MinLength; length <= FrameLimits.MaxLength; length++)
            {
                int head = FrameSplitter.HeadLength(length, max);
                int tail = length - head;
                Assert.True(Math.Max(head, tail) + DatagramHeader.Length <= max);
                Assert.True(head == 0 || head - tail is 0 or 1);
            }
        }
    }
}
