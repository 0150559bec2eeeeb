namespace Softlan.Wire.Control;

/// <summary>A client stays outside the gateway's LAN, or may come in again. From a gateway about a client, and from the relay to that
/// client.</summary>
/// <param name="Id">The client.</param>
/// <param name="Mac">What it announced: another may have its id by the time that this is read.</param>
/// <param name="IsOutside">A machine on the LAN has its MAC.</param>
internal sealed record OutsideMessage(ushort Id, MacAddress Mac, bool IsOutside) : ControlMessage;
