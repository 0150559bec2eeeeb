using Softlan.Platform;

namespace Softlan.Roles.Relay;

/// <summary>Says who was turned away before a hello since the last time it was asked, why, and which option lets in more.</summary>
/// <param name="options">The limits.</param>
internal sealed class RefusalReport(RelayOptions options)
{
    private LinkRefusals _told;
    private long _toldBusy;

    /// <param name="refused">By all listeners since the start, for whatever reason.</param>
    /// <param name="byQuota">Those among them that the quota refused. Looked at after <paramref name="refused"/>, or what comes in between would have
    /// the wrong reason.</param>
    /// <returns>Null when nobody was; otherwise <c>3 while the relay was full (--max-peers 4096), 1 ...</c>.</returns>
    public string? Next(long refused, LinkRefusals byQuota)
    {
        long busy = Math.Max(_toldBusy, refused - byQuota.Full - byQuota.AddressFull);
        List<string> reasons = [];
        Add(byQuota.Full - _told.Full, $"while the relay was full (--max-peers {options.MaxPeers})");
        Add(
            byQuota.AddressFull - _told.AddressFull,
            $"from addresses at their limit (--max-links-per-address {options.MaxLinksPerAddress})");
        Add(busy - _toldBusy, $"while too many others were connecting (--workers {options.Workers})");
        _told = byQuota;
        _toldBusy = busy;
        return reasons.Count > 0 ? string.Join(", ", reasons) : null;

        void Add(long count, string reason)
        {
            if (count > 0)
            {
                reasons.Add($"{count} {reason}");
            }
        }
    }
}
