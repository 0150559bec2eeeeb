using System.Globalization;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>Adds up drops by reason over many links, and says what is new since the last time.</summary>
internal sealed class DropTotals
{
    private static readonly DropReason[] Reasons = [.. Enum.GetValues<DropReason>().Where(reason => reason != DropReason.None)];

    private readonly long[] _told = new long[Reasons.Length];

    /// <summary>What was dropped since the last call, as <c>QueueFull 12, RateLimited 3</c>; empty when nothing was.</summary>
    public string TellNew(PeerCounters departed, IEnumerable<RelayPeer> links)
    {
        long[] totals = [.. Reasons.Select(departed.Dropped)];
        foreach (RelayPeer peer in links)
        {
            for (int i = 0; i < Reasons.Length; i++)
            {
                totals[i] += peer.Counters.Dropped(Reasons[i]);
            }
        }

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
