using System.Net;
using Softlan.Platform;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Shared;

/// <summary>Whom a session connects to and as whom. Every value is checked before this exists.</summary>
internal sealed record RelaySessionOptions
{
    public required RelayAddress Relay { get; init; }

    public LinkTrust Trust { get; init; } = LinkTrust.System;

    /// <summary>Whether <see cref="Trust"/> was not given, but is that of the last join.</summary>
    public bool IsTrustRemembered { get; init; }

    /// <summary>The name in the relay's certificate; null: the host of <see cref="Relay"/>.</summary>
    public string? ServerName { get; init; }

    public required RoomCode Room { get; init; }

    public required PeerRole Role { get; init; }

    /// <summary>The MAC that a client announces; zero for a gateway.</summary>
    public MacAddress Mac { get; init; }

    /// <summary>How the player gets another one, as a clause in the imperative: that depends on where this one came from.</summary>
    public string MacAdvice { get; init; } = "start softlan with another --virtual-mac";

    /// <summary>What other players see: what <see cref="PeerName"/> allows, may be empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>The largest IP MTU that this peer can carry, 1280 to 1500 bytes.</summary>
    public int Mtu { get; init; } = FrameLimits.MaxMtu;

    /// <summary>Caps the datagram length for odd paths; null: no cap.</summary>
    public int? DatagramLimit { get; init; }

    /// <summary>The token of an earlier process, as given to <see cref="IRelaySessionOwner.OnResumeToken"/>.</summary>
    public string? ResumeToken { get; init; }

    /// <summary>The relay's addresses where the caller has resolved the name already; the session then resolves it only when these have
    /// failed.</summary>
    public IReadOnlyList<IPAddress>? KnownAddresses { get; init; }
}
