namespace Softlan.Roles.Client;

/// <summary>The profile file: how each room was reached when it was last joined.</summary>
/// <param name="Rooms">The last one joined comes first.</param>
internal sealed record ProfileContent(IReadOnlyList<ProfileRoom> Rooms)
{
    /// <summary>Rooms kept; the one not joined for longest gives way.</summary>
    public const int MaxRooms = 64;

    public static ProfileContent Empty { get; } = new([]);
}

/// <param name="Room">The room code.</param>
/// <param name="Relay">host:port.</param>
/// <param name="Pin">The relay's pin, where one was given.</param>
/// <param name="CaFile">The full path of the CA file, where one was given.</param>
/// <param name="ServerName">The name in the certificate, where it was given.</param>
internal sealed record ProfileRoom(string Room, string Relay, string? Pin = null, string? CaFile = null, string? ServerName = null);
