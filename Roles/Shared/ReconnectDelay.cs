using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>How long to wait before the next attempt: 0.25 s, doubling to 10 s, of which a random part of up to half is left out so that a room full
/// of players does not come back in step.</summary>
/// <param name="random">Gives 0 (inclusive) to 1 (exclusive).</param>
internal sealed class ReconnectDelay(Func<double> random)
{
    public static readonly TimeSpan First = TimeSpan.FromSeconds(0.25);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private TimeSpan _next = First;

    /// <summary>The next delay, and doubles the one after it.</summary>
    public TimeSpan Next(TimeSpan? atMost = null)
    {
        TimeSpan delay = atMost < _next ? atMost.Value : _next;
        _next = TimeSpans.Min(_next + _next, Longest);
        return delay * (1 - (random() / 2));
    }

    public void Reset() => _next = First;
}
