namespace Softlan.Platform.Quic.Ngtcp2;

// BBR remembers the shortest round trip. When none was shorter for five seconds, it keeps next to nothing in flight for 200 ms to see a new one
// (ProbeRTT, draft-cardwell-iccrg-bbr-congestion-control-02, section 4.3.4). In a LAN four packets are in flight then: a hole in every stream, which
// every game notices. A connection that has just been idle should be spared, since its next round trip tells the same; ngtcp2 1.11 means to do so,
// but counts the packet that ends the idleness before it looks (bbr_handle_restart_from_idle), so nobody is.
//
// So BBR is told what it would find out, on paths that are so short that nobody notices how. Shortly before the five seconds end:
//
//     probe leaves, and nothing after it          it is acknowledged
//   ------|------------------------------------------|---------> time
//         |  the clock that ngtcp2 gets runs, but no further than to the shortest round trip after the probe, less a nanosecond: so that is what
//         |  this round trip took, and BBR remembers it for the next five seconds
//
// That is the truth as long as DelayGuard, which sees the same round trips and is not told stories, has seen one as short in its own last seconds.
// Where it has not, the path has become longer, and BBR gets its pause.
//
// On a long path nothing can be stopped for a round trip. There, the pause is entered with little in flight: then it stops nobody who sends little.
//
// This follows bbr_update_min_rtt and bbr_check_probe_rtt of ngtcp2 1.11. In versions that were not tested (Ngtcp2Internals) it has no advice and
// tells no stories, and BBR pauses as it always did.

/// <summary>Knows when BBR is going to measure the round trip, and what to do so that nobody notices.</summary>
internal sealed class BbrPauses
{
    /// <summary>In nanoseconds: NGTCP2_BBR_PROBE_RTT_INTERVAL.</summary>
    public const long Interval = 5_000_000_000;

    /// <summary>In nanoseconds: NGTCP2_BBR_PROBE_RTT_DURATION.</summary>
    public const long Duration = 200_000_000;

    /// <summary>In nanoseconds: a path with a longer round trip is not stopped for it. Half of what frames may wait in a queue.</summary>
    public const long LongestStop = 5_000_000;

    /// <summary>A probe may get lost, or be late.</summary>
    private const int Tries = 3;

    /// <summary>In nanoseconds: what a queue and a busy processor add to a round trip.</summary>
    private const long Slack = 400_000;

    /// <summary>In nanoseconds: a round trip that is longer than the remembered one by a quarter and this is another one.</summary>
    private const long Noise = 50_000;

    private readonly bool _isInUse;
    private long _shortest;
    private long _since;
    private long _latest;
    private long _inFlight;
    private long _window;
    private long _probeSent;
    private long _probeEnds;
    private long _told;
    private long _true;
    private long _pauseBegan;
    private long _pausedWindow;

    /// <param name="now">When the connection was made, in nanoseconds of the clock that ngtcp2 gets.</param>
    /// <param name="isInUse">See <see cref="Ngtcp2Internals.AreKnown"/>; false: the advice is always to send, and the clock the true one.</param>
    public BbrPauses(long now, bool isInUse = true)
    {
        _isInUse = isInUse;
        Reset(now);
    }

    /// <summary>What the sender should do now.</summary>
    internal enum Advice
    {
        /// <summary>Send.</summary>
        None,

        /// <summary>Send a request for an acknowledgement and nothing else, and then call <see cref="OnProbeSent"/>.</summary>
        Probe,

        /// <summary>Send nothing that must be acknowledged.</summary>
        Wait,

        /// <summary>A pause is near, or here: leave half of what the path holds out.</summary>
        Ease,
    }

    /// <summary>When the five seconds are over: the first acknowledgement after this lets BBR pause.</summary>
    public long PauseBegins => _since + Interval;

    /// <summary>When <see cref="Advice.Wait"/> ends even if nothing comes back.</summary>
    public long WaitEnds => _probeEnds;

    /// <summary>BBR is in a pause that could not be avoided.</summary>
    public bool IsPaused { get; private set; }

    private bool IsProbing => _probeSent != 0;

    /// <summary>The path is another one, and BBR starts anew.</summary>
    public void Reset(long now)
    {
        _shortest = long.MaxValue;
        _since = now;
        _told = -1;
        IsPaused = false;
        EndProbe();
    }

