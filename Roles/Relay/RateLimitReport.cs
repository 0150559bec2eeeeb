using Microsoft.Extensions.Logging;
using Softlan.Roles.Shared;

namespace Softlan.Roles.Relay;

/// <summary>Names who sent more than the limits allow, since the sum of all drops does not say whom to ask.</summary>
internal sealed class RateLimitReport(ILogger logger)
{
    /// <summary>Members that are named at a time, those with the most drops; a relay can have thousands that are over their limit.</summary>
    public const int MaxNamed = 3;

    private readonly List<(Member Member, long Drops)> _over = [];

    /// <summary>To be called once a minute, with everybody whose frames are counted on this lane.</summary>
    public void Tell(IEnumerable<Member> members)
    {
        foreach (Member member in members)
        {
            if (member.TakeRateLimited() is > 0 and long drops)
            {
                _over.Add((member, drops));
            }
        }

        foreach ((Member member, long drops) in _over.OrderByDescending(one => one.Drops).Take(MaxNamed))
        {
            RelayLog.OverLimit(logger, member.Id, PeerNames.NameOf(member.Info), member.Room.Code, member.RemoteEndPoint, drops);
        }

        _over.Clear();
    }
}
