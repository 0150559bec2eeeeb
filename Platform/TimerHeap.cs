namespace Softlan.Platform;

/// <summary>A binary min-heap of timers that know their place, so that moving and removing one costs O(log n) and no search.</summary>
internal sealed class TimerHeap
{
    private HeapTimer[] _timers = new HeapTimer[16];

    public int Count { get; private set; }

    /// <summary>When the first timer fires; <see cref="long.MaxValue"/> when none is set.</summary>
    public long NextDue => Count > 0 ? _timers[0].Due : long.MaxValue;

    public void Set(HeapTimer timer, long due)
    {
        timer.Due = due;
        if (timer.HeapIndex < 0)
        {
            if (Count == _timers.Length)
            {
                Array.Resize(ref _timers, Count * 2);
            }

            Place(timer, Count++);
        }

        SiftUp(timer.HeapIndex);
        SiftDown(timer.HeapIndex);
    }

    public void Remove(HeapTimer timer)
    {
        int index = timer.HeapIndex;
        if (index < 0)
        {
            return;
        }

        timer.HeapIndex = -1;
        HeapTimer last = _timers[--Count];
        _timers[Count] = null!;
        if (last != timer)
        {
            Place(last, index);
            SiftUp(index);
            SiftDown(last.HeapIndex);
        }
    }

    /// <summary>Takes the first timer if it is due at <paramref name="now"/>.</summary>
    public HeapTimer? TakeDue(long now)
    {
        if (Count == 0 || _timers[0].Due > now)
        {
            return null;
        }

        HeapTimer first = _timers[0];
        Remove(first);
        return first;
    }

    private void Place(HeapTimer timer, int index)
    {
        _timers[index] = timer;
        timer.HeapIndex = index;
    }

    private void SiftUp(int index)
    {
        HeapTimer timer = _timers[index];
        while (index > 0)
        {
            int parent = (index - 1) / 2;
            if (_timers[parent].Due <= timer.Due)
            {
                break;
            }

            Place(_timers[parent], index);
            index = parent;
        }

        Place(timer, index);
    }

    private void SiftDown(int index)
    {
        HeapTimer timer = _timers[index];
        while (true)
        {
            int child = (2 * index) + 1;
            if (child >= Count)
            {
                break;
            }

            if (child + 1 < Count && _timers[child + 1].Due < _timers[child].Due)
            {
                child++;
            }

            if (_timers[child].Due >= timer.Due)
            {
                break;
            }

            Place(_timers[child], index);
            index = child;
        }

        Place(timer, index);
    }
}

/// <summary>What a <see cref="TimerHeap"/> knows of a timer.</summary>
internal abstract class HeapTimer(Action callback)
{
    /// <summary>When it fires, in nanoseconds of its lane's clock; meaningful while it is in the heap.</summary>
    internal long Due { get; set; }

    /// <summary>Where it stands in the heap; -1 while it is not set.</summary>
    internal int HeapIndex { get; set; } = -1;

    internal Action Callback { get; } = callback;
}
