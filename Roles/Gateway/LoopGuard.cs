using Softlan.Roles.Shared;

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

    private readonly Burst _echoes = new(Threshold, Window);
    private TimeSpan? _toldAt;

    public bool IsPaused { get; private set; }

    /// <summary>Judges a frame that came back.</summary>
    public LoopVerdict OnEcho(TimeSpan now)
    {
        if (IsPaused || !_echoes.Note(now))
        {
            return OnStray(now);
        }

        IsPaused = true;
        _toldAt = now;
        return LoopVerdict.Pause;
    }

    /// <summary>Judges a frame with a player's MAC that may be another's.</summary>
    public LoopVerdict OnStray(TimeSpan now)
    {
        if (IsPaused || (_toldAt is { } told && now - told < StrayReminder))
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
        _echoes.Clear();
    }
}
