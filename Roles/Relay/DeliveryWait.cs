using Softlan.Platform;

namespace Softlan.Roles.Relay;

/// <summary>Waits until the other side of a link has everything that it was told on the control stream: frames travel beside that stream and would
/// overtake it.</summary>
internal sealed class DeliveryWait
{
    /// <summary>A link that takes longer is not waited for: somebody with a dead gateway must not keep players out. Its first frames may then be
    /// dropped there.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>How often somebody looks whether control messages have arrived: a link says only whether they have when it is asked.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(2);

    private readonly ILane _lane;
    private readonly ILaneTimer _timer;
    private IFrameLink? _link;
    private Action? _delivered;
    private TimeSpan _giveUpAt;

    public DeliveryWait(ILane lane)
    {
        _lane = lane;
        _timer = lane.CreateTimer(Poll);
    }

    /// <summary>Calls <paramref name="delivered"/> once, from here when there is nothing to wait for; replaces an earlier wait.</summary>
    public void Begin(IFrameLink link, Action delivered)
    {
        _link = link;
        _delivered = delivered;
        _giveUpAt = _lane.Now + Longest;
        Poll();
    }

    public void Cancel()
    {
        _timer.Cancel();
        _link = null;
        _delivered = null;
    }

    private void Poll()
    {
        if (_link is null)
        {
            return;
        }

        if (_link.HasUndeliveredControl && _lane.Now < _giveUpAt)
        {
            _timer.Set(PollInterval);
            return;
        }

        Action? delivered = _delivered;
        _link = null;
        _delivered = null;
        delivered?.Invoke();
    }
}
