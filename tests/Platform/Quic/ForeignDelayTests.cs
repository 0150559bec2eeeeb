using Softlan.Platform.Quic;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

public sealed class ForeignDelayTests
{
    private static readonly TimeSpan Base = TimeSpan.FromMilliseconds(30);

    private readonly ForeignDelay _foreign = new();
    private readonly DelayEpoch _epoch = new();
    private TimeSpan _now = TimeSpan.FromSeconds(100);

    [Fact]
    public void Over_LessInFlightLeavesTheRoundTripAsItWas_ItIsNotOurs()
    {
        Send(38, 100_000, epochs: 5);
        Assert.Equal(Base, _foreign.Over(Base, _now));
        Send(38, 50_000, epochs: 5);
        Assert.Equal(TimeSpan.FromMilliseconds(38), _foreign.Over(Base, _now));
        Assert.Equal(TimeSpan.FromMilliseconds(50), _foreign.Over(TimeSpan.FromMilliseconds(50), _now));
    }

    [Fact]
    public void Over_LessInFlightMakesItShorter_ItWasAQueueOfOurs()
    {
        Send(60, 100_000, epochs: 5);
        Send(30, 50_000, epochs: 5);
        Assert.Equal(Base, _foreign.Over(Base, _now));
    }

    [Fact]
    public void Over_NotClearlyLessInFlight_SaysNothing()
    {
        Send(38, 100_000, epochs: 5);
        Send(38, 90_000, epochs: 5);
        Assert.Equal(Base, _foreign.Over(Base, _now));
    }

    [Fact]
    public void Over_NobodySendsMuch_SaysNothing()
    {
        Send(38, 100_000, epochs: 5);
        Send(38, DelayGuard.Load, epochs: 5);
        Assert.Equal(Base, _foreign.Over(Base, _now));
    }

    [Fact]
    public void Over_BufferOverflows_WhatWasMeasuredIsNoEvidence()
    {
        Send(142, 100_000, epochs: 3);
        _foreign.NoteOverflow(_now);
        Send(142, 50_000, epochs: 1);
        Assert.Equal(Base, _foreign.Over(Base, _now));
    }

    /// <summary>A line that loses by itself: after a second it no longer counts as an overflow.</summary>
    [Fact]
    public void Over_LossesGoOn_IsLearntAllTheSame()
    {
        for (TimeSpan end = _now + TimeSpan.FromSeconds(1.5); _now < end;)
        {
            _foreign.NoteOverflow(_now);
            Send(38, 100_000, epochs: 1);
        }

        _foreign.NoteOverflow(_now);
        Send(38, 50_000, epochs: 5);
        Assert.Equal(TimeSpan.FromMilliseconds(38), _foreign.Over(Base, _now));
    }

    [Fact]
    public void Over_TwoEpochsInARowAreClearlyShorter_TheOtherQueueHasEnded()
    {
        Send(80, 100_000, epochs: 5);
        Send(80, 50_000, epochs: 5);
        Send(35, 50_000, epochs: 1);
        Assert.InRange(_foreign.Over(Base, _now), TimeSpan.FromMilliseconds(79), TimeSpan.FromMilliseconds(80));
        Send(35, 50_000, epochs: 1);
        Assert.Equal(TimeSpan.FromMilliseconds(35), _foreign.Over(Base, _now));
    }

    [Fact]
    public void Over_NotSeenForTenSeconds_IsForgotten()
    {
        Send(38, 100_000, epochs: 5);
        Send(38, 50_000, epochs: 3);
        Assert.Equal(TimeSpan.FromMilliseconds(38), _foreign.Over(Base, _now + TimeSpan.FromSeconds(9.9)));
        Assert.Equal(Base, _foreign.Over(Base, _now + TimeSpan.FromSeconds(10)));
    }

    /// <summary>Each packet takes as long as the next, and so much is in flight all the time.</summary>
    private void Send(double milliseconds, long inFlight, int epochs)
    {
        for (int i = 0; i < epochs;)
        {
            _now += TimeSpan.FromMilliseconds(1);
            TimeSpan roundTrip = TimeSpan.FromMilliseconds(milliseconds);
            DelaySample sample = new(roundTrip, roundTrip, inFlight, 0, 100_000, _now);
            _epoch.Add(in sample);
            _foreign.Add(inFlight, _now);
            if (_epoch.IsOver(_now))
            {
                _foreign.OnEpoch(_epoch, isLimited: true, _now);
                _epoch.Restart(in sample, Base);
                i++;
            }
        }
    }
}
