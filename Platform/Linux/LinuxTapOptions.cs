using Softlan.Wire;

namespace Softlan.Platform.Linux;

/// <summary>How a TAP is to be.</summary>
internal sealed record LinuxTapOptions
{
    /// <summary>Its name; with <c>%d</c> in it, the first free number stands there.</summary>
    public required string Name { get; init; }

    /// <summary>The interface's MAC; null: what it has, or what the kernel makes up.</summary>
    public MacAddress? Address { get; init; }

    /// <summary>The interface's MTU in bytes of IP packet; null: what it has.</summary>
    public int? Mtu { get; init; }

    /// <summary>Keeps the host's own IPv6 off the interface; for a port of a bridge.</summary>
    public bool DisableIPv6 { get; init; }

    /// <summary>Whether it is brought up at once. Otherwise call <see cref="LinuxTap.SetUp"/>; until then what is written is dropped.</summary>
    public bool Up { get; init; } = true;

    /// <summary>When it hands over what it has read (<see cref="ReadModeration"/>).</summary>
    public PortModeration Moderation { get; init; }
}
