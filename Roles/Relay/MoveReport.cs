using System.Net;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>Tells the operator where a peer of a room is after it changed its network. Another port at the same address is no news: a home router may
/// choose it anew at any time.</summary>
internal sealed class MoveReport(ILane lane, ILogger logger)
{
    /// <summary>Lines a second, and at once. A peer may change its address with each packet; what is beyond is not told, but where the peer is at its
    /// next move.</summary>
    private const double LinesPerSecond = 0.5;

    private const int LinesBurst = 64;

    private readonly TokenBucket _lines = new(LinesPerSecond, LinesBurst);

    /// <summary>The operator has been told where the peer is.</summary>
    public static void Begin(RelayPeer peer) => peer.Seat!.ToldAddress = peer.RemoteEndPoint.Address;

    /// <summary>The peer's address or port changed.</summary>
    public void Note(RelayPeer peer)
    {
        IPEndPoint now = peer.RemoteEndPoint;
        if (peer is { Room: { } room, Seat: { ToldAddress: { } former } seat } && !former.Equals(now.Address) && _lines.TryTake(1, lane.Now))
        {
            seat.ToldAddress = now.Address;
            RelayLog.Moved(logger, peer.Id, PeerNames.NameOf(peer.Info), room.Code, former, now);
        }
    }
}
