namespace Softlan.Wire.Control;

/// <summary>A message of a type that this version does not know. It is ignored and counted.</summary>
internal sealed record UnknownMessage(string Type) : ControlMessage;
