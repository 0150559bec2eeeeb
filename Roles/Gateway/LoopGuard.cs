namespace Softlan.Roles.Gateway;

/// <summary>Tells a stray echo from a second bridge between the LAN and the room. Pure; time is an argument.</summary>
internal sealed class LoopGuard
{
    /// <summary>This many looped frames within <see cref="Window"/> are a loop. A storm brings thousands; a switch that has just moved a port, or a
    /// card that echoes a broadcast, a few.</summary>
    public const int Threshold = 20;

    public static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    /// <summary>How long bridging stops. Without a bridge a storm dies at once; the rest is for people to find the cable.</summary>
    public static readonly TimeSpan PauseLength = TimeSpan.FromSeconds(10);

    /// <summary>Stray frames are told about once in this time.</summary>
    public static readonly TimeSpan StrayReminder = TimeSpan.FromMinutes(1);

    /// <summary>When each of the latest looped frames came: a ring, the oldest at <see cref="_next"/>.</summary>
    private readonly TimeSpan[] _times = new TimeSpan[Threshold];
    private int _next;
    private long _seen;
    private TimeSpan? _toldAt;

    public bool IsPaused { get; private set; }

    /// <summary>Judges one looped frame.</summary>
    public LoopVerdict OnLoopedFrame(TimeSpan now)
    {
        if (IsPaused)
        {
            return LoopVerdict.Quiet;
        }

        _times[_next] = now;
        _next = (_next + 1) % Threshold;
        if (++_seen >= Threshold && now - _times[_next] <= Window)
        {
            IsPaused = true;
            _toldAt = now;
            return LoopVerdict.Pause;
        }

        if (_toldAt is { } told && now - told < StrayReminder)
        {
            return LoopVerdict.Quiet;
        }

        _toldAt = now;
        return LoopVerdict.Stray;
    }

    /// <summary>The pause is over; counting begins anew.</summary>
    public void Resume()
    {
        IsPaused = false;
        _seen = 0;
    }
}