    /// <summary>While a probe is on its way: where the clock that ngtcp2 gets stops.</summary>
    public long ClockStops => _probeSent + _shortest - 1;

    /// <summary>A probe is on its way, and nothing else may leave before it is acknowledged.</summary>
    public bool IsWaiting(long now) => IsProbing && now < _probeEnds;

    /// <summary>The time for ngtcp2.</summary>
    /// <param name="now">The true one, in nanoseconds.</param>
    public long Clock(long now) => IsWaiting(now) ? Math.Min(now, ClockStops) : now;

    /// <summary>A packet was read. Tells an acknowledgement by what it changes.</summary>
    /// <param name="latest">Latest round trip that ngtcp2 has seen, in nanoseconds; 0 before the first.</param>
    /// <param name="inFlight">Bytes.</param>
    /// <param name="window">Congestion window, in bytes.</param>
    /// <param name="now">The true time, in nanoseconds.</param>
    public void OnRead(long latest, long inFlight, long window, long now)
    {
        bool isAcknowledgement = latest != _latest || inFlight < _inFlight;
        long windowBefore = _window;
        _inFlight = inFlight;
        _window = window;
        if (!isAcknowledgement || latest == 0 || !_isInUse)
        {
            return;
        }

        _latest = latest;
        if (IsPaused)
        {
            EndPause(window, now);
        }

        long told = Clock(now);
        bool isOver = told > PauseBegins;
        if (latest < _shortest || isOver)
        {
            if (IsProbing)
            {
                _told = latest;
                _true = now - _probeSent;
                EndProbe();
            }

            if (isOver && window < windowBefore)
            {
                IsPaused = true;
                _pauseBegan = now;
                _pausedWindow = window;
            }

            _shortest = latest;
            _since = told;
        }
    }

    /// <summary>The round trip that was measured, where ngtcp2 has seen another.</summary>
    /// <param name="latest">What ngtcp2 has seen, in nanoseconds.</param>
    public long Correct(long latest) => latest == _told ? _true : latest;

    /// <summary>What to do before something is sent.</summary>
    /// <param name="roundTrip">The shortest of the last seconds that was really measured, in nanoseconds.</param>
    /// <param name="isBusy">More has been in flight lately than a pause leaves.</param>
    /// <param name="now">In nanoseconds.</param>
    public Advice Ask(long roundTrip, bool isBusy, long now)
    {
        if (IsPaused)
        {
            return Advice.Ease;
        }

        if (IsProbing)
        {
            if (now < _probeEnds)
            {
                return Advice.Wait;
            }

            EndProbe();
        }

        long left = PauseBegins - now;
        long oneTry = (2 * roundTrip) + Slack;
        if (!isBusy || left < 0 || _shortest == long.MaxValue)
        {
            return Advice.None;
        }

        if (roundTrip > LongestStop)
        {
            return left <= oneTry ? Advice.Ease : Advice.None;
        }

        bool isSame = roundTrip <= _shortest + (_shortest / 4) + Noise;
        return isSame && _shortest > 1 && left <= Tries * oneTry ? Advice.Probe : Advice.None;
    }

    /// <summary>What <see cref="Advice.Probe"/> asked for was written; from now on <see cref="Clock"/> stops if it does not come back in
    /// time.</summary>
    /// <param name="roundTrip">As before.</param>
    /// <param name="now">The time that ngtcp2 was given with it, in nanoseconds.</param>
    public void OnProbeSent(long roundTrip, long now)
    {
        _probeSent = now;
        _probeEnds = now + (2 * roundTrip) + Slack;
    }

    /// <summary>Something else that must be acknowledged has left: its round trip would seem shorter than it is.</summary>
    public void Abandon() => EndProbe();

    private void EndProbe() => _probeSent = 0;

    private void EndPause(long window, long now)
    {
        _pausedWindow = Math.Min(_pausedWindow, window);
        bool isRestored = window > _pausedWindow + (_pausedWindow / 2);
        if (now > _pauseBegan + Duration && (isRestored || now > _pauseBegan + (2 * Duration)))
        {
            IsPaused = false;
            _since = now;
        }
    }
}
