namespace Softlan.Roles.Relay;

/// <summary>How far a link has come.</summary>
internal enum RelayPeerState
{
    /// <summary>Connected; nobody knows who it is.</summary>
    AwaitingHello,

    /// <summary>It has a seat. Its welcome waits until the gateway knows its MAC.</summary>
    Joining,

    /// <summary>Welcomed: what it sends is forwarded.</summary>
    Joined,

    /// <summary>Rejected, left or closed; what still arrives is ignored.</summary>
    Gone,
}
