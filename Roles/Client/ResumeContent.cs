using System.Text.Json.Serialization;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>The token with which a client that was killed takes its place in the room over again.</summary>
/// <param name="Relay">The relay that gave it.</param>
/// <param name="Room">The room that it is good for.</param>
/// <param name="Mac">The MAC that holds the place.</param>
/// <param name="Token">What the relay said.</param>
internal sealed record ResumeContent(string Relay, string Room, [property: JsonConverter(typeof(MacAddressJsonConverter))] MacAddress Mac, string Token);
