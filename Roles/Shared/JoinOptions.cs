using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>How a room is joined: what gateway and client share of their options, checked.</summary>
internal sealed record JoinOptions
{
    /// <summary>Pin or CA file; at most one of the two is set.</summary>
    public CertificatePin? Pin { get; init; }

    public string? CaFile { get; init; }

    /// <summary>The name in the relay's certificate; null: the relay's host.</summary>
    public string? ServerName { get; init; }

    public required RoomCode Room { get; init; }

    /// <summary>May be empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>Bytes; null: no cap.</summary>
    public int? DatagramLimit { get; init; }

    /// <summary>What carries the link, and how.</summary>
    public QuicSettings Quic { get; init; } = QuicSettings.Default;

    public LinkTrust Trust => Pin is null && CaFile is null ? LinkTrust.System : new LinkTrust(Pin, CaFile);
}
