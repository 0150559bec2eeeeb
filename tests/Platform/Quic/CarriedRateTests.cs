using Softlan.Platform.Quic;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

public sealed class CarriedRateTests
{
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(20);

    private readonly CarriedRate _carried = new();
    private readonly DelayEpoch _epoch = new();
    private double _now = 1000;
    private long _gone;

    [Fact]
    public void In_UnderALoad_IsWhatThePathCarriesInThatTime()
    {
        Epoch(50_000, 0);
        Assert.Equal(0, _carried.In(RoundTrip)); // The first began before anything was measured.
        Epoch(50_000, 40_000);
        Assert.Equal(20_000, _carried.In(RoundTrip));
        Assert.Equal(1_000_000, _carried.In(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void In_OneBurst_CountsAnEighth()
    {
        Epoch(50_000, 0);
        Epoch(50_000, 40_000);
        Epoch(50_000, 80_000);
        Assert.Equal(1_125_000, _carried.In(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void In_NobodySendsMuch_StaysAsItWas()
    {
        Epoch(50_000, 0);
        Epoch(50_000, 40_000);
        Epoch(DelayGuard.Load, 40_000); // In which the load ends.
        Epoch(DelayGuard.Load, 1000);
        Epoch(DelayGuard.Load, 1000);
        Assert.Equal(1_000_000, _carried.In(TimeSpan.FromSeconds(1)));
    }

    /// <summary>Of 40 ms.</summary>
    private void Epoch(long inFlight, long gone)
    {
        _now += 40;
        _gone += gone;
        DelaySample sample = new(RoundTrip, RoundTrip, inFlight, _gone, 100_000, TimeSpan.FromMilliseconds(_now));
        _epoch.Add(in sample);
        _carried.OnEpoch(_epoch, in sample);
        _epoch.Restart(in sample, RoundTrip);
    }
}
