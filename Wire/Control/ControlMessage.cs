namespace Softlan.Wire.Control;

/// <summary>What the two sides of a link say to each other beside frames (protocol.md, section 2). One that <see cref="ControlCodec"/> has read is
/// within every limit.</summary>
internal abstract record ControlMessage;
