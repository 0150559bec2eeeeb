using Softlan.Platform.Quic.Ngtcp2;
using Xunit;
using Advice = Softlan.Platform.Quic.Ngtcp2.BbrPauses.Advice;

namespace Softlan.Tests.Platform.Quic;

/// <summary>Against a model of what ngtcp2 1.11 does in bbr_update_min_rtt and bbr_check_probe_rtt.</summary>
public sealed class BbrPausesTests
{
    private const long Microsecond = 1000;
    private const long Millisecond = 1_000_000;
    private const long Second = 1_000_000_000;

    private readonly Path _path = new();

    [Theory]
    [InlineData(80)]
    [InlineData(300)]
    [InlineData(4000)]
    public void Ask_BusyOnAShortPath_NoPauseAndAShortStop(int microseconds)
    {
        _path.RoundTrip = microseconds * Microsecond;
        _path.Run(21 * Second);
        Assert.Equal(0, _path.Pauses);
        Assert.InRange(_path.Probes, 3, 5);
        Assert.InRange(_path.Stopped / _path.Probes, 1, (3 * _path.RoundTrip) + Millisecond);
        Assert.InRange(_path.Shortest, _path.RoundTrip - 10, _path.RoundTrip * 5 / 4); // Nobody was told a story.
    }

    [Fact]
    public void Ask_WithoutIt_ThePathWouldPause()
    {
        _path.Obeys = false;
        _path.Run(21 * Second);
        Assert.InRange(_path.Pauses, 3, 4);
    }

    [Fact]
    public void Ask_NotBusy_IsNeverStopped()
    {
        _path.IsBusy = false;
        _path.Run(11 * Second);
        Assert.Equal((0, 0), (_path.Probes, _path.Stopped));
    }

    [Fact]
    public void Ask_ProbesGetLost_AreTriedAgainAndThenBbrPauses()
    {
        _path.LosesProbes = 1;
        _path.Run(6 * Second);
        Assert.Equal((0, 2), (_path.Pauses, _path.Probes));

        _path.LosesProbes = 10;
        _path.Run(5 * Second);
        Assert.Equal(1, _path.Pauses);
        Assert.InRange(_path.Probes, 3, 6);
        Assert.InRange(_path.Stopped, 1, 20 * Millisecond);
    }

    [Fact]
    public void Ask_PathBecomesLonger_BbrMeasuresItAndThenIsSparedAgain()
    {
        _path.Run(6 * Second);
        _path.RoundTrip *= 4;
        _path.Run(15 * Second);
        Assert.InRange(_path.Pauses, 1, 2);
        Assert.InRange(_path.Shortest, _path.RoundTrip - 10, _path.RoundTrip * 5 / 4);
        int pauses = _path.Pauses;
        _path.Run(15 * Second);
        Assert.Equal(pauses, _path.Pauses);
    }

    [Fact]
    public void Ask_BusyOnALongPath_IsEasedAroundThePauseAndOnlyThere()
    {
        _path.RoundTrip = 30 * Millisecond;
        _path.Run(11 * Second);
        Assert.Equal(0, _path.Probes);
        Assert.InRange(_path.Pauses, 1, 2);
        Assert.InRange(_path.Eased, _path.Pauses * BbrPauses.Duration, _path.Pauses * (3 * BbrPauses.Duration));
    }

    [Fact]
    public void Clock_NeverGoesBackAndIsNeverAhead()
    {
        _path.Run(11 * Second);
        Assert.InRange(_path.Probes, 1, 3);
        Assert.True(_path.IsClockSound);
    }

    [Fact]
    public void Correct_AfterAProbe_SaysWhatItReallyTook()
    {
        BbrPauses pauses = new(0);
        pauses.OnRead(300 * Microsecond, 5000, 50_000, Millisecond);
        long sent = pauses.PauseBegins - Millisecond;
        Assert.Equal(Advice.Probe, pauses.Ask(300 * Microsecond, isBusy: true, sent));
        pauses.OnProbeSent(300 * Microsecond, sent);
        Assert.Equal(Advice.Wait, pauses.Ask(300 * Microsecond, isBusy: true, sent + Microsecond));
        Assert.Equal(sent + (100 * Microsecond), pauses.Clock(sent + (100 * Microsecond)));
        long told = pauses.Clock(sent + (400 * Microsecond)) - sent;
        Assert.Equal((300 * Microsecond) - 1, told);
        pauses.OnRead(told, 0, 50_000, sent + (400 * Microsecond));
        Assert.Equal(400 * Microsecond, pauses.Correct(told));
        Assert.Equal(350 * Microsecond, pauses.Correct(350 * Microsecond));
        Assert.Equal(Advice.None, pauses.Ask(300 * Microsecond, isBusy: true, sent + (500 * Microsecond)));
        Assert.Equal(sent + told + BbrPauses.Interval, pauses.PauseBegins);
    }

    [Fact]
    public void Reset_ANewPath_HasItsFiveSeconds()
    {
        BbrPauses pauses = new(0);
        pauses.Reset(3 * Second);
        Assert.Equal((3 * Second) + BbrPauses.Interval, pauses.PauseBegins);
    }

