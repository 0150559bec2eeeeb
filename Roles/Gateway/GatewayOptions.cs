using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>What <c>softlan gateway</c> was asked to do. Every value is checked before this exists.</summary>
internal sealed record GatewayOptions
{
    public required RelayAddress Relay { get; init; }

    public required JoinOptions Join { get; init; }

    /// <summary>The interface to bridge, or the Linux bridge to join.</summary>
    public required string Interface { get; init; }

    /// <summary>Whether <see cref="Interface"/> is a Linux bridge (<c>--bridge</c>).</summary>
    public bool IsBridge { get; init; }

    /// <summary>Where the resume token is kept.</summary>
    public string StateDirectory { get; init; } = StateFiles.DefaultDirectory();

    /// <summary>When the port hands over what it has read.</summary>
    public PortModeration Moderation { get; init; }

    /// <summary>Linux. In microseconds, how long processors may take to wake up while frames flow; null: the system decides.</summary>
    public int? CpuLatency { get; init; }
}
