using Softlan.Wire;

namespace Softlan.Platform.Quic;

/// <summary>Sums up the samples of one epoch: as many round trips' time as it takes for a packet that was lucky to be among them.</summary>
internal sealed class DelayEpoch
{
    /// <summary>An epoch has at least two round trips' time and this long.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(5);

    private TimeSpan _ends;
    private TimeSpan _sum;
    private int _count;
    private long _goneBefore;

    /// <summary>When it began; zero: it is the first, which began before anything was measured.</summary>
    public TimeSpan Began { get; private set; }

    /// <summary>The shortest round trip in it.</summary>
    public TimeSpan Shortest { get; private set; } = TimeSpan.MaxValue;

    /// <summary>The mean of its round trips; only after the first <see cref="Add"/>.</summary>
    public TimeSpan Mean => _sum / _count;

    /// <summary>The most bytes in flight in it.</summary>
    public long MostInFlight { get; private set; }

    /// <summary>The most in flight in the epoch before.</summary>
    public long MostBefore { get; private set; }

    /// <summary>The most of both: what is in flight now shows a round trip later.</summary>
    public long MostOfBoth => Math.Max(MostInFlight, MostBefore);

    /// <summary>So much has been in flight at some time in both.</summary>
    public long InBoth => Math.Min(MostInFlight, MostBefore);

    public void Add(in DelaySample sample)
    {
        Shortest = TimeSpans.Min(sample.RoundTrip, Shortest);
        _sum += sample.RoundTrip;
        _count++;
        MostInFlight = Math.Max(MostInFlight, sample.InFlight);
    }

    public bool IsOver(TimeSpan now) => now >= _ends;

    /// <summary>Bytes per second that have left the path since it began.</summary>
    /// <param name="last">The latest sample.</param>
    public double RateUntil(in DelaySample last) => (last.Gone - _goneBefore) / (last.Now - Began).TotalSeconds;

    /// <summary>The next one begins.</summary>
    /// <param name="last">The latest sample, which counts in the epoch that has ended; what was in flight with it still is.</param>
    /// <param name="baseRoundTrip">The shortest round trip of the last seconds.</param>
    public void Restart(in DelaySample last, TimeSpan baseRoundTrip)
    {
        _ends = last.Now + TimeSpans.Max(TimeSpans.Max(2 * baseRoundTrip, Shortest), Least);
        Began = last.Now;
        _goneBefore = last.Gone;
        Shortest = TimeSpan.MaxValue;
        _sum = TimeSpan.Zero;
        _count = 0;
        MostBefore = MostInFlight;
        MostInFlight = last.InFlight;
    }
}
