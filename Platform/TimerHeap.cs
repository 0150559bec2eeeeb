namespace Softlan.Platform;

/// <summary>A binary min-heap of timers that know their place, so that moving and removing one costs O(log n) and no search.</summary>
internal sealed class TimerHeap
{
    private Entry[] _entries = new Entry[16];

    public int Count { get; private set; }

    /// <summary>When the first timer fires; <see cref="long.MaxValue"/> when none is set.</summary>
    public long NextDue => Count > 0 ? _entries[0].Due : long.MaxValue;

    public void Set(HeapTimer timer, long due)
    {
        timer.Due = due;
        if (timer.HeapIndex < 0)
        {
            if (Count == _entries.Length)
            {
                Array.Resize(ref _entries, Count * 2);
            }

            timer.HeapIndex = Count++;
        }

        SiftUp(timer.HeapIndex, new Entry(timer, due));
        SiftDown(timer.HeapIndex, new Entry(timer, due));
    }

    public void Remove(HeapTimer timer)
    {
        int index = timer.HeapIndex;
        if (index < 0)
        {
            return;
        }

        timer.HeapIndex = -1;
        Entry last = _entries[--Count];
        _entries[Count] = default;
        if (last.Timer != timer)
        {
            SiftUp(index, last);
            SiftDown(last.Timer.HeapIndex, last);
        }
    }

    /// <summary>Takes the first timer if it is due at <paramref name="now"/>.</summary>
    public HeapTimer? TakeDue(long now)
    {
        if (Count == 0 || _entries[0].Due > now)
        {
            return null;
        }

        HeapTimer first = _entries[0].Timer;
        Remove(first);
        return first;
    }

    private void Place(int index, in Entry entry)
    {
        _entries[index] = entry;
        entry.Timer.HeapIndex = index;
    }

    /// <summary>Places an entry at <paramref name="index"/>, which is free, or nearer to the front.</summary>
    private void SiftUp(int index, in Entry entry)
    {
        while (index > 0)
        {
            int parent = (index - 1) / 2;
            if (_entries[parent].Due <= entry.Due)
            {
                break;
            }

            Place(index, _entries[parent]);
            index = parent;
        }

        Place(index, entry);
    }

    /// <summary>Places an entry at <paramref name="index"/>, where it is, or further from the front.</summary>
    private void SiftDown(int index, in Entry entry)
    {
        while (true)
        {
            int child = (2 * index) + 1;
            if (child >= Count)
            {
                break;
            }

            if (child + 1 < Count && _entries[child + 1].Due < _entries[child].Due)
            {
                child++;
            }

            if (_entries[child].Due >= entry.Due)
            {
                break;
            }

            Place(index, _entries[child]);
            index = child;
        }

        Place(index, entry);
    }

    /// <summary>The time stands here once more, so that a comparison looks at the heap and nowhere else; and a struct is stored without the runtime's
    /// check of the array's type.</summary>
    private readonly record struct Entry(HeapTimer Timer, long Due);
}
