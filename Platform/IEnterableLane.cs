namespace Softlan.Platform;

/// <summary>A lane that threads of others (a QUIC library's workers, an overlapped read) hand work to without allocating and without waiting.</summary>
internal interface IEnterableLane : ILane
{
    /// <summary>Has <see cref="LaneWork.Run"/> called on the lane soon, perhaps before this returns. Work that waits already is not entered twice. Any thread may call it, the lane's own included.</summary>
    void Enter(LaneWork work);

    /// <summary>Asks for one <see cref="ITurnEnd.OnTurnEnd"/> at the end of this turn. The target itself remembers that it asked. On the lane only.</summary>
    void AtTurnEnd(ITurnEnd target);
}

/// <summary>Collects work during a turn and does it in one go at its end: sendmmsg, a batch of TAP writes.</summary>
internal interface ITurnEnd
{
    void OnTurnEnd();
}

/// <summary>Something that happened elsewhere and is to be dealt with on a lane. Made once, entered as often as needed.</summary>
internal abstract class LaneWork
{
    private int _isWaiting;

    /// <summary>The work behind it in its lane's list. The lane's own.</summary>
    internal LaneWork? Next { get; set; }

    /// <summary>Deals with all that has happened until now. What happens from here on enters the work anew.</summary>
    public abstract void Run();

    /// <summary>For lanes: true for the one who may put it into the list.</summary>
    internal bool TryMark() => Interlocked.Exchange(ref _isWaiting, 1) == 0;

    /// <summary>For lanes: calls <see cref="Run"/>. Unmarked first, so that what happens while it runs enters it once more rather than getting lost.</summary>
    internal void UnmarkAndRun()
    {
        Interlocked.Exchange(ref _isWaiting, 0);
        Run();
    }
}
