using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>A one-shot timer of an <see cref="EventLoop"/>, kept in its <see cref="TimerHeap"/>. Setting and cancelling allocate nothing.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LoopTimer(EventLoop loop, Action callback) : ILaneTimer
{
    /// <summary>When it fires, in nanoseconds of the loop's clock; meaningful while it is in the heap.</summary>
    internal long Due { get; set; }

    /// <summary>Where it stands in the heap; -1 while it is not set.</summary>
    internal int HeapIndex { get; set; } = -1;

    internal Action Callback { get; } = callback;

    public void Set(TimeSpan due) => SetAt(loop.NowNanoseconds + Math.Max(0, due.Ticks * TimeSpan.NanosecondsPerTick));

    /// <param name="due">Nanoseconds of the loop's clock. A time that has passed fires in the next turn.</param>
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
