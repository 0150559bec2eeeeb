namespace Softlan.Platform.Windows;

/// <param name="Id">The network's id.</param>
/// <param name="Name">What people see.</param>
/// <param name="Category">Its category.</param>
internal sealed record KnownNetwork(Guid Id, string Name, NetworkCategory Category);
