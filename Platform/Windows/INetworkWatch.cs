namespace Softlan.Platform.Windows;

/// <summary>Says when routes, interfaces or addresses of the machine changed.</summary>
internal interface INetworkWatch
{
    /// <summary>Calls <paramref name="changed"/> on the lane, once for a burst of changes. Disposing the result ends it. Throws
    /// <see cref="Wire.SoftlanException"/>.</summary>
    IDisposable Watch(IEnterableLane lane, Action changed);
}
