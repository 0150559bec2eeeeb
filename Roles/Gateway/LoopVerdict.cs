namespace Softlan.Roles.Gateway;

/// <summary>What a frame from the LAN with a remote client's MAC means.</summary>
internal enum LoopVerdict
{
    /// <summary>Drop it; nothing to say that was not said lately.</summary>
    Quiet,

    /// <summary>The first stray one for a while: drop it and warn.</summary>
    Stray,

    /// <summary>It persists: stop bridging now.</summary>
    Pause,
}
