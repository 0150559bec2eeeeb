namespace Softlan.Platform;

/// <summary>A hold on this machine's processors: while it lasts they do not sleep so deeply that waking up takes long.</summary>
internal interface IWakefulness
{
    /// <summary>Begins the hold. A second time does nothing.</summary>
    /// <exception cref="Wire.SoftlanException">The system does not allow it.</exception>
    void Hold();

    /// <summary>Ends it, if there is one.</summary>
    void Release();
}
