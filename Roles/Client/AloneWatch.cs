using Softlan.Platform;

namespace Softlan.Roles.Client;

/// <summary>Notices who stays alone in a room: the code may be mistyped, and then the others wait in another one.</summary>
/// <param name="lane">Where everything happens.</param>
/// <param name="isAlone">Whether the client is in a room now, and nobody else is.</param>
/// <param name="tell">Called once, when it has stayed so.</param>
internal sealed class AloneWatch(ILane lane, Func<bool> isAlone, Action tell) : IDisposable
{
    /// <summary>Whoever is alone for longer is told so; friends who come together are there by then.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private ILaneTimer? _timer;

    /// <summary>The room was joined for the first time.</summary>
    public void OnJoined()
    {
        if (isAlone())
        {
            _timer ??= lane.CreateTimer(OnTimer);
            _timer.Set(Patience);
        }
    }

    /// <summary>Somebody came: the code is right.</summary>
    public void OnPeerJoined() => _timer?.Cancel();

    public void Dispose() => _timer?.Dispose();

    private void OnTimer()
    {
        if (isAlone())
        {
            tell();
        }
    }
}
