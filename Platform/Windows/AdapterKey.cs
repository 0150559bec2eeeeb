namespace Softlan.Platform.Windows;

/// <param name="ClassKey">The subkey, for example 0042.</param>
/// <param name="ComponentId">What the driver's INF calls it.</param>
/// <param name="InstanceId">NetCfgInstanceId.</param>
internal readonly record struct AdapterKey(string ClassKey, string? ComponentId, string? InstanceId);
