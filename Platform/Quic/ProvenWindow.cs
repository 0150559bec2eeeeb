namespace Softlan.Platform.Quic;

/// <summary>Remembers the most bytes in flight with which the path, in the last seconds, was without a queue.</summary>
internal sealed class ProvenWindow
{
    private long _before;
    private long _latest;

    /// <summary>0 before the first.</summary>
    public long Value => Math.Max(_before, _latest);

    public void Add(long inFlight) => _latest = Math.Max(_latest, inFlight);

    /// <summary>Time has passed.</summary>
    /// <param name="memories">As <see cref="BaseRoundTrip.Add"/> says.</param>
    public void Forget(int memories)
    {
        if (memories > 0)
        {
            _before = memories == 1 ? _latest : 0;
            _latest = 0;
        }
    }
}
