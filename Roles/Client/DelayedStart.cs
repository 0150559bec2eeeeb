using Softlan.Platform;

namespace Softlan.Roles.Client;

/// <summary>Has a TAP read when the room is joined, not when it is opened: what this machine says while the first connection is made waits in the
/// TAP's queue.</summary>
/// <remarks>
/// A TAP that is up already gets its carrier when it is opened, and ARP or DHCP speak at once. What is dropped then is said again after one or three
/// seconds.
/// </remarks>
/// <param name="lane">Where everything happens.</param>
/// <param name="start">Called once, when the TAP is to be read.</param>
internal sealed class DelayedStart(ILane lane, Action start) : IDisposable
{
    /// <summary>So long it waits, and no longer: then what was said is stale, and is read and dropped.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private ILaneTimer? _timer;
    private bool _isStarted;

    /// <summary>The TAP is open.</summary>
    public void Wait()
    {
        _timer ??= lane.CreateTimer(Start);
        _timer.Set(Patience);
    }

    /// <summary>The room is joined, or it has waited long enough. A second time does nothing.</summary>
    public void Start()
    {
        if (!_isStarted)
        {
            _isStarted = true;
            Cancel();
            start();
        }
    }

    /// <summary>It is not started any more.</summary>
    public void Cancel() => _timer?.Cancel();

    public void Dispose() => _timer?.Dispose();
}
