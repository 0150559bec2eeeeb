namespace Softlan.Roles.Relay;

/// <summary>A place in a room: an id and the token to come back to it. Outlives the connection by <see cref="SeatBook.Memory"/>.</summary>
internal sealed class Seat(ushort id, ResumeToken token)
{
    public ushort Id { get; } = id;

    public ResumeToken Token { get; } = token;

    /// <summary>Who sits there; null when nobody does.</summary>
    public RelayPeer? Occupant { get; set; }

    /// <summary>When the last occupant left; meaningless while there is one.</summary>
    public TimeSpan VacantSince { get; set; }
}
