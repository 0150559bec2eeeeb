using Softlan.Platform.Linux.Netlink;

namespace Softlan.Platform.Linux;

/// <summary>Which interface a packet socket listens on, and how.</summary>
internal sealed record PacketSocketOptions
{
    /// <summary>From <see cref="InterfaceCheck.RequireInterface"/>.</summary>
    public required LinkEntry Interface { get; init; }

    /// <summary>Deliver to the host's own stack what is written for it (<see cref="LocalDelivery"/>).</summary>
    public bool DeliverLocally { get; init; } = true;

    /// <summary>When it hands over what it has read (<see cref="ReadModeration"/>).</summary>
    public PortModeration Moderation { get; init; }
}
