using Softlan.Platform;
using Xunit;

namespace Softlan.Tests.Platform;

public sealed class RecentHandshakesTests
{
    private const ulong Alice = 1;

    private readonly RecentHandshakes _recent = new();

    [Fact]
    public void HasRoom_AsManyAsTheLimit_UntilTheFirstIsOld()
    {
        for (int i = 0; i < 3; i++)
        {
            Assert.True(_recent.HasRoom(Alice, 3, At(i)));
            _recent.Add(Alice, At(i));
        }

        Assert.False(_recent.HasRoom(Alice, 3, At(15.9)));
        Assert.True(_recent.HasRoom(Alice, 3, At(16)));
        _recent.Add(Alice, At(16));
        Assert.False(_recent.HasRoom(Alice, 3, At(16.9)));
        Assert.True(_recent.HasRoom(Alice, 3, At(17)));
    }

    [Fact]
    public void HasRoom_OthersBeginMany_IsNotTheirs()
    {
        for (ulong other = 2; other < 100; other++)
        {
            _recent.Add(other, At(0));
        }

        Assert.True(_recent.HasRoom(Alice, 1, At(1)));
    }

    [Fact]
    public void Add_MoreThanFit_TheOldestIsForgotten()
    {
        _recent.Add(Alice, At(0));
        for (int i = 0; i < RecentHandshakes.Capacity; i++)
        {
            Assert.False(_recent.HasRoom(Alice, 1, At(1)));
            _recent.Add(Alice + 1, At(1));
        }

        Assert.True(_recent.HasRoom(Alice, 1, At(1)));
        Assert.False(_recent.HasRoom(Alice + 1, RecentHandshakes.Capacity, At(1)));
        Assert.True(_recent.HasRoom(Alice + 1, 1, At(17)));
    }

    [Theory]
    [InlineData(64, 128)]
    [InlineData(1, 32)]
    [InlineData(int.MaxValue, 1000)]
    public void Quota_LinksThatComeAndGo_AreTwiceWhatMayStay_AndNeverFewerThanThis(int maxPerAddress, int least)
    {
        LinkQuota quota = new(int.MaxValue, maxPerAddress);
        int begun = 0;
        for (; begun < least && quota.TryTake(Alice, At(0)); begun++)
        {
            quota.Return(Alice);
        }

        Assert.Equal(least, begun);
        if (maxPerAddress < int.MaxValue)
        {
            Assert.False(quota.TryTake(Alice, At(0)));
            Assert.Equal(new LinkRefusals(Full: 0, AddressFull: 1), quota.Refusals);
            Assert.True(quota.TryTake(Alice, At(16)));
        }
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromDays(100) + TimeSpan.FromSeconds(seconds);
}
