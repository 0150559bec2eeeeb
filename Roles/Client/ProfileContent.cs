namespace Softlan.Roles.Client;

/// <summary>The profile file: how each room was reached when it was last joined.</summary>
/// <param name="Rooms">The last one joined comes first.</param>
internal sealed record ProfileContent(IReadOnlyList<ProfileRoom> Rooms)
{
    /// <summary>Rooms kept; the one not joined for longest gives way.</summary>
    public const int MaxRooms = 64;

    public static ProfileContent Empty { get; } = new([]);
}
