using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>What a gateway bridges, as it was found when it was opened.</summary>
/// <param name="Port">Open.</param>
/// <param name="Mtu">The largest IP MTU that the interface carries, 1280 to 1500 bytes.</param>
/// <param name="HostAddresses">MACs of this host beside the port's own, which no player may have: of a bridge, its own and those of its ports. As
/// they are at the start; a card that comes later is heard like every machine of the LAN.</param>
internal sealed record GatewayPort(IFramePort Port, int Mtu, IReadOnlyCollection<MacAddress> HostAddresses);
