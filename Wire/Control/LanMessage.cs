namespace Softlan.Wire.Control;

/// <summary>Whether the gateway reaches its LAN. From the gateway, and from the relay to the clients.</summary>
/// <param name="IsConnected">False: its cable is out, or its interface is down or gone.</param>
internal sealed record LanMessage(bool IsConnected) : ControlMessage;
