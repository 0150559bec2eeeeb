using Softlan.Platform;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Gateway;

/// <summary>Reminds the LAN's switches of the players (<see cref="CamRefresh"/>).</summary>
internal sealed class CamReminders(ILane lane, IFramePort port, bool isBridge, PlayerMacs macs, LoopWatch loops)
{
    /// <summary>MACs that the LAN has not seen yet and is told of, a second and at once: a full room of a relay with default limits at once, and few
    /// beside the thousands that a switch has room for, also where a relay names new players without end. One beyond it waits for its next turn, in
    /// <see cref="CamRefresh.Interval"/>, or shows itself with its first frame.</summary>
    public const int NewPerSecond = 1;
    public const int NewBurst = 64;

    private readonly TokenBucket _new = new(NewPerSecond, NewBurst);
    private readonly byte[] _frame = new byte[CamRefresh.Length];

    /// <summary>A player is there, or is there still.</summary>
    public void Remind(PeerInfo peer)
    {
        if (peer.Role != PeerRole.Client || peer.Mac == port.Address || loops.IsPaused || macs.Find(peer.Mac) is not { IsRefused: false } player)
        {
            return;
        }

        if (!player.IsShown && !_new.TryTake(1, lane.Now))
        {
            return;
        }

        // A bridge would keep a frame for its own MAC to itself, so there it goes to everybody, as hypervisors do when they move a machine.
        player.IsShown = true;
        ReadOnlySpan<byte> frame = CamRefresh.Write(_frame, isBridge ? MacAddress.Broadcast : port.Address, peer.Mac);
        loops.OnWritten(frame, peer.Mac);
        port.WriteToWire(frame);
    }
}