    /// <summary>As with a version of ngtcp2 that was not tested.</summary>
    [Theory]
    [InlineData(200)]
    [InlineData(30_000)]
    public void Ask_NotInUse_SaysNothingAndLeavesTheClockAlone(int microseconds)
    {
        BbrPauses pauses = new(0, isInUse: false);
        long roundTrip = microseconds * Microsecond;
        for (long now = roundTrip; now < 12 * Second; now += roundTrip)
        {
            // At five seconds and at ten the window is that of a pause.
            bool isPaused = now % (5 * Second) < BbrPauses.Duration;
            pauses.OnRead(roundTrip, 5000, isPaused ? 5000 : 50_000, now);
            Assert.Equal(Advice.None, pauses.Ask(roundTrip, isBusy: true, now));
            Assert.Equal(now, pauses.Clock(now));
            Assert.False(pauses.IsPaused);
        }
    }

    /// <summary>A path on which a sender keeps a window in flight, and the part of BBR that decides about pauses.</summary>
    private sealed class Path
    {
        public const long Step = 10 * Microsecond;
        private const int PacketLength = 1400;
        private const int FullPackets = 60;
        private const long FullWindow = FullPackets * PacketLength;

        private readonly Queue<(long At, long Sent, long Told)> _acknowledgements = new();
        private readonly BbrPauses _pauses = new(0);
        private long _now;
        private long _clock;
        private int _steps;
        private long _window = FullWindow;
        private long _inFlight;
        private long _lastArrives;
        private long _latest;
        private long _shortestAt;
        private long _pauseEnds = long.MaxValue;
        private long _base = long.MaxValue;
        private long _nextBase = long.MaxValue;
        private long _baseUntil;

        public long RoundTrip { get; set; } = 200 * Microsecond;

        public bool Obeys { get; set; } = true;

        public bool IsBusy { get; set; } = true;

        /// <summary>How many probes to lose.</summary>
        public int LosesProbes { get; set; }

        /// <summary>How often BBR paused.</summary>
        public int Pauses { get; private set; }

        public int Probes { get; private set; }

        /// <summary>In nanoseconds: when nothing could be sent because of a probe.</summary>
        public long Stopped { get; private set; }

        /// <summary>In nanoseconds.</summary>
        public long Eased { get; private set; }

        /// <summary>BBR's idea of the shortest round trip, in nanoseconds.</summary>
        public long Shortest { get; private set; } = long.MaxValue;

        public bool IsClockSound { get; private set; } = true;

        public void Run(long nanoseconds)
        {
            long end = _now + nanoseconds;
            for (; _now < end; _steps++, _now += Step)
            {
                while (_acknowledgements.TryPeek(out (long At, long Sent, long Told) next) && next.At <= _now)
                {
                    _acknowledgements.Dequeue();
                    _inFlight -= PacketLength;
                    _latest = Math.Max(1, Clock() - next.Told);
                    RememberBase(_now - next.Sent);
                    OnAcknowledgement();
                    _pauses.OnRead(_latest, _inFlight, _window, _now);
                }

                Send(_pauses.Ask(_base, IsBusy, _now), jitter: (_steps * 7919L % 13) * RoundTrip / 50);
            }
        }

        private long Clock()
        {
            long clock = Obeys ? _pauses.Clock(_now) : _now;
            IsClockSound &= clock >= _clock && clock <= _now;
            return _clock = clock;
        }

        /// <summary>As DelayGuard does.</summary>
        private void RememberBase(long roundTrip)
        {
            if (_now >= _baseUntil)
            {
                _base = _nextBase;
                _nextBase = long.MaxValue;
                _baseUntil = _now + (5 * Second);
            }

            _nextBase = Math.Min(_nextBase, roundTrip);
            _base = Math.Min(_base, roundTrip);
        }

        private void OnAcknowledgement()
        {
            long now = Clock();
            bool isOver = now > _shortestAt + BbrPauses.Interval;
            if (_latest < Shortest || isOver)
            {
                Shortest = _latest;
                _shortestAt = now;
            }

            if (isOver && _pauseEnds == long.MaxValue)
            {
                Pauses++;
                _window = FullWindow / 15;
                _pauseEnds = now + BbrPauses.Duration;
            }

            if (now > _pauseEnds)
            {
                _window = FullWindow;
                _shortestAt = now;
                _pauseEnds = long.MaxValue;
            }
        }

        private void Send(Advice advice, long jitter)
        {
            Stopped += advice == Advice.Wait ? Step : 0;
            Eased += advice == Advice.Ease ? Step : 0;
            if (Obeys && advice == Advice.Probe)
            {
                Probes++;
                Enqueue(jitter, isLost: LosesProbes-- > 0);
                _pauses.OnProbeSent(_base, _now);
                return;
            }

            long limit = IsBusy ? _window : PacketLength;
            limit = !Obeys ? limit : advice switch
            {
                Advice.Wait => 0,
                Advice.Ease => Math.Max(limit / 2, PacketLength),
                _ => limit,
            };
            while (_inFlight + PacketLength <= limit)
            {
                Enqueue(jitter, isLost: false);
            }
        }

        private void Enqueue(long jitter, bool isLost)
        {
            // Half a window fills the path; the other half stands in its queue.
            _lastArrives = Math.Max(_lastArrives + (RoundTrip / (FullPackets / 2)), _now + RoundTrip + jitter);
            if (!isLost)
            {
                _inFlight += PacketLength;
                _acknowledgements.Enqueue((_lastArrives, _now, Clock()));
            }
        }
    }
}
