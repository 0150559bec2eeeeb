using System.Text.Json.Serialization;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>The identity file: what stays the same from one party to the next.</summary>
/// <param name="Mac">The player's own MAC, and with it the lease that a DHCP server keeps for it.</param>
internal sealed record IdentityContent([property: JsonConverter(typeof(MacAddressJsonConverter))] MacAddress Mac);
