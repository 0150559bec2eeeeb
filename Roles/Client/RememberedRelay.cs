using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>Where a relay is and how it is recognised, and as whom the room was joined there.</summary>
/// <param name="Relay">Its address.</param>
/// <param name="Trust">A pin, a CA file with its full path, or the system's CAs.</param>
/// <param name="ServerName">The name in its certificate; null: the host of its address.</param>
/// <param name="Name">What the others in the room see; may be empty.</param>
internal sealed record RememberedRelay(RelayAddress Relay, LinkTrust Trust, string? ServerName, string Name = "");
