namespace Softlan.Wire.Control;

/// <summary>The relay's answer to a hello: the peer is in.</summary>
/// <param name="Peer">The peer's own id.</param>
/// <param name="Room">Where it is now.</param>
/// <param name="Mtu">The room's IP MTU in bytes, 1280 to 1500.</param>
/// <param name="Resume">The token with which this place can be taken over after a lost connection.</param>
/// <param name="Peers">Who else is in the room now: at most <see cref="ControlCodec.MaxPeersInWelcome"/>; a relay tells of more with
/// <see cref="JoinedMessage"/>.</param>
internal sealed record WelcomeMessage(ushort Peer, RoomCode Room, int Mtu, string Resume, IReadOnlyList<PeerInfo> Peers) : ControlMessage;
