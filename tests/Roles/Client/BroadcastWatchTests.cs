using Softlan.Roles.Client;
using Xunit;

namespace Softlan.Tests.Roles.Client;

public sealed class BroadcastWatchTests
{
    private readonly BroadcastWatch _watch = new();
    private TimeSpan _now;

    private BroadcastNews After(double seconds, long sent, long received, bool reachesLan = true)
    {
        _now += TimeSpan.FromSeconds(seconds);
        return _watch.Look(_now, reachesLan, sent, received);
    }

    [Fact]
    public void Look_NothingComesBackForAMinute_SaysItOnce()
    {
        Assert.Equal(BroadcastNews.None, After(0, 0, 0));
        Assert.Equal(BroadcastNews.None, After(59, 100, 0));
        Assert.Equal(BroadcastNews.Silent, After(1, 100, 0));
        Assert.Equal(BroadcastNews.None, After(100, 200, 0));
    }

    [Fact]
    public void Look_TheyComeBack_SaysSo()
    {
        After(0, 0, 0);
        After(60, 100, 0);
        Assert.Equal(BroadcastNews.Back, After(5, 101, 1));
        Assert.Equal(BroadcastNews.None, After(5, 102, 2));
    }

    [Fact]
    public void Look_ASilentPlayer_ExpectsNoAnswer()
    {
        After(0, 0, 0);
        Assert.Equal(BroadcastNews.None, After(600, BroadcastWatch.MinSent - 1, 0));
    }

    [Fact]
    public void Look_NoGateway_NobodyIsMissed()
    {
        After(0, 0, 0);
        Assert.Equal(BroadcastNews.None, After(600, 100, 0, reachesLan: false));
        Assert.Equal(BroadcastNews.None, After(1, 200, 0));
    }

    [Fact]
    public void Look_EachBroadcastStartsTheMinuteAnew()
    {
        After(0, 0, 0);
        for (int i = 1; i < 20; i++)
        {
            Assert.Equal(BroadcastNews.None, After(50, i * 100, i));
        }
    }
}
