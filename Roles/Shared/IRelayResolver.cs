using System.Net;
using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>Finds the addresses of a relay. May be slow, so it is never waited for on a lane.</summary>
internal interface IRelayResolver
{
    /// <summary>The addresses in the order of preference, at least one.</summary>
    /// <exception cref="SoftlanException">The name has none, or nobody answers.</exception>
    Task<IReadOnlyList<IPAddress>> ResolveAsync(RelayAddress relay, CancellationToken stop);
}
