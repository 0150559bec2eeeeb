using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>What a port collects in a turn leaves at its end: asks for that end once, and keeps the first error of what had to leave
/// before.</summary>
/// <param name="loop">Whose turns they are.</param>
/// <param name="port">What is told that the turn ends.</param>
[SupportedOSPlatform("linux")]
internal sealed class TurnFlush(EventLoop loop, ITurnEnd port)
{
    private TurnEndRequest _turnEnd = new(loop, port);
    private int _error;

    /// <summary>Something was collected.</summary>
    /// <param name="error">errno of what had to leave to make room for it; 0: none.</param>
    public void OnCollected(int error)
    {
        _error = _error == 0 ? error : _error;
        _turnEnd.Make();
    }

    /// <summary>The turn ends.</summary>
    public void Begin() => _turnEnd.Begin();

    /// <summary>The first error of all that was collected.</summary>
    /// <param name="error">errno of the last that left; 0: none.</param>
    public int FirstError(int error) => _error == 0 ? error : _error;
}
