namespace Softlan.Platform;

/// <summary>What a <see cref="TimerHeap"/> knows of a timer.</summary>
internal abstract class HeapTimer(Action callback)
{
    /// <summary>When it fires, in nanoseconds of its lane's clock; meaningful while it is in the heap.</summary>
    internal long Due { get; set; }

    /// <summary>Where it stands in the heap; -1 while it is not set.</summary>
    internal int HeapIndex { get; set; } = -1;

    internal Action Callback { get; } = callback;
}
