namespace Softlan.Roles.Shared;

/// <summary>How far a <see cref="RelaySession"/> is.</summary>
internal enum SessionStage
{
    Stopped,
    Connecting,
    Greeting,
    Joined,
    Waiting,
}
