using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>How many lines those may cause in the log who are not in the room of the join command: anybody who finds the relay can join rooms of its
/// own, and say what is no hello, as often as it likes.</summary>
/// <remarks>Shared by the workers of a relay; asked when somebody joins or leaves, never for a frame.</remarks>
internal sealed class StrangerLines
{
    /// <summary>Lines a second. What is beyond is counted, and <see cref="TakeUntold"/> says how many these were.</summary>
    public const double PerSecond = 1;

    /// <summary>Lines at once: a party with a room code of its own gathers.</summary>
    public const int Burst = 64;

    private readonly Lock _lock = new();
    private readonly TokenBucket _lines = new(PerSecond, Burst);
    private long _untold;

    /// <summary>Whether one more line may be written now. Takes it, or counts it as untold.</summary>
    public bool TryTake(TimeSpan now)
    {
        lock (_lock)
        {
            bool taken = _lines.TryTake(1, now);
            _untold += taken ? 0 : 1;
            return taken;
        }
    }

    /// <summary>Lines that were not written since it was asked last.</summary>
    public long TakeUntold()
    {
        lock (_lock)
        {
            long untold = _untold;
            _untold = 0;
            return untold;
        }
    }
}
