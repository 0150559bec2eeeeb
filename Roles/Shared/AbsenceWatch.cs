using Softlan.Platform;

namespace Softlan.Roles.Shared;

/// <summary>Notices that somebody who is needed stays away from a room: the code may be mistyped, and then they wait in another one.</summary>
/// <param name="lane">Where everything happens.</param>
/// <param name="patience">How long somebody may be away before it is told.</param>
/// <param name="tell">Called once for each absence.</param>
internal sealed class AbsenceWatch(ILane lane, TimeSpan patience, Action tell) : IDisposable
{
    private ILaneTimer? _timer;
    private bool _isWaiting;
    private bool _hasTold;

    /// <summary>The room is known, for the first time or again, or it changed.</summary>
    /// <param name="isThere">Whether whoever is needed is in it.</param>
    public void Look(bool isThere)
    {
        if (isThere)
        {
            Pause();
            _hasTold = false;
        }
        else if (!_isWaiting && !_hasTold)
        {
            _isWaiting = true;
            _timer ??= lane.CreateTimer(OnTimer);
            _timer.Set(patience);
        }
    }

    /// <summary>Who is in the room is not known now: what is not told yet waits for the next look.</summary>
    public void Pause()
    {
        _isWaiting = false;
        _timer?.Cancel();
    }

    public void Dispose() => _timer?.Dispose();

    private void OnTimer()
    {
        _isWaiting = false;
        _hasTold = true;
        tell();
    }
}
