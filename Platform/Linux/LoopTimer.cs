using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>A one-shot timer of an <see cref="EventLoop"/>, kept in its <see cref="TimerHeap"/>. Setting and cancelling allocate nothing.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LoopTimer(EventLoop loop, Action callback) : HeapTimer(callback), ILaneTimer
{
    public void Set(TimeSpan due) => SetAt(loop.NowNanoseconds + Math.Max(0, Nanoseconds.From(due)));

    /// <param name="due">Nanoseconds of the loop's clock. One that has passed fires in this turn or in the next.</param>
    public void SetAt(long due)
    {
        if (HeapIndex < 0 || Due != due)
        {
            loop.Timers.Set(this, due);
        }
    }

    public void Cancel() => loop.Timers.Remove(this);

    public void Dispose() => Cancel();
}
