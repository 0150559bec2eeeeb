namespace Softlan.Platform;

/// <summary>Times as timers and QUIC libraries count them, where a <see cref="TimeSpan"/>'s 100 ns are too coarse or in the way.</summary>
internal static class Nanoseconds
{
    /// <summary>In one second.</summary>
    public const long PerSecond = 1_000_000_000;

    /// <param name="time">At most 292 years: what is longer does not fit.</param>
    public static long From(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>Without the fraction of 100 ns.</summary>
    public static TimeSpan ToTimeSpan(long nanoseconds) => new(nanoseconds / TimeSpan.NanosecondsPerTick);

    /// <summary>The same; what is more than fits a <see cref="long"/> is 292 years.</summary>
    public static TimeSpan ToTimeSpan(ulong nanoseconds) => ToTimeSpan((long)Math.Min(nanoseconds, long.MaxValue));
}
