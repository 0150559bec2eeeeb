using Softlan.Wire;

namespace Softlan.Platform.Quic;

/// <summary>Learns what a path takes under load that is no queue of ours.</summary>
/// <remarks>
/// Wi-Fi and mobile networks take longer as soon as there is anything to carry, for they carry it in bursts; and somebody else may fill the line.
/// That does not become shorter when less of ours is in flight, as a queue of ours would, by the same share. So what the path took when clearly less
/// was in flight, and was not clearly shorter, is not ours. There are such epochs, since the limit has just been lowered, and since BBR pauses every
/// few seconds.
/// </remarks>
internal sealed class ForeignDelay
{
    /// <summary>How much the latest epoch counts that showed it: they differ by what their luckiest packet happened to meet.</summary>
    private const int Smoothing = 4;

    /// <summary>So long after a buffer has begun to overflow, what was measured before and during that is no evidence.</summary>
    private static readonly TimeSpan LongestOverflow = TimeSpan.FromSeconds(1);

    private readonly InFlightPeaks _peaks = new();
    private TimeSpan _value;
    private TimeSpan _until;
    private TimeSpan _highAt;
    private TimeSpan _shortestBefore;
    private bool _wasShorter;
    private TimeSpan _overflowBegan;
    private TimeSpan _overflowNoted = -BaseRoundTrip.Memory;

    /// <summary>So much is in flight.</summary>
    public void Add(long inFlight, TimeSpan now)
    {
        if (inFlight > DelayGuard.ClearlyLess * _peaks.InFlight)
        {
            _highAt = now;
        }
    }

    /// <summary>See <see cref="DelayGuard.NoteOverflow"/>.</summary>
    public void NoteOverflow(TimeSpan now)
    {
        _overflowBegan = now - _overflowNoted > BaseRoundTrip.Memory ? now : _overflowBegan;
        _overflowNoted = now;
        if (now - _overflowBegan < LongestOverflow)
        {
            _peaks.Clear();
        }
    }

    /// <summary>An epoch has ended: whether less in flight has left the round trip as it was.</summary>
    /// <param name="epoch">The one that has ended.</param>
    /// <param name="isLimited">There was a limit in it.</param>
    /// <param name="now">Monotonic.</param>
    public void OnEpoch(DelayEpoch epoch, bool isLimited, TimeSpan now)
    {
        bool wasShorter = _wasShorter;
        _wasShorter = false;
        if (epoch.InBoth > DelayGuard.Load)
        {
            // Of the most that was in flight during the round trips that this epoch measured.
            double share = epoch.MostOfBoth / (double)Math.Max(_peaks.InFlight, 1);
            TimeSpan then = _peaks.RoundTrip;
            if (share <= DelayGuard.ClearlyLess && epoch.Began - _highAt >= epoch.Shortest
                && (then - epoch.Shortest).Duration() < then * ((1 - share) / 2))
            {
                _value = now < _until ? _value + ((epoch.Shortest - _value) / Smoothing) : epoch.Shortest;
                _until = now + (2 * BaseRoundTrip.Memory);
            }

            // Where a buffer overflows, the round trip stays the same as well, and what was dropped still counts as in flight; and somebody else's
            // queue comes to an end. One epoch may have been lucky, two in a row were not.
            _wasShorter = epoch.Shortest < _value * DelayGuard.ClearlyLess;
            _value = wasShorter && _wasShorter ? epoch.Shortest : _value;
        }

        // The most in flight may be that of the epoch's beginning, and the shortest that of its end; and in a slow start, before there is a limit,
        // the shortest is that of the beginning. (The mean of a few packets is that of acknowledgements that wait.)
        TimeSpan met = isLimited || epoch.MostInFlight < 2 * DelayGuard.InitialWindow ? epoch.Shortest : epoch.Mean;
        _peaks.Add(epoch.MostInFlight, TimeSpans.Max(met, _shortestBefore));
        _shortestBefore = epoch.Shortest;
    }

    /// <summary>What is known by now, if it is more than <paramref name="without"/>; otherwise that.</summary>
    /// <param name="without">What the path takes by all other evidence.</param>
    /// <param name="now">Monotonic.</param>
    public TimeSpan Over(TimeSpan without, TimeSpan now) => now < _until ? TimeSpans.Max(_value, without) : without;
}
