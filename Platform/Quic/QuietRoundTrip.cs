using Softlan.Wire;

namespace Softlan.Platform.Quic;

/// <summary>Learns what a path on which we send next to nothing usually takes: nothing of ours queues there, so what that is longer than at its
/// shortest is the path's own.</summary>
/// <remarks>The smoothed round trip says it, since acknowledgements of lone packets take their time, and that is not in it. A packet that is followed
/// by others does not overtake them, so under load even the luckiest takes about as long as one of a quiet path on average.</remarks>
internal sealed class QuietRoundTrip
{
    /// <summary>What a quiet path usually takes longer than at its shortest counts up to this share of that: a radio that sleeps when there is
    /// nothing to carry takes longer still, and is awake under load.</summary>
    public const int MostOfBase = 4;

    /// <summary>A path is quiet when no more than a packet has been in flight for so many round trips that were measured, and the smoothed one (an
    /// eighth of each) has ceased to fall: then it has forgotten what was before.</summary>
    public const int RoundTripsUntilQuiet = 16;

    /// <summary>How much the latest epoch counts.</summary>
    private const int Smoothing = 16;

    private TimeSpan _usual;
    private TimeSpan _latest;
    private TimeSpan _smoothedBefore;
    private int _roundTrips;
    private bool _hasSettled;
    private bool _isFresh;

    /// <summary>Tells one round trip from the next by what it took.</summary>
    public void Add(TimeSpan roundTrip)
    {
        if (roundTrip != _latest)
        {
            _latest = roundTrip;
            _roundTrips++;
            _isFresh = true;
        }
    }

    /// <summary>An epoch has ended.</summary>
    /// <param name="smoothed">See <see cref="DelaySample"/>.</param>
    /// <param name="inFlight">The most bytes while its round trips were measured.</param>
    /// <param name="baseRoundTrip">The shortest of the last seconds.</param>
    public void OnEpoch(TimeSpan smoothed, long inFlight, TimeSpan baseRoundTrip)
    {
        bool isFalling = smoothed < _smoothedBefore;
        _smoothedBefore = smoothed;
        if (inFlight > DelayGuard.FullPacket)
        {
            _roundTrips = 0;
            _hasSettled = false;
        }
        else if (_isFresh && _roundTrips >= RoundTripsUntilQuiet && (_hasSettled || !isFalling))
        {
            _hasSettled = true;
            smoothed = TimeSpans.Min(smoothed, LongestOver(baseRoundTrip));
            _usual = _usual == default ? smoothed : _usual + ((smoothed - _usual) / Smoothing);
        }

        _isFresh = false;
    }

    /// <summary>An epoch of a near path has ended, where nothing is learnt.</summary>
    public void OnNearEpoch() => _roundTrips = 0;

    /// <summary>What is known by now; zero: nothing.</summary>
    /// <param name="baseRoundTrip">The shortest of the last seconds, which may have become another since the path was quiet.</param>
    public TimeSpan Over(TimeSpan baseRoundTrip) => TimeSpans.Min(_usual, LongestOver(baseRoundTrip));

    private static TimeSpan LongestOver(TimeSpan baseRoundTrip) => baseRoundTrip + (baseRoundTrip / MostOfBase);
}
