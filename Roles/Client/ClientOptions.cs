using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>What <c>softlan client</c> was asked to do. Every value is checked before this exists.</summary>
internal sealed record ClientOptions
{
    public const string DefaultTap = "softlan0";

    /// <summary>Null: the one of the last successful join.</summary>
    public RelayAddress? Relay { get; init; }

    public required JoinOptions Join { get; init; }

    /// <summary>Null: the one in the identity file.</summary>
    public MacAddress? VirtualMac { get; init; }

    /// <summary>The identity file; profile and resume token are kept beside it.</summary>
    public required string IdentityPath { get; init; }

    /// <summary>Where the journal and the files of a running client are kept, and the identity where no other path was given for it.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>The interface's name; on Windows the adapter's name or id, or empty for the only one.</summary>
    public string Tap { get; init; } = DefaultTap;

    /// <summary>The largest IP MTU that this player wants, in bytes.</summary>
    public int Mtu { get; init; } = FrameLimits.MaxMtu;

    /// <summary>Linux.</summary>
    public ClientAddress Address { get; init; } = ClientAddress.Dhcp;

    /// <summary>Windows.</summary>
    public NetworkCategoryChoice NetworkCategory { get; init; } = NetworkCategoryChoice.Private;

    /// <summary>Linux. When the port hands over what it has read.</summary>
    public PortModeration Moderation { get; init; }

    /// <summary>Linux. In microseconds, how long processors may take to wake up while frames flow; null: the system decides.</summary>
    public int? CpuLatency { get; init; }
}
