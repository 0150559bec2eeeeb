using Softlan.Wire;

namespace Softlan.Platform.Quic;

/// <summary>Remembers the shortest round trip of the last seconds.</summary>
internal sealed class BaseRoundTrip
{
    /// <summary>How long it is remembered, twice: a path that has become longer is then believed.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(5);

    private TimeSpan _next = TimeSpan.MaxValue;
    private TimeSpan _until;

    /// <summary><see cref="TimeSpan.MaxValue"/> before the first.</summary>
    public TimeSpan Value { get; private set; } = TimeSpan.MaxValue;

    /// <param name="roundTrip">Of the latest packet that was acknowledged.</param>
    /// <param name="now">Monotonic.</param>
    /// <returns>How often <see cref="Memory"/> has ended since the last call: 0, 1, or 2 for more, since nothing older is kept.</returns>
    public int Add(TimeSpan roundTrip, TimeSpan now)
    {
        int ended = now < _until ? 0 : now < _until + Memory ? 1 : 2;
        if (ended > 0)
        {
            Value = ended == 1 ? _next : TimeSpan.MaxValue;
            _next = TimeSpan.MaxValue;
            _until = now + Memory;
        }

        _next = TimeSpans.Min(roundTrip, _next);
        Value = TimeSpans.Min(roundTrip, Value);
        return ended;
    }
}
