using System.Net;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Tests.Roles.Shared;

/// <summary>Answers at once with what the test says; counts the questions.</summary>
internal sealed class ScriptedResolver(params string[] addresses) : IRelayResolver
{
    public IReadOnlyList<IPAddress> Addresses { get; set; } = [.. addresses.Select(IPAddress.Parse)];

    public SoftlanException? Failure { get; set; }

    public int Questions { get; private set; }

    public Task<IReadOnlyList<IPAddress>> ResolveAsync(RelayAddress relay, CancellationToken stop)
    {
        Questions++;
        return Failure is null ? Task.FromResult(Addresses) : Task.FromException<IReadOnlyList<IPAddress>>(Failure);
    }
}
