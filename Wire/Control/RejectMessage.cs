namespace Softlan.Wire.Control;

/// <summary>The relay's answer to a hello that it does not accept.</summary>
/// <param name="Reason">For the program.</param>
/// <param name="Text">One sentence that a player understands.</param>
internal sealed record RejectMessage(RejectReason Reason, string Text) : ControlMessage;
