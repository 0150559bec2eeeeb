namespace Softlan.Platform.Windows;

/// <summary>Stops and starts an adapter, after which its driver has read its settings anew.</summary>
internal interface IAdapterRestart
{
    /// <summary>Restarts it. Nobody may have it open. Throws <see cref="Wire.SoftlanException"/>.</summary>
    void Restart(TapAdapter adapter);
}
