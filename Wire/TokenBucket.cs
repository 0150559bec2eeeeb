namespace Softlan.Wire;

/// <summary>A rate with a burst: tokens trickle in up to the burst, and whoever wants to pass takes some. It starts full. The unit (bytes, frames) is
/// the caller's.</summary>
/// <remarks>Time is whatever monotonic clock the caller uses. A clock that goes backwards adds nothing and takes nothing away.</remarks>
internal sealed class TokenBucket
{
    private readonly double _ratePerSecond;
    private readonly double _burst;
    private double _tokens;
    private TimeSpan _last;

    /// <param name="ratePerSecond">Tokens a second; positive and finite.</param>
    /// <param name="burst">The most tokens that pile up; positive and finite. Nothing larger than this ever passes.</param>
    public TokenBucket(double ratePerSecond, double burst)
    {
        RequirePositive(ratePerSecond, nameof(ratePerSecond));
        RequirePositive(burst, nameof(burst));
        _ratePerSecond = ratePerSecond;
        _burst = burst;
        _tokens = burst;
    }

    /// <summary>Takes all of <paramref name="amount"/>, or nothing when fewer tokens are there.</summary>
    public bool TryTake(double amount, TimeSpan now)
    {
        if (now > _last)
        {
            _tokens = Math.Min(_burst, _tokens + ((now - _last).TotalSeconds * _ratePerSecond));
        }

        _last = now;
        bool taken = amount <= _tokens;
        _tokens -= taken ? amount : 0;
        return taken;
    }

    private static void RequirePositive(double value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, name);
        if (!double.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(name, value, "It must be finite.");
        }
    }
}
