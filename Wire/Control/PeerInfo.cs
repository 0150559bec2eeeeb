namespace Softlan.Wire.Control;

/// <summary>One peer of a room, as the others know it.</summary>
/// <param name="Id">1 to 65535.</param>
/// <param name="Role">Client or gateway.</param>
/// <param name="Mac">A client's MAC; <see cref="MacAddress.Zero"/> for a gateway, which announces none.</param>
/// <param name="Name">What <see cref="PeerName"/> allows; may be empty.</param>
internal sealed record PeerInfo(ushort Id, PeerRole Role, MacAddress Mac, string Name);
