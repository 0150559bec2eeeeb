using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>A client in the room, as the gateway's LAN has it. Remembered for <see cref="PlayerMacs.Memory"/> after it has left.</summary>
internal sealed class LanPlayer
{
    /// <summary>Frames a second, and at once, to MACs that the LAN has not shown: its switches send them everywhere. As many as a relay lets a
    /// player broadcast by default; what is beyond is dropped. A silent machine answers the first one and is known from then on.</summary>
    public const int UnknownPerSecond = 256;
    public const int UnknownBurst = 2 * UnknownPerSecond;

    /// <summary>So many frames within this time that this gateway has not brought to the LAN come from a machine that is there.</summary>
    public const int StrangersThreshold = 20;
    public static readonly TimeSpan StrangersWindow = TimeSpan.FromSeconds(10);

    private readonly TokenBucket _unknown = new(UnknownPerSecond, UnknownBurst);
    private Burst? _strangers;

    /// <summary>What it may still ask the LAN's DHCP servers.</summary>
    public DhcpQuota Dhcp { get; } = new();

    /// <summary>Its MAC is that of a machine on the LAN: nothing of it crosses.</summary>
    public bool IsRefused { get; set; }

    /// <summary>What the relay was told of <see cref="IsRefused"/>; a relay that was told nothing takes it for false.</summary>
    public bool IsToldRefused { get; set; }

    /// <summary>The LAN's switches have seen its MAC, by a frame of its own or a <see cref="CamRefresh"/>.</summary>
    public bool IsShown { get; set; }

    /// <summary>A frame with its MAC came from the LAN that is not its own.</summary>
    /// <returns>Whether a machine on the LAN has its MAC.</returns>
    public bool NoteStranger(TimeSpan now) => (_strangers ??= new Burst(StrangersThreshold, StrangersWindow)).Note(now);

    /// <summary>Whether it may send one more frame to a MAC that nobody has shown. Takes it.</summary>
    public bool MayLookFor(TimeSpan now) => _unknown.TryTake(1, now);
}
