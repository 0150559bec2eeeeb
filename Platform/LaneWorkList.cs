namespace Softlan.Platform;

/// <summary>Work that waits for a lane: many threads add, one takes all at once, in the order in which it was added. Takes no lock and allocates
/// nothing.</summary>
internal sealed class LaneWorkList
{
    // A stack of which only the top is shared; taking everything leaves nothing for others to trip over, so there is no ABA.
    private LaneWork? _newest;

    public bool IsEmpty => Volatile.Read(ref _newest) is null;

    /// <summary>Adds work that <see cref="LaneWork.TryMark"/> has given to the caller.</summary>
    /// <returns>Whether the list was empty: then the lane has to be told.</returns>
    public bool Add(LaneWork work)
    {
        LaneWork? newest = Volatile.Read(ref _newest);
        while (true)
        {
            work.Next = newest;
            LaneWork? found = Interlocked.CompareExchange(ref _newest, work, newest);
            if (ReferenceEquals(found, newest))
            {
                return newest is null;
            }

            newest = found;
        }
    }

    /// <summary>Takes all of it: the oldest, with the others behind it. Each is to be taken off its <see cref="LaneWork.Next"/> before it is
    /// run.</summary>
    public LaneWork? TakeAll()
    {
        LaneWork? reversed = IsEmpty ? null : Interlocked.Exchange(ref _newest, null);
        LaneWork? oldest = null;
        while (reversed is { } work)
        {
            reversed = work.Next;
            work.Next = oldest;
            oldest = work;
        }

        return oldest;
    }

    /// <summary>Takes the first off what <see cref="TakeAll"/> gave and runs it.</summary>
    public static void RunFirst(ref LaneWork? list)
    {
        LaneWork work = list!;
        list = work.Next;

        // Running it gives it back to other threads, and with it its Next.
        work.Next = null;
        work.UnmarkAndRun();
    }
}
