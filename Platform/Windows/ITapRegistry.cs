namespace Softlan.Platform.Windows;

/// <summary>What the registry says about network adapters; in tests a registry in memory.</summary>
internal interface ITapRegistry
{
    /// <summary>Every adapter in the class of network adapters that can be read, in the order of its key.</summary>
    IReadOnlyList<AdapterKey> ListAdapters();

    /// <summary>The name and the device instance of a connection; null where the registry does not say.</summary>
    (string? Name, string? InstanceId) FindConnection(Guid adapter);

    /// <summary>The NetworkAddress of an adapter: the MAC that it is asked to take. Null: its own.</summary>
    string? ReadNetworkAddress(string classKey);

    /// <summary>Writes it; null removes it. An adapter that is gone is passed over. Throws <see cref="Wire.SoftlanException"/>.</summary>
    void WriteNetworkAddress(string classKey, string? value);
}
