using Softlan.Platform.Quic.Ngtcp2;
using Xunit;
using Advice = Softlan.Platform.Quic.Ngtcp2.BbrPauses.Advice;

namespace Softlan.Tests.Platform.Quic;

/// <summary>Against a model of what ngtcp2 1.11 does in bbr_update_min_rtt, bbr_check_probe_rtt and bbr_on_transmit.</summary>
public sealed class BbrPausesTests
{
    private const long Microsecond = 1000;
    private const long Millisecond = 1_000_000;
    private const long Second = 1_000_000_000;

    private readonly Path _path = new();

    [Theory]
    [InlineData(80)]
    [InlineData(300)]
    [InlineData(1500)]
    public void Ask_BusyOnAShortPath_NoPauseAndNoLongHold(int microseconds)
    {
        _path.RoundTrip = microseconds * Microsecond;
        _path.Run(21 * Second);
        Assert.Equal(0, _path.Pauses);
        Assert.InRange(_path.Expirations, 3, 4);
        Assert.InRange(_path.Held, 1, 4 * ((4 * _path.RoundTrip) + Millisecond));
    }

    [Fact]
    public void Ask_WithoutIt_ThePathWouldPause()
    {
        _path.Obeys = false;
        _path.Run(21 * Second);
        Assert.InRange(_path.Pauses, 3, 4);
    }

    [Fact]
    public void Ask_NotBusy_IsNeverHeld()
    {
        _path.IsBusy = false;
        _path.Run(11 * Second);
        Assert.Equal(0, _path.Held);
        Assert.Equal(0, _path.Eased);
    }

    [Fact]
    public void Ask_BusyOnALongPath_IsEasedAroundThePauseAndOnlyThere()
    {
        _path.RoundTrip = 30 * Millisecond;
        _path.Run(11 * Second);
        Assert.Equal(0, _path.Held);
        Assert.InRange(_path.Pauses, 1, 2);
        Assert.InRange(_path.Eased, _path.Pauses * BbrPauses.Duration, _path.Pauses * (3 * BbrPauses.Duration));
    }

    [Fact]
    public void Ask_AcknowledgementsThatDoNotCome_AreNotWaitedForAnyLonger()
    {
        BbrPauses pauses = new(0);
        pauses.OnRead(Millisecond, 20_000, 100_000, 1);
        long end = pauses.HoldEnds;
        Assert.Equal(Advice.Hold, pauses.Ask(20_000, Millisecond, isBusy: true, end - Millisecond));
        Assert.Equal(Advice.Hold, pauses.Ask(20_000, Millisecond, isBusy: true, end + Millisecond));
        Assert.Equal(Advice.None, pauses.Ask(20_000, Millisecond, isBusy: true, end + (2 * Millisecond)));
    }

    [Fact]
    public void Reset_ANewPath_HasItsFiveSeconds()
    {
        BbrPauses pauses = new(0);
        pauses.Reset(3 * Second);
        Assert.Equal(3 * Second + BbrPauses.Interval, pauses.HoldEnds);
    }

    /// <summary>A path on which a sender keeps a window in flight, and the part of BBR that decides about pauses.</summary>
    private sealed class Path
    {
        private const long Step = 20 * Microsecond;
        private const int PacketLength = 1400;
        private const int FullPackets = 60;
        private const long FullWindow = FullPackets * PacketLength;

        private readonly Queue<(long At, long Sent)> _acknowledgements = new();
        private readonly BbrPauses _pauses = new(0);
        private long _now;
        private long _window = FullWindow;
        private long _inFlight;
        private long _lastArrives;
        private long _shortest = long.MaxValue;
        private long _shortestAt;
        private bool _isRestart;
        private long _pauseEnds = long.MaxValue;

        public long RoundTrip { get; set; } = 200 * Microsecond;

        public bool Obeys { get; set; } = true;

        public bool IsBusy { get; set; } = true;

        /// <summary>How often BBR paused.</summary>
        public int Pauses { get; private set; }

        /// <summary>How often its five seconds ended.</summary>
        public int Expirations { get; private set; }

        /// <summary>In nanoseconds.</summary>
        public long Held { get; private set; }

        /// <summary>In nanoseconds.</summary>
        public long Eased { get; private set; }

        public void Run(long nanoseconds)
        {
            long end = _now + nanoseconds;
            for (int i = 0; _now < end; i++, _now += Step)
            {
                bool isAcknowledged = false;
                long latest = 0;
                while (_acknowledgements.TryPeek(out (long At, long Sent) next) && next.At <= _now)
                {
                    _acknowledgements.Dequeue();
                    _inFlight -= PacketLength;
                    latest = _now - next.Sent;
                    isAcknowledged = true;
                }

                if (isAcknowledged)
                {
                    OnAcknowledgement(latest);
                    _pauses.OnRead(latest, _inFlight, _window, _now);
                }

                Send(_pauses.Ask(_inFlight, RoundTrip, IsBusy, _now), jitter: (i * 7919L % 13) * Step);
            }
        }

        private void OnAcknowledgement(long latest)
        {
            bool isOver = _now > _shortestAt + BbrPauses.Interval;
            if (latest < _shortest || isOver)
            {
                Expirations += isOver ? 1 : 0;
                _shortest = latest;
                _shortestAt = _now;
            }

            if (isOver && !_isRestart && _pauseEnds == long.MaxValue)
            {
                Pauses++;
                _window = FullWindow / 4;
                _pauseEnds = _now + BbrPauses.Duration;
            }

            if (_now > _pauseEnds)
            {
                _window = FullWindow;
                _shortestAt = _now;
                _pauseEnds = long.MaxValue;
            }

            _isRestart = false;
        }

        private void Send(Advice advice, long jitter)
        {
            Held += advice == Advice.Hold ? Step : 0;
            Eased += advice == Advice.Ease ? Step : 0;
            long limit = IsBusy ? _window : PacketLength;
            limit = !Obeys ? limit : advice switch
            {
                Advice.Hold => 0,
                Advice.Ease => limit / 2,
                _ => limit,
            };
            while (_inFlight + PacketLength <= limit)
            {
                _isRestart |= _inFlight == 0;
                _inFlight += PacketLength;

                // Half a window fills the path; the other half stands in its queue.
                _lastArrives = Math.Max(_lastArrives + (RoundTrip / (FullPackets / 2)), _now + RoundTrip + jitter);
                _acknowledgements.Enqueue((_lastArrives, _now));
            }
        }
    }
}
