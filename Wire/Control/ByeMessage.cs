namespace Softlan.Wire.Control;

/// <summary>The sender closes after this.</summary>
/// <param name="Reason">For the program.</param>
/// <param name="Text">For people; may be empty.</param>
internal sealed record ByeMessage(CloseReason Reason, string Text) : ControlMessage;
