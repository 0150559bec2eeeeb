using System.Runtime.Versioning;
using Softlan.Wire;

namespace Softlan.Platform.Windows;

/// <summary>The system's clock, with timers to half a millisecond. Those of .NET follow Windows' tick of 15.6 ms, which is as long as a game's frame:
/// a send that pacing held back for a millisecond would wait for it.</summary>
[SupportedOSPlatform("windows")]
internal sealed class PreciseClock : TimeProvider
{
    /// <exception cref="SoftlanException">Windows gives no timer.</exception>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        WaitableTimer timer = new(() => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }
}
