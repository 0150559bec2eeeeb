namespace Softlan.Wire.Control;

/// <summary>Somebody came into the room.</summary>
internal sealed record JoinedMessage(PeerInfo Peer) : ControlMessage;
