namespace Softlan.Roles.Relay;

/// <summary>How far a member of a room has come. It only moves forward.</summary>
internal enum MemberState
{
    /// <summary>It has a seat. Its welcome waits until the others know it.</summary>
    Joining,

    /// <summary>Its welcome is on its way: what it sends is forwarded.</summary>
    Welcomed,

    /// <summary>It has its welcome: frames go to it.</summary>
    Active,

    /// <summary>It has left, or another link has taken its seat.</summary>
    Left,
}
