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

    /// <summary>The member's address or port changed.</summary>
    public void Note(Member member)
    {
        IPEndPoint now = member.RemoteEndPoint;
        IPAddress former = member.ToldAddress;
        if (!former.Equals(now.Address) && member.MoveLines.TryTake(1, lane.Now) && _lines.TryTake(1, lane.Now))
        {
            member.ToldAddress = now.Address;
            RelayLog.Moved(logger, member.Id, PeerNames.NameOf(member.Info), member.Room.Code, former, now);
        }
    }
}
