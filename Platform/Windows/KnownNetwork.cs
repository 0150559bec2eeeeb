namespace Softlan.Platform.Windows;

/// <summary>The network of an adapter.</summary>
/// <param name="Id">The network's id.</param>
/// <param name="Name">What people see.</param>
/// <param name="Category">Its category.</param>
/// <param name="OtherAdapters">Adapters that are in the same network: Windows puts networks that it cannot tell apart into one.</param>
internal sealed record KnownNetwork(Guid Id, string Name, NetworkCategory Category, IReadOnlyList<Guid> OtherAdapters);
