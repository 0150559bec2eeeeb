namespace Softlan.Platform.Windows;

/// <summary>A TAP-Windows6 adapter as the registry describes it.</summary>
/// <param name="Id">Its id (NetCfgInstanceId), from which device path and interface follow.</param>
/// <param name="Name">The name in Network Connections, which people can change.</param>
/// <param name="ComponentId">What the driver's INF calls it.</param>
/// <param name="ClassKey">Its subkey in the class of network adapters, for example 0042.</param>
/// <param name="InstanceId">Its device instance, for example ROOT\NET\0000; null where the registry does not say.</param>
internal sealed record TapAdapter(Guid Id, string Name, string ComponentId, string ClassKey, string? InstanceId);
