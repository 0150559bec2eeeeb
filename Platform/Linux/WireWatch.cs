namespace Softlan.Platform.Linux;

/// <summary>Remembers what a port last said of its wire, so that each change is told once.</summary>
/// <param name="mtu">The wire's when the port was opened, in bytes; so far it is <see cref="WireState.Connected"/>.</param>
internal sealed class WireWatch(int mtu)
{
    private int _mtu = mtu;

    /// <summary>What the handler knows.</summary>
    public WireState State { get; private set; } = WireState.Connected;

    /// <summary>Tells the handler how the wire is now, if that is news.</summary>
    public void TellState(WireState state, IFramePortHandler? handler)
    {
        if (state != State)
        {
            State = state;
            handler?.OnWireChanged(state);
        }
    }

    /// <summary>Tells the handler what the wire carries now, if that is news.</summary>
    /// <param name="mtu">In bytes.</param>
    /// <param name="handler">Null: nobody hears of it any more.</param>
    public void TellMtu(int mtu, IFramePortHandler? handler)
    {
        if (mtu != _mtu)
        {
            _mtu = mtu;
            handler?.OnMtuChanged(mtu);
        }
    }
}
