using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>What <c>softlan gateway</c> was asked to do. Every value is checked before this exists.</summary>
internal sealed record GatewayOptions
{
    public required RelayOptions Relay { get; init; }

    /// <summary>The interface to bridge, or the Linux bridge to join.</summary>
    public required string Interface { get; init; }

    /// <summary>Whether <see cref="Interface"/> is a Linux bridge (<c>--bridge</c>).</summary>
    public bool IsBridge { get; init; }

    /// <summary>MACs of this host beside the port's own, which no player may have: of a bridge, its own and those of its ports. As they are at the
    /// start; a card that comes later is heard like every machine of the LAN. The command does not know them; whoever opens the port does.</summary>
    public IReadOnlyCollection<MacAddress> HostAddresses { get; init; } = [];

    /// <summary>When the port hands over what it has read.</summary>
    public PortModeration Moderation { get; init; }

    /// <summary>The largest IP MTU that the interface carries, 1280 to 1500 bytes. The command does not know it; whoever opens the port
    /// does.</summary>
    public int Mtu { get; init; } = FrameLimits.MaxMtu;
}
