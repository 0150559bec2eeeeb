using System.Text;
using Microsoft.Extensions.Logging;
using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>Says what was dropped since the last time it was asked, by reason. Leaves out what is no trouble: <paramref name="expected"/>.</summary>
internal sealed class DropReport(params DropReason[] expected)
{
    private static readonly DropReason[] Reasons = Enum.GetValues<DropReason>();

    private readonly long[] _told = new long[Reasons.Length];

    /// <summary>Tells the operator, where there is something to tell.</summary>
    public void Tell(ILogger logger, params ReadOnlySpan<PeerCounters> counters)
    {
        if (Next(withMeanings: true, counters) is { } drops)
        {
            DropReportLog.Dropped(logger, drops);
        }
    }

    /// <returns>Null when there is nothing to tell; otherwise <c>RateLimited 3, PortBusy 12</c>.</returns>
    public string? Next(params ReadOnlySpan<PeerCounters> counters) => Next(withMeanings: false, counters);

    private string? Next(bool withMeanings, ReadOnlySpan<PeerCounters> counters)
    {
        StringBuilder? text = null;
        foreach (DropReason reason in Reasons)
        {
            long count = 0;
            foreach (PeerCounters one in counters)
            {
                count += one.Dropped(reason);
            }

            long since = count - _told[(int)reason];
            _told[(int)reason] = count;
            if (since > 0 && !expected.Contains(reason))
            {
                text = text is null ? new StringBuilder() : text.Append(", ");
                text.Append(reason).Append(' ').Append(since);
                if (withMeanings)
                {
                    text.Append(" (").Append(DropMeanings.Of(reason)).Append(')');
                }
            }
        }

        return text?.ToString();
    }
}
