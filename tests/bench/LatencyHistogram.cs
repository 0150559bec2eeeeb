namespace Softlan.Bench;

/// <summary>Times in buckets that are 5 % wide, so that millions of them cost a few kilobytes.</summary>
internal sealed class LatencyHistogram
{
    private const double Width = 1.05;
    private static readonly TimeSpan Smallest = TimeSpan.FromMicroseconds(1);

    private readonly long[] _buckets = new long[400];

    public long Count { get; private set; }

    public TimeSpan Longest { get; private set; }

    public void Add(TimeSpan time)
    {
        int bucket = time <= Smallest ? 0 : (int)Math.Log(time / Smallest, Width);
        _buckets[Math.Min(bucket, _buckets.Length - 1)]++;
        Count++;
        Longest = time > Longest ? time : Longest;
    }

    public TimeSpan At(double share)
    {
        long rank = (long)Math.Ceiling(Count * share);
        long seen = 0;
        for (int i = 0; i < _buckets.Length; i++)
        {
            seen += _buckets[i];
            if (seen >= rank)
            {
                return Smallest * Math.Pow(Width, i + 1);
            }
        }

        return Longest;
    }

    public void Clear()
    {
        Array.Clear(_buckets);
        Count = 0;
        Longest = TimeSpan.Zero;
    }
}
