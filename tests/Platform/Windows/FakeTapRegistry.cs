using Softlan.Platform.Windows;

namespace Softlan.Tests.Platform.Windows;

/// <summary>The registry's adapters in memory.</summary>
internal sealed class FakeTapRegistry : ITapRegistry
{
    private readonly Dictionary<Guid, (string? Name, string? InstanceId)> _connections = [];

    public List<AdapterKey> Adapters { get; } = [];

    /// <summary>NetworkAddress by class key.</summary>
    public Dictionary<string, string> Addresses { get; } = [];

    public void Add(string classKey, string? componentId, string? id, string? name, string? instanceId = null)
    {
        Adapters.Add(new AdapterKey(classKey, componentId, id));
        if (Guid.TryParse(id, out Guid guid))
        {
            _connections[guid] = (name, instanceId);
        }
    }

    public IReadOnlyList<AdapterKey> ListAdapters() => Adapters;

    public (string? Name, string? InstanceId) FindConnection(Guid adapter) => _connections.GetValueOrDefault(adapter);

    public string? ReadNetworkAddress(string classKey) => Addresses.GetValueOrDefault(classKey);

    public void WriteNetworkAddress(string classKey, string? value)
    {
        if (value is null)
        {
            Addresses.Remove(classKey);
        }
        else
        {
            Addresses[classKey] = value;
        }
    }
}
