namespace Softlan.Platform;

/// <summary>A one-shot timer on a lane; set it again from its callback to repeat.</summary>
internal interface ILaneTimer : IDisposable
{
    /// <summary>Fires once, <paramref name="due"/> from now; replaces an earlier setting.</summary>
    void Set(TimeSpan due);

    void Cancel();
}
