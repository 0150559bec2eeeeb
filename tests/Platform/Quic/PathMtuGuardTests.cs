using Softlan.Platform.Quic;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

public sealed class PathMtuGuardTests
{
    private readonly PathMtuGuard _guard = new();
    private readonly TimeSpan _now = TimeSpan.FromSeconds(100);

    [Fact]
    public void OnLost_LargeOnesInARow_ShowABlackHole()
    {
        ulong[] ids = Send(PathMtuGuard.LossesUntilFallback, isLarge: true);
        Assert.All(ids[..^1], id => Assert.False(_guard.OnLost(id, _now)));
        _guard.BeginObservation();
        Assert.True(_guard.OnLost(ids[^1], _now));
        Assert.True(_guard.IsBlackHole);
        Assert.Equal(_now + PathMtuGuard.FirstRetry, _guard.RetryAt);
    }

    [Fact]
    public void OnLost_BurstBeforeALargeOneThatArrived_IsCongestion()
    {
        ulong[] ids = Send(50, isLarge: true);
        ulong survivor = _guard.NextId(isLarge: true);
        Assert.False(_guard.OnAcknowledged(survivor));
        Assert.All(ids, id => Assert.False(_guard.OnLost(id, _now)));
        Assert.False(_guard.IsBlackHole);
    }

    /// <summary>A path that was gone for a while: one acknowledgement declares all lost that was under way.</summary>
    [Fact]
    public void OnLost_AllAtOnce_IsAnOutage()
    {
        Assert.All(Send(100, isLarge: true), id => Assert.False(_guard.OnLost(id, _now)));
        _guard.BeginObservation();
        _guard.OnAcknowledged(_guard.NextId(isLarge: true));
        Assert.All(Send(PathMtuGuard.MostLossesAtOnce, isLarge: true), id => Assert.False(_guard.OnLost(id, _now)));
        _guard.BeginObservation();
        Assert.True(_guard.OnLost(_guard.NextId(isLarge: true), _now));
    }

    [Fact]
    public void OnLost_SmallOnes_SayNothingAboutSize()
    {
        Assert.All(Send(100, isLarge: false), id => Assert.False(_guard.OnLost(id, _now)));
        Assert.False(_guard.IsBlackHole);
    }

    [Fact]
    public void OnAcknowledged_LargeOne_EndsTheBlackHole()
    {
        Fall();
        Assert.False(_guard.OnAcknowledged(_guard.NextId(isLarge: false)));
        Assert.True(_guard.IsBlackHole);
        Assert.True(_guard.OnAcknowledged(_guard.NextId(isLarge: true)));
        Assert.False(_guard.IsBlackHole);
    }

    [Fact]
    public void OnRetried_AgainAndAgain_WaitsLongerUpToABound()
    {
        Fall();
        TimeSpan now = _now;
        for (int i = 0; i < 20; i++)
        {
            now = _guard.RetryAt;
            _guard.OnRetried(now);
        }

        Assert.Equal(PathMtuGuard.LongestRetry, _guard.RetryAt - now);
    }

    [Fact]
    public void OnPostponed_TriesAgainSoonAndWaitsNoLongerAfterIt()
    {
        Fall();
        TimeSpan now = _guard.RetryAt;
        for (int i = 0; i < 20; i++)
        {
            _guard.OnPostponed(now);
            Assert.Equal(PathMtuGuard.Postponement, _guard.RetryAt - now);
            now = _guard.RetryAt;
        }

        _guard.OnRetried(now);
        Assert.Equal(PathMtuGuard.FirstRetry * 2, _guard.RetryAt - now);
    }

    [Fact]
    public void Reset_NewPath_StartsFresh()
    {
        ulong[] ids = Send(PathMtuGuard.LossesUntilFallback, isLarge: true);
        _guard.Reset();
        Assert.All(ids, id => Assert.False(IsShownBy(id)));
    }

    private void Fall()
    {
        foreach (ulong id in Send(PathMtuGuard.LossesUntilFallback, isLarge: true))
        {
            IsShownBy(id);
        }

        Assert.True(_guard.IsBlackHole);
    }

    /// <summary>Lost, and nothing else with it.</summary>
    private bool IsShownBy(ulong id)
    {
        _guard.BeginObservation();
        return _guard.OnLost(id, _now);
    }

    private ulong[] Send(int count, bool isLarge) => [.. Enumerable.Range(0, count).Select(_ => _guard.NextId(isLarge))];
}
