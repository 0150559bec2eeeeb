namespace Softlan.Wire.Control;

/// <summary>A peer's first message, sent once: who it is and where it wants to go.</summary>
/// <remarks>When <see cref="Version"/> is not <see cref="CurrentVersion"/> nothing else has been read, since another version may mean something else
/// by it.</remarks>
internal sealed record HelloMessage : ControlMessage
{
    public const int CurrentVersion = 1;

    /// <summary>Of the protocol.</summary>
    public int Version { get; init; } = CurrentVersion;

    public required PeerRole Role { get; init; }

    public required RoomCode Room { get; init; }

    /// <summary>As the client sent it, which need not be a valid client address; <see cref="MacAddress.Zero"/> from a gateway.</summary>
    public MacAddress Mac { get; init; }

    /// <summary>What <see cref="PeerName"/> allows; may be empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>The largest IP MTU that the peer wants, in bytes: 1 to 65535.</summary>
    public int Mtu { get; init; } = FrameLimits.MaxMtu;

    /// <summary>The longest datagram that the peer accepts, in bytes: at least <see cref="FrameLimits.MinMaxDatagramLength"/>.</summary>
    public required int MaxDatagram { get; init; }

    /// <summary>The token of an earlier welcome, to take that place over; null: a new place.</summary>
    public string? Resume { get; init; }

    /// <summary>Program and version, for logs.</summary>
    public required string Software { get; init; }
}
