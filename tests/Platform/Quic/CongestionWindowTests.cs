using System.Runtime.Versioning;
using Softlan.Platform.Quic.Ngtcp2;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

/// <summary>That it is found in the installed library's connections is tested in Ngtcp2InternalsTests, and what it does in LossyPathTests.</summary>
[SupportedOSPlatform("linux")]
public sealed class CongestionWindowTests
{
    private static readonly NativeNgtcp2.ConnInfo Info = new()
    {
        LatestRtt = 30_100_200,
        MinRtt = 30_000_001,
        SmoothedRtt = 30_050_003,
        RttVariance = 70_007,
        CongestionWindow = 14_720,
        SlowStartThreshold = ulong.MaxValue,
        BytesInFlight = 1452,
    };

    private readonly ulong[] _memory = [.. Enumerable.Range(0, 400).Select(static i => (ulong)i * 7919)];

    [Theory]
    [InlineData(0)]
    [InlineData(123)]
    [InlineData(400 - 18)]
    public void Search_OnePlaceHoldsTheNumbers_FindsIt(int place)
    {
        Put(place);
        Assert.Equal(place, CongestionWindow.Search(_memory, Info));
    }

    [Fact]
    public void Search_TwoPlacesHoldThem_FindsNone()
    {
        Put(20);
        Put(300);
        Assert.Equal(-1, CongestionWindow.Search(_memory, Info));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(17)]
    public void Search_OneNumberIsAnother_FindsNone(int word)
    {
        Put(50);
        _memory[50 + word]++;
        Assert.Equal(-1, CongestionWindow.Search(_memory, Info));
    }

    [Fact]
    public void Search_TooLittleMemory_FindsNone()
    {
        Put(0);
        Assert.Equal(-1, CongestionWindow.Search(_memory.AsSpan(0, 17), Info));
        Assert.Equal(-1, CongestionWindow.Search([], Info));
    }

    /// <summary>In another version the same numbers may mean something else.</summary>
    [Fact]
    public void TryFind_OfAVersionThatWasNotTested_DoesNotLook() => Assert.False(new CongestionWindow(isKnown: false, logger: null).TryFind(0, Info));

    private void Put(int place)
    {
        _memory[place] = Info.LatestRtt;
        _memory[place + 1] = Info.MinRtt;
        _memory[place + 2] = Info.SmoothedRtt;
        _memory[place + 3] = Info.RttVariance;
        _memory[place + 14] = Info.CongestionWindow;
        _memory[place + 15] = Info.SlowStartThreshold;
        _memory[place + 17] = Info.BytesInFlight;
    }
}
