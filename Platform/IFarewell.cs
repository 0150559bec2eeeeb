namespace Softlan.Platform;

/// <summary>An engine whose last goodbyes may still be on their way when its disposal returns: on a shared lane that may have to happen on a thread
/// that must not wait.</summary>
internal interface IFarewell
{
    /// <summary>Waits until a disposal that has begun is at its end, for a bounded time; before one, not at all. Not on the lane.</summary>
    void Wait();
}
