using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>How many frames for everybody a room may have, from all its peers together. Each becomes as many copies as the room has other peers, so
/// this bounds what the relay sends for a room, and for all rooms that somebody fills from one address: their copies are so many for each of his
/// links, however he spreads them.</summary>
/// <remarks>Asking allocates nothing. Everything about a room happens on one lane, so nothing here takes a lock.</remarks>
internal sealed class RoomLimit
{
    /// <summary>Players of a room who may all the time send broadcasts at the rate of <see cref="RelayOptions.ClientBroadcastRate"/>, beside a
    /// gateway with as much as it may have of one kind. By default that is 2560 frames a second, and for 64 peers 160,000 copies; more frames
    /// are dropped.</summary>
    public const int PlayersAtFullRate = 2;

    /// <summary>So many times as much may the room of the join command have, whose peers were invited: a full room in which all 64 send at that rate
    /// for a second.</summary>
    public const int KeptRoomFactor = 4;

    /// <summary>How long a room may have had nothing to say and then say it at once, in seconds of its rate.</summary>
    public const double BurstSeconds = 2;

    private readonly ILane _lane;
    private readonly TokenBucket _frames;

    /// <param name="isKept">It is the room of the join command.</param>
    /// <param name="options">Has the rate.</param>
    /// <param name="lane">The room's.</param>
    public RoomLimit(bool isKept, RelayOptions options, ILane lane)
    {
        _lane = lane;
        double rate = (SendLimits.GatewayBroadcastRate + ((double)PlayersAtFullRate * options.ClientBroadcastRate)) * (isKept ? KeptRoomFactor : 1);
        _frames = new TokenBucket(rate, BurstSeconds * rate);
    }

    /// <summary>Whether one more frame to everybody may be sent now. Takes it.</summary>
    public bool MaySendToAll() => _frames.TryTake(1, _lane.Now);
}
