using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>Multicast that takes much of the upload.</summary>
/// <param name="Group">To whom.</param>
/// <param name="Source">Who sent it last.</param>
/// <param name="BitsPerSecond">How much, in the last second.</param>
internal readonly record struct MulticastFlood(MacAddress Group, MacAddress Source, double BitsPerSecond);
