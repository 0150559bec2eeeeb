namespace Softlan.Wire.Control;

/// <summary>Somebody left the room.</summary>
internal sealed record LeftMessage(ushort Id, CloseReason Reason) : ControlMessage;
