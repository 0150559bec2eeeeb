using Microsoft.Extensions.Logging;
using Softlan.Roles.Gateway;
using Softlan.Tests.Roles.Shared;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

/// <summary>A second bridge between the LAN and the room.</summary>
public sealed class LoopTests
{
    [Fact]
    public void Guard_OneStray_IsToldOnceAMinute()
    {
        LoopGuard guard = new();
        Assert.Equal(LoopVerdict.Stray, guard.OnLoopedFrame(TimeSpan.Zero));
        Assert.Equal(LoopVerdict.Quiet, guard.OnLoopedFrame(TimeSpan.FromSeconds(2)));
        Assert.Equal(LoopVerdict.Quiet, guard.OnLoopedFrame(TimeSpan.FromSeconds(59)));
        Assert.Equal(LoopVerdict.Stray, guard.OnLoopedFrame(TimeSpan.FromSeconds(61)));
        Assert.False(guard.IsPaused);
    }

    [Fact]
    public void Guard_OneTooFewInASecond_DoesNotPause()
    {
        LoopGuard guard = new();
        for (int second = 0; second < 10; second++)
        {
            for (int i = 0; i < LoopGuard.Threshold - 1; i++)
            {
                Assert.NotEqual(LoopVerdict.Pause, guard.OnLoopedFrame(TimeSpan.FromSeconds(second * 1.1)));
            }
        }
    }

    [Fact]
    public void Guard_ThresholdWithinTheWindow_Pauses()
    {
        LoopGuard guard = new();
        for (int i = 1; i < LoopGuard.Threshold; i++)
        {
            Assert.NotEqual(LoopVerdict.Pause, guard.OnLoopedFrame(TimeSpan.FromMilliseconds(i * 50)));
        }

        Assert.Equal(LoopVerdict.Pause, guard.OnLoopedFrame(TimeSpan.FromMilliseconds(LoopGuard.Threshold * 50)));
        Assert.True(guard.IsPaused);
        Assert.Equal(LoopVerdict.Quiet, guard.OnLoopedFrame(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Guard_Resumed_CountsFromZero()
    {
        LoopGuard guard = new();
        for (int i = 0; i < LoopGuard.Threshold; i++)
        {
            guard.OnLoopedFrame(TimeSpan.Zero);
        }

        guard.Resume();
        Assert.False(guard.IsPaused);
        for (int i = 1; i < LoopGuard.Threshold; i++)
        {
            Assert.NotEqual(LoopVerdict.Pause, guard.OnLoopedFrame(TimeSpan.FromMilliseconds(1)));
        }

        Assert.Equal(LoopVerdict.Pause, guard.OnLoopedFrame(TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void OneEcho_IsDroppedAndThePartyGoesOn()
    {
        using GatewayBench bench = Joined();
        bench.Port.Inject(Looped());
        Assert.Empty(bench.ToRelay);
        Assert.Equal(1, bench.Counters.Dropped(DropReason.LoopedSourceMac));
        Assert.Single(bench.Log.Lines, line => line.Level == LogLevel.Warning);

        bench.Port.Inject(TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Server));
        Assert.Single(bench.ToRelay);
    }

    [Fact]
    public void Persisting_StopsBridgingBothWaysForTenSecondsThenResumes()
    {
        using GatewayBench bench = Joined();
        for (int i = 0; i < LoopGuard.Threshold; i++)
        {
            bench.Port.Inject(Looped());
        }

        Assert.Single(bench.Log.Lines, line => line.Level == LogLevel.Error && line.Text.StartsWith("LOOP", StringComparison.Ordinal));
        bench.Port.Inject(TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Server));
        bench.Receive(GatewayBench.Anna, TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Anna.Mac));
        Assert.Empty(bench.ToRelay);
        Assert.Empty(bench.ToLan);

        bench.Pass(TimeSpan.FromSeconds(9));
        bench.Port.Inject(TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Server));
        Assert.Empty(bench.ToRelay);

        bench.Pass(TimeSpan.FromSeconds(2));
        bench.Port.Inject(TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Server));
        bench.Receive(GatewayBench.Anna, TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Anna.Mac));
        Assert.Single(bench.ToRelay);
        Assert.Single(bench.ToLan);
        Assert.Equal(1, bench.Log.Count("again after the loop"));
        Assert.True(bench.Gateway.Session.IsJoined);
    }

    [Fact]
    public void Storm_OfAMinute_IsToldOnceAPause()
    {
        using GatewayBench bench = Joined();
        byte[] looped = Looped();
        for (int second = 0; second < 60; second++)
        {
            for (int i = 0; i < 1000; i++)
            {
                bench.Port.Inject(looped);
            }

            bench.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(bench.Log.Count("LOOP"), 5, 6);
        Assert.Equal(60_000, bench.Counters.Dropped(DropReason.LoopedSourceMac));
        Assert.Empty(bench.ToRelay);
    }

    private static GatewayBench Joined()
    {
        GatewayBench bench = new();
        bench.Join(GatewayBench.Anna);
        return bench;
    }

    private static byte[] Looped() => TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Anna.Mac);
}
