using System.Globalization;

namespace Softlan.Roles.Demo.Probes;

/// <summary>Measured round trips: the median, the one that 99 of 100 do not exceed, and how many got no answer.</summary>
internal readonly record struct RoundTrips(TimeSpan P50, TimeSpan P99, int Sent, int Lost)
{
    /// <param name="times">Of those that were answered; sorted by this method.</param>
    /// <param name="sent">How many were sent.</param>
    public static RoundTrips From(List<TimeSpan> times, int sent)
    {
        times.Sort();
        return times.Count == 0
            ? new RoundTrips(TimeSpan.Zero, TimeSpan.Zero, sent, sent)
            : new RoundTrips(AtRank(times, 0.5), AtRank(times, 0.99), sent, sent - times.Count);
    }

    /// <summary>Reads what <see cref="ToLine"/> wrote.</summary>
    public static bool TryParse(string line, out RoundTrips roundTrips)
    {
        string[] words = line.Split(' ');
        long[] numbers =
        [
            .. words.Select(word => long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : -1)
        ];
        bool isValid = numbers.Length == 4 && numbers.All(number => number >= 0);
        roundTrips = isValid ? new RoundTrips(new TimeSpan(numbers[0]), new TimeSpan(numbers[1]), (int)numbers[2], (int)numbers[3]) : default;
        return isValid;
    }

    /// <summary>One line for another process: p50 and p99 in ticks of 100 ns, sent, lost.</summary>
    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{P50.Ticks} {P99.Ticks} {Sent} {Lost}");

    // Nearest rank: the smallest time that is not exceeded by this share of the times.
    private static TimeSpan AtRank(List<TimeSpan> sorted, double share) => sorted[(int)Math.Ceiling(share * sorted.Count) - 1];
}
