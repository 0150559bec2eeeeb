namespace Softlan.Platform;

/// <summary>A lane that threads of others (a QUIC library's workers, an overlapped read) hand work to without allocating and without
/// waiting.</summary>
internal interface IEnterableLane : ILane
{
    /// <summary>Has <see cref="LaneWork.Run"/> called on the lane soon, perhaps before this returns. Work that waits already is not entered twice.
    /// Any thread may call it, the lane's own included.</summary>
    void Enter(LaneWork work);

    /// <summary>Asks for one <see cref="ITurnEnd.OnTurnEnd"/> at the end of this turn. The target itself remembers that it asked. On the lane
    /// only.</summary>
    void AtTurnEnd(ITurnEnd target);
}
