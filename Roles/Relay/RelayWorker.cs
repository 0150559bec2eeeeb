using Softlan.Platform;

namespace Softlan.Roles.Relay;

/// <summary>A lane of a relay with the engine on it. The first one is the role's own.</summary>
/// <param name="Lane">Where everything of this worker happens.</param>
/// <param name="Engine">Of the same lane.</param>
/// <param name="Invoke">Runs something on the lane and waits for it; what it throws is thrown here.</param>
internal sealed record RelayWorker(IEnterableLane Lane, IQuicEngine Engine, Action<Action> Invoke)
{
    /// <summary>A worker whose lane is the caller's.</summary>
    public static RelayWorker Own(IEnterableLane lane, IQuicEngine engine) => new(lane, engine, static work => work());
}
