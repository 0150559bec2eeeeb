namespace Softlan.Wire.Control;

/// <summary>One peer of a room, as the others know it.</summary>
/// <param name="Id">1 to 65535.</param>
/// <param name="Role">Client or gateway.</param>
/// <param name="Mac">A client's MAC; <see cref="MacAddress.Zero"/> for a gateway, which announces none.</param>
/// <param name="Name">What <see cref="PeerName"/> allows; may be empty.</param>
internal sealed record PeerInfo(ushort Id, PeerRole Role, MacAddress Mac, string Name)
{
    private byte[]? _joined;

    /// <summary>As JSON: the message that it came into the room. Made once, since the whole room is told, and all who come later. Not to be
    /// changed.</summary>
    public byte[] Joined => _joined ??= ControlCodec.WriteJoined(this);

    // What was made from the members is none of them: it is neither compared nor copied.
    private PeerInfo(PeerInfo original) => (Id, Role, Mac, Name) = (original.Id, original.Role, original.Mac, original.Name);

    public bool Equals(PeerInfo? other) => other is not null && Id == other.Id && Role == other.Role && Mac == other.Mac && Name == other.Name;

    public override int GetHashCode() => HashCode.Combine(Id, Role, Mac, Name);
}
