namespace Softlan.Wire;

/// <summary>Durations as people say them.</summary>
internal static class DurationText
{
    /// <summary><c>0.3 s</c>, <c>8 s</c>.</summary>
    public static string Seconds(TimeSpan duration) =>
        duration.TotalSeconds < 1
            ? FormattableString.Invariant($"{duration.TotalSeconds:0.0#} s")
            : FormattableString.Invariant($"{duration.TotalSeconds:0} s");
}
