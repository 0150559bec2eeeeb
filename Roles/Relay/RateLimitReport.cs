using Microsoft.Extensions.Logging;
using Softlan.Roles.Shared;

namespace Softlan.Roles.Relay;

/// <summary>Names who sent more than the limits allow, since the sum of all drops does not say whom to ask.</summary>
internal sealed class RateLimitReport(ILogger logger)
{
    /// <summary>Peers that are named at a time, those with the most drops; a relay can have thousands that are over their limit.</summary>
    public const int MaxNamed = 3;

    private readonly List<(RelayPeer Peer, long Drops)> _over = [];

    /// <summary>To be called once a minute, with everybody whose frames are counted on this lane.</summary>
    public void Tell(IEnumerable<RelayPeer> peers)
    {
        foreach (RelayPeer peer in peers)
        {
            if (peer.TakeRateLimited() is > 0 and long drops)
            {
                _over.Add((peer, drops));
            }
        }

        foreach ((RelayPeer peer, long drops) in _over.OrderByDescending(one => one.Drops).Take(MaxNamed))
        {
            RelayLog.OverLimit(logger, peer.Id, PeerNames.NameOf(peer.Info), peer.Room!.Code, peer.RemoteEndPoint, drops);
        }

        _over.Clear();
    }
}
