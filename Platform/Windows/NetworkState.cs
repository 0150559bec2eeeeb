namespace Softlan.Platform.Windows;

/// <summary>A network that Windows knows.</summary>
/// <param name="Category">Its category.</param>
/// <param name="IsConnected">Some adapter is in it, or Windows does not say.</param>
internal readonly record struct NetworkState(NetworkCategory Category, bool IsConnected);
