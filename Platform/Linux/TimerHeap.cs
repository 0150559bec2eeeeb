using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>A binary min-heap of timers that know their place, so that moving and removing one costs O(log n) and no search.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TimerHeap
{
    private LoopTimer[] _timers = new LoopTimer[16];

    public int Count { get; private set; }

    /// <summary>When the first timer fires; <see cref="long.MaxValue"/> when none is set.</summary>
    public long NextDue => Count > 0 ? _timers[0].Due : long.MaxValue;

    public void Set(LoopTimer timer, long due)
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

    public void Remove(LoopTimer timer)
    {
        int index = timer.HeapIndex;
        if (index < 0)
        {
            return;
        }

        timer.HeapIndex = -1;
        LoopTimer last = _timers[--Count];
        _timers[Count] = null!;
        if (last != timer)
        {
            Place(last, index);
            SiftUp(index);
            SiftDown(last.HeapIndex);
        }
    }

    /// <summary>Takes the first timer if it is due at <paramref name="now"/>.</summary>
    public LoopTimer? TakeDue(long now)
    {
        if (Count == 0 || _timers[0].Due > now)
        {
            return null;
        }

        LoopTimer first = _timers[0];
        Remove(first);
        return first;
    }

    private void Place(LoopTimer timer, int index)
    {
        _timers[index] = timer;
        timer.HeapIndex = index;
    }

    private void SiftUp(int index)
    {
        LoopTimer timer = _timers[index];
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
        LoopTimer timer = _timers[index];
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
