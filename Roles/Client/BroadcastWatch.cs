namespace Softlan.Roles.Client;

/// <summary>Notices when the party's broadcasts do not arrive: then games do not see each other, although everything else may work. A pure function
/// of counters and time.</summary>
internal sealed class BroadcastWatch
{
    /// <summary>Every LAN has a broadcast within this time: an ARP request, a router advertisement, a name that is looked up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Own broadcasts that must have gone out in that time; a player who is silent cannot expect answers.</summary>
    public const int MinSent = 8;

    private TimeSpan? _since;
    private long _sentBefore;
    private long _receivedBefore;
    private bool _isSilent;

    /// <summary>What changed since the last look.</summary>
    /// <param name="now">The lane's time.</param>
    /// <param name="reachesLan">Otherwise there is nothing to be heard.</param>
    /// <param name="sent">Broadcast and multicast frames sent since the start.</param>
    /// <param name="received">The same, received.</param>
    public BroadcastNews Look(TimeSpan now, bool reachesLan, long sent, long received)
    {
        if (!reachesLan || _since is null || received != _receivedBefore)
        {
            bool isBack = _isSilent && received != _receivedBefore;
            _isSilent &= !isBack;
            _since = reachesLan ? now : null;
            _sentBefore = sent;
            _receivedBefore = received;
            return isBack ? BroadcastNews.Back : BroadcastNews.None;
        }

        if (_isSilent || now - _since < Patience || sent - _sentBefore < MinSent)
        {
            return BroadcastNews.None;
        }

        _isSilent = true;
        return BroadcastNews.Silent;
    }
}
