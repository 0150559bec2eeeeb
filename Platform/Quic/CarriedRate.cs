namespace Softlan.Platform.Quic;

/// <summary>Measures the rate that a path carries under load.</summary>
internal sealed class CarriedRate
{
    /// <summary>How much the latest epoch counts: the path takes bursts faster than it could go on with.</summary>
    private const int Smoothing = 8;

    private double _rate;

    /// <summary>An epoch has ended.</summary>
    /// <param name="epoch">The one that has ended.</param>
    /// <param name="last">Its latest sample.</param>
    public void OnEpoch(DelayEpoch epoch, in DelaySample last)
    {
        if (epoch.Began != default && epoch.InBoth > DelayGuard.Load)
        {
            double rate = epoch.RateUntil(in last);
            _rate = _rate == 0 ? rate : _rate + ((rate - _rate) / Smoothing);
        }
    }

    /// <summary>Bytes that it carries in so long; 0 before there was a load.</summary>
    public long In(TimeSpan time) => (long)(_rate * time.TotalSeconds);
}
