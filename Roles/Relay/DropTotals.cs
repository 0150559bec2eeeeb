using System.Globalization;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>Adds up drops by reason over many links, and says what is new since the last time.</summary>
internal sealed class DropTotals
{
    private static readonly DropReason[] Reasons = [.. Enum.GetValues<DropReason>().Where(reason => reason != DropReason.None)];

    private readonly long[] _told = new long[Reasons.Length];

    /// <summary>What was dropped since the last call, as <c>QueueFull 12, RateLimited 3</c>; empty when nothing was.</summary>
    /// <param name="sum">Over all links, those that have ended included.</param>
    public string TellNew(PeerCounters sum)
    {
        long[] totals = [.. Reasons.Select(sum.Dropped)];
        List<string> news = [];
        for (int i = 0; i < Reasons.Length; i++)
        {
            long dropped = totals[i] - _told[i];
            _told[i] = totals[i];
            if (dropped > 0)
            {
                news.Add(string.Create(CultureInfo.InvariantCulture, $"{Reasons[i]} {dropped}"));
            }
        }

        return string.Join(", ", news);
    }
}
