using Softlan.Roles.Gateway;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

/// <summary>A second bridge between the LAN and the room.</summary>
public sealed class LoopTests
{
    [Fact]
    public void Guard_OneStray_IsToldOnceAMinute()
    {
        LoopGuard guard = new();
        Assert.Equal(LoopVerdict.Stray, guard.OnEcho(TimeSpan.Zero));
        Assert.Equal(LoopVerdict.Quiet, guard.OnEcho(TimeSpan.FromSeconds(2)));
        Assert.Equal(LoopVerdict.Quiet, guard.OnEcho(TimeSpan.FromSeconds(59)));
        Assert.Equal(LoopVerdict.Stray, guard.OnEcho(TimeSpan.FromSeconds(61)));
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
                Assert.NotEqual(LoopVerdict.Pause, guard.OnEcho(TimeSpan.FromSeconds(second * 1.1)));
            }
        }
    }

    [Fact]
    public void Guard_ThresholdWithinTheWindow_Pauses()
    {
        LoopGuard guard = new();
        for (int i = 1; i < LoopGuard.Threshold; i++)
        {
            Assert.NotEqual(LoopVerdict.Pause, guard.OnEcho(TimeSpan.FromMilliseconds(i * 50)));
        }

        Assert.Equal(LoopVerdict.Pause, guard.OnEcho(TimeSpan.FromMilliseconds(LoopGuard.Threshold * 50)));
        Assert.True(guard.IsPaused);
        Assert.Equal(LoopVerdict.Quiet, guard.OnEcho(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Guard_Resumed_CountsFromZero()
    {
        LoopGuard guard = new();
        for (int i = 0; i < LoopGuard.Threshold; i++)
        {
            guard.OnEcho(TimeSpan.Zero);
        }

        guard.Resume();
        Assert.False(guard.IsPaused);
        for (int i = 1; i < LoopGuard.Threshold; i++)
        {
            Assert.NotEqual(LoopVerdict.Pause, guard.OnEcho(TimeSpan.FromMilliseconds(1)));
        }

        Assert.Equal(LoopVerdict.Pause, guard.OnEcho(TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void OneEcho_IsDroppedAndThePartyGoesOn()
    {
        using GatewayBench bench = Joined();
        bench.Receive(GatewayBench.Anna, Looped());
        bench.Port.Inject(Looped());
        Assert.Empty(bench.ToRelay);
        Assert.Equal(1, bench.Counters.Dropped(DropReason.LoopedSourceMac));
        Assert.Single(bench.Log.Lines, line => line.StartsWith("Warning: A frame", StringComparison.Ordinal));

        bench.Port.Inject(TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Server));
        Assert.Single(bench.ToRelay);
    }

    [Fact]
    public void Persisting_StopsBridgingBothWaysForTenSecondsThenResumes()
    {
        using GatewayBench bench = Joined();
        bench.Receive(GatewayBench.Anna, Looped());
        bench.Port.Written.Clear();
        for (int i = 0; i < LoopGuard.Threshold; i++)
        {
            bench.Port.Inject(Looped());
        }

        Assert.Single(bench.Log.Lines, line => line.StartsWith("Error: LOOP", StringComparison.Ordinal));
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
            bench.Receive(GatewayBench.Anna, looped); // Kept off the LAN while bridging stops.
            for (int i = 0; i < 1000; i++)
            {
                bench.Port.Inject(looped);
            }

            bench.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(bench.Log.Count("LOOP"), 5, 6);
        Assert.Equal(60_060 - bench.ToLan.Count, bench.Counters.Dropped(DropReason.LoopedSourceMac));
        Assert.Empty(bench.ToRelay);
    }

    /// <summary>A second bridge that is nearer to the relay than this gateway.</summary>
    [Fact]
    public void EchoesThatAreFasterThanTheOriginal_AreALoop()
    {
        using GatewayBench bench = Joined();
        for (int i = 0; i < LoopGuard.Threshold; i++)
        {
            bench.Port.Inject(Numbered(i));
        }

        Assert.Equal(0, bench.Log.Count("LOOP"));
        for (int i = 0; i < LoopGuard.Threshold; i++)
        {
            bench.Receive(GatewayBench.Anna, Numbered(i));
        }

        Assert.Equal(1, bench.Log.Count("LOOP"));
        Assert.Equal(0, bench.Log.Count("has the MAC of a machine"));
    }

    /// <summary>One cable between two ports of the LAN: what was written once circulates as long as the cable is there, fast or slowly. That makes
    /// nobody a stranger.</summary>
    [Theory]
    [InlineData(1000)]
    [InlineData(5)]
    public void FrameThatCirculatesForMinutes_PutsNobodyOutside(int copiesPerSecond)
    {
        using GatewayBench bench = Joined();
        bench.Receive(GatewayBench.Anna, Looped());
        for (int second = 0; second < 300; second++)
        {
            for (int i = 0; i < copiesPerSecond; i++)
            {
                bench.Port.Inject(Looped());
            }

            bench.Pass(TimeSpan.FromSeconds(1));
        }

        AssertIsInside(bench);
    }

    /// <summary>The pause begins in the middle of a burst that the second bridge has brought already: what is behind is never written.</summary>
    [Fact]
    public void EchoesWhoseOriginalsMeetThePause_PutNobodyOutside()
    {
        using GatewayBench bench = Joined();
        for (int i = 0; i < 3 * LoopGuard.Threshold; i++)
        {
            bench.Port.Inject(Numbered(i));
        }

        for (int i = 0; i < 3 * LoopGuard.Threshold; i++)
        {
            bench.Receive(GatewayBench.Anna, Numbered(i));
        }

        bench.Pass(LoopGuard.PauseLength + TimeSpan.FromSeconds(1));
        bench.Port.Inject(Numbered(100));
        bench.Pass(TimeSpan.FromHours(1));
        bench.Port.Inject(Numbered(101));
        AssertIsInside(bench);
    }

    /// <summary>A broadcast of the gateway's own under the player's MAC.</summary>
    [Fact]
    public void CamRefreshesThatComeBack_AreNeitherALoopNorAMachines()
    {
        using GatewayBench bench = new(bridge: true);
        bench.Join(GatewayBench.Anna);
        byte[] refresh = Assert.Single(bench.CamRefreshes);
        for (int i = 0; i < LoopGuard.Threshold; i++)
        {
            bench.Port.Inject(refresh);
        }

        bench.Pass(TimeSpan.FromSeconds(10));
        bench.Port.Inject(refresh);
        Assert.Equal(0, bench.Log.Count("LOOP"));
        AssertIsInside(bench);
    }

    /// <summary>Stray frames count by when they came, not by when somebody looks.</summary>
    [Fact]
    public void FewStrayFramesNowAndThen_PutNobodyOutside()
    {
        using GatewayBench bench = Joined();
        for (int hour = 0; hour < 10; hour++)
        {
            for (int i = 0; i < LoopGuard.Threshold - 5; i++)
            {
                bench.Port.Inject(Numbered(i));
            }

            bench.Pass(TimeSpan.FromMinutes(10));
        }

        AssertIsInside(bench);
    }

    /// <summary>Anna has taken the MAC of a machine that was silent; now it speaks. Her own frames do not come back.</summary>
    [Fact]
    public void FramesThatWereNeverWritten_AreAMachines_AndThePartyGoesOn()
    {
        using GatewayBench bench = Joined();
        bench.Receive(GatewayBench.Anna, Looped());
        for (int second = 0; second < 12; second++)
        {
            for (int i = 0; i < 5; i++)
            {
                bench.Port.Inject(Numbered(i));
            }

            bench.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(0, bench.Log.Count("LOOP"));
        Assert.Equal(1, bench.Log.Count("has the MAC of a machine"));
        Assert.Equal([new OutsideMessage(GatewayBench.Anna.Id, GatewayBench.Anna.Mac, true)], bench.SaidToRelay<OutsideMessage>());
        bench.Receive(GatewayBench.Anna, Looped());
        Assert.Single(bench.ToLan);
        Assert.NotEmpty(bench.ToRelay); // It is the machine's from then on.
    }

    /// <summary>After an echo nobody is taken for a machine for a minute; then as at first.</summary>
    [Fact]
    public void FramesThatWereNeverWritten_SoonAfterAnEcho_PutNobodyOutside()
    {
        using GatewayBench bench = Joined();
        bench.Receive(GatewayBench.Anna, Looped());
        bench.Port.Inject(Looped());
        bench.Pass(TimeSpan.FromSeconds(30));
        SpeakAsAnna(bench);
        AssertIsInside(bench);

        bench.Pass(TimeSpan.FromSeconds(60));
        SpeakAsAnna(bench);
        Assert.Equal(1, bench.Log.Count("has the MAC of a machine"));
    }

    /// <summary>For five seconds, and is silent until all of it is judged.</summary>
    private static void SpeakAsAnna(GatewayBench bench)
    {
        for (int i = 0; i < LoopGuard.Threshold; i++)
        {
            bench.Port.Inject(Numbered(i));
            if (i % 4 == 3)
            {
                bench.Pass(TimeSpan.FromSeconds(1));
            }
        }

        bench.Pass(TimeSpan.FromSeconds(3));
        bench.Port.Inject(Numbered(0));
    }

    private static void AssertIsInside(GatewayBench bench)
    {
        Assert.Equal(0, bench.Log.Count("has the MAC of a machine"));
        Assert.Empty(bench.SaidToRelay<OutsideMessage>());
    }

    private static GatewayBench Joined() => GatewayBench.Joined(GatewayBench.Anna);

    private static byte[] Numbered(int n) => TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Anna.Mac, length: 60 + n);

    private static byte[] Looped() => TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Anna.Mac);
}
