namespace Softlan.Wire;

/// <summary>What <see cref="Math"/> has for numbers, for durations and for times that are told as durations.</summary>
internal static class TimeSpans
{
    public static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    public static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <param name="value">What is kept within the two.</param>
    /// <param name="least">Wins where it is more than <paramref name="most"/> and than the value.</param>
    /// <param name="most">The upper bound.</param>
    public static TimeSpan Clamp(TimeSpan value, TimeSpan least, TimeSpan most) => value < least ? least : Min(value, most);
}
