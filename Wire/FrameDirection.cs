namespace Softlan.Wire;

/// <summary>Who put a frame into the room: what a LAN may say, a player may not always.</summary>
internal enum FrameDirection
{
    /// <summary>A remote player; nothing it sends is trusted.</summary>
    FromClient,

    /// <summary>The LAN behind the gateway, with its DHCP server and its routers.</summary>
    FromGateway,
}
