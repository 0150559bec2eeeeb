namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>Handshakes that failed lately. Each has cost what one that succeeds does, and whoever began it need not be where it seemed to come from;
/// but it was never half-open for long.</summary>
internal sealed class FailedHandshakes
{
    /// <summary>So many are remembered, and halved every second: two seconds after the last there are fewer than
    /// <see cref="QuicLimits.RetryThreshold"/>.</summary>
    public const int Most = 2 * QuicLimits.RetryThreshold;

    private static readonly TimeSpan HalfLife = TimeSpan.FromSeconds(1);

    private int _count;
    private TimeSpan _halved;

    /// <param name="now">Monotonic.</param>
    public void Note(TimeSpan now) => _count = Math.Min(Lately(now) + 1, Most);

    /// <param name="now">Monotonic.</param>
    public int Lately(TimeSpan now)
    {
        long halves = (now - _halved).Ticks / HalfLife.Ticks;
        if (halves > 0)
        {
            _halved += HalfLife * halves;
            _count = halves < sizeof(int) * 8 ? _count >> (int)halves : 0;
        }

        return _count;
    }
}
