namespace Softlan.Platform;

/// <summary>One lane of execution. Everything that the links and the port of a session report happens on it, one thing at a time, so roles take no
/// lock.</summary>
internal interface ILane
{
    /// <summary>Monotonic time since an arbitrary origin, read once a turn: all that happens in one turn happens at one time.</summary>
    TimeSpan Now { get; }

    /// <summary>Makes a timer whose callback runs on the lane. It is not set yet.</summary>
    ILaneTimer CreateTimer(Action callback);

    /// <summary>Runs <paramref name="work"/> on the lane soon. The only member that other threads may call.</summary>
    void Post(Action work);
}
