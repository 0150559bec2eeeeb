namespace Softlan.Platform;

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

    /// <summary>For lanes: calls <see cref="Run"/>. Unmarked first, so that what happens while it runs enters it once more rather than getting
    /// lost.</summary>
    internal void UnmarkAndRun()
    {
        Interlocked.Exchange(ref _isWaiting, 0);
        Run();
    }
}
