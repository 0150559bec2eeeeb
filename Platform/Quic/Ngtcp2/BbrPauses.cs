namespace Softlan.Platform.Quic.Ngtcp2;

// BBR remembers the shortest round trip. When none was as short for five seconds, it keeps next to nothing in flight for 200 ms to see a new one (ProbeRTT, draft-cardwell-iccrg-bbr-congestion-control-02,
// section 4.3.4): in a LAN, where four packets are in flight then, that is a hole that every game notices. It does not when the connection just restarts from idle, for then the next
// acknowledgement tells the same. So a connection that is busy is made idle for one short round trip, exactly when the five seconds end:
//
//        stops           nothing in flight, five seconds over     first acknowledgement after them
//   ------|---------------------|--------------------------------------|------->
//         |  Hold: at most a millisecond                                |  remembered for the next five seconds
//
// On a long path that pause would be longer than what it saves, so there the pause of BBR's own is entered with little in flight already: then it stops nobody who sends little.
//
// This follows what ngtcp2 1.11 does in bbr_update_min_rtt and bbr_check_probe_rtt. Where another version does otherwise, BBR pauses as it always did, and this sees it by its window.

/// <summary>Knows when BBR is going to measure the round trip, and what to do so that nobody notices.</summary>
internal sealed class BbrPauses
{
    /// <summary>In nanoseconds: NGTCP2_BBR_PROBE_RTT_INTERVAL.</summary>
    public const long Interval = 5_000_000_000;

    /// <summary>In nanoseconds: NGTCP2_BBR_PROBE_RTT_DURATION.</summary>
    public const long Duration = 200_000_000;

    /// <summary>In nanoseconds: with a round trip that is longer, a game would notice the pause itself.</summary>
    public const long LongestHeldRoundTrip = 2_000_000;

    /// <summary>In nanoseconds: what a queue and a busy processor add to a round trip while the last packets come home.</summary>
    private const long Slack = 400_000;

    private long _shortest;
    private long _since;
    private long _latest;
    private long _inFlight;
    private bool _restarts;
    private long _pauseBegan;
    private long _pausedWindow;

    /// <param name="now">When the connection was made, in nanoseconds of the clock that ngtcp2 gets.</param>
    public BbrPauses(long now) => Reset(now);

    /// <summary>What the sender should do now.</summary>
    internal enum Advice
    {
        /// <summary>Send.</summary>
        None,

        /// <summary>Send nothing that must be acknowledged, until <see cref="HoldEnds"/> and until nothing is in flight; ask for the acknowledgements that are due.</summary>
        Hold,

        /// <summary>A pause is near, or here: leave half of what the path holds out.</summary>
        Ease,
    }

    /// <summary>When the five seconds are over: the first acknowledgement after this decides.</summary>
    public long HoldEnds => _since + Interval;

    /// <summary>BBR is in a pause that could not be avoided.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>The path is another one, and BBR starts anew.</summary>
    public void Reset(long now)
    {
        _shortest = long.MaxValue;
        _since = now;
        _restarts = false;
        IsPaused = false;
    }

    /// <summary>A packet was read. Tells an acknowledgement by what it changes.</summary>
    /// <param name="latest">Latest round trip, in nanoseconds; 0 before the first.</param>
    /// <param name="inFlight">Bytes.</param>
    /// <param name="window">Congestion window, in bytes.</param>
    /// <param name="now">As ngtcp2 was told, in nanoseconds.</param>
    public void OnRead(long latest, long inFlight, long window, long now)
    {
        bool isAcknowledgement = latest != _latest || inFlight < _inFlight;
        _inFlight = inFlight;
        if (!isAcknowledgement || latest == 0)
        {
            return;
        }

        _latest = latest;
        if (IsPaused)
        {
            EndPause(window, now);
        }

        bool isOver = now > HoldEnds;
        if (latest < _shortest || isOver)
        {
            if (isOver && !_restarts && !IsPaused)
            {
                IsPaused = true;
                _pauseBegan = now;
                _pausedWindow = window;
            }

            _shortest = latest;
            _since = now;
        }

        _restarts = inFlight == 0; // Whatever is sent next.
    }

    /// <summary>What to do before something is sent.</summary>
    /// <param name="inFlight">Bytes.</param>
    /// <param name="roundTrip">The usual one, in nanoseconds.</param>
    /// <param name="isBusy">More has been in flight lately than a pause leaves.</param>
    /// <param name="now">In nanoseconds.</param>
    public Advice Ask(long inFlight, long roundTrip, bool isBusy, long now)
    {
        _restarts |= inFlight == 0;
        if (IsPaused)
        {
            return Advice.Ease;
        }

        long left = HoldEnds - now;
        if (!isBusy || left > (2 * roundTrip) + Slack)
        {
            return Advice.None;
        }

        if (roundTrip > LongestHeldRoundTrip)
        {
            return Advice.Ease;
        }

        // Idle, and over: whatever is sent now is a restart. If the acknowledgements do not come, BBR may have its pause.
        bool isIdle = inFlight == 0 && left < 0;
        return isIdle || left < -roundTrip - Slack ? Advice.None : Advice.Hold;
    }

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
