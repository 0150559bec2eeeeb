using Softlan.Wire;

namespace Softlan.Platform.Quic;

/// <summary>Remembers the most that was in flight in the last epochs, and the longest that one of them took.</summary>
internal sealed class InFlightPeaks
{
    /// <summary>The most is that of so many epochs, and of as many before them.</summary>
    private const int Epochs = 10;

    private Peak _before;
    private Peak _latest;

    /// <summary>Bytes; 0: nothing is known.</summary>
    public long InFlight => Math.Max(_before.InFlight, _latest.InFlight);

    public TimeSpan RoundTrip => TimeSpans.Max(_before.RoundTrip, _latest.RoundTrip);

    /// <param name="inFlight">The most bytes in an epoch.</param>
    /// <param name="roundTrip">What stands for its round trips.</param>
    public void Add(long inFlight, TimeSpan roundTrip)
    {
        if (++_latest.Epochs > Epochs)
        {
            _before = _latest;
            _latest = new Peak { Epochs = 1 };
        }

        _latest.InFlight = Math.Max(_latest.InFlight, inFlight);
        _latest.RoundTrip = TimeSpans.Max(roundTrip, _latest.RoundTrip);
    }

    public void Clear() => _before = _latest = default;

    /// <summary>The most of some epochs.</summary>
    private struct Peak
    {
        public int Epochs;
        public long InFlight;
        public TimeSpan RoundTrip;
    }
}
