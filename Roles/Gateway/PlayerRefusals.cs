using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Gateway;

/// <summary>Tells operator and relay of the players who have a MAC of the LAN.</summary>
internal sealed class PlayerRefusals(ILane lane, RelaySession session, PlayerMacs macs, string @interface, ILogger logger)
{
    /// <summary>Lines about players who have a MAC of the LAN, a second and at once. Who joins again and again is not repeated.</summary>
    private const double LinesPerSecond = 1.0 / 60;
    private const int LinesBurst = 16;

    /// <summary>Messages to the relay, a second and at once; what is beyond is told in a minute. It closes who sends ten a second.</summary>
    private const double MessagesPerSecond = 4;
    private const int MessagesBurst = 32;

    private readonly TokenBucket _lines = new(LinesPerSecond, LinesBurst);
    private readonly TokenBucket _messages = new(MessagesPerSecond, MessagesBurst);

    /// <summary>A client is refused, or still is.</summary>
    public void OnRefused(PeerInfo peer)
    {
        TellRelay(peer);
        if (!_lines.TryTake(1, lane.Now))
        {
            return;
        }

        if (macs.IsOwn(peer.Mac))
        {
            GatewayLog.OwnMacAnnounced(logger, PeerNames.Describe(peer), @interface);
        }
        else
        {
            GatewayLog.LanMacAnnounced(
                logger, PeerNames.Describe(peer), @interface, DurationText.Seconds(macs.HeardAgo(peer.Mac, lane.Now) ?? TimeSpan.Zero));
        }
    }

    /// <summary>A client is refused from now on, or is not any more.</summary>
    public void OnReconsidered(PeerInfo peer)
    {
        if (macs.IsRefused(peer.Mac))
        {
            OnRefused(peer);
            return;
        }

        TellRelay(peer);
        if (_lines.TryTake(1, lane.Now))
        {
            GatewayLog.LanMacGone(logger, PeerNames.Describe(peer), @interface);
        }
    }

    /// <summary>Tells the relay what it does not know yet.</summary>
    public void TellRelay(PeerInfo peer)
    {
        if (macs.HasNews(peer.Mac) && _messages.TryTake(1, lane.Now))
        {
            session.SayOutside(peer, macs.TakeNews(peer.Mac));
        }
    }
}
