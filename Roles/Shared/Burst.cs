namespace Softlan.Roles.Shared;

/// <summary>Notices that something happens often within a short time. Pure; time is an argument.</summary>
/// <param name="threshold">How often.</param>
/// <param name="window">Within what time.</param>
internal sealed class Burst(int threshold, TimeSpan window)
{
    /// <summary>When it happened last: a ring, the oldest at <see cref="_next"/>.</summary>
    private readonly TimeSpan[] _times = new TimeSpan[threshold];
    private int _next;
    private long _seen;

    /// <summary>It has happened.</summary>
    /// <returns>Whether that is as often as the threshold within the window.</returns>
    public bool Note(TimeSpan now)
    {
        _times[_next] = now;
        _next = (_next + 1) % threshold;
        return ++_seen >= threshold && now - _times[_next] <= window;
    }

    /// <summary>Counting begins anew.</summary>
    public void Clear() => _seen = 0;
}
