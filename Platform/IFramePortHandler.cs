using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>Receives what a port reads.</summary>
internal interface IFramePortHandler
{
    /// <summary>One frame of 14 to 1518 bytes with finished checksums (a longer one is passed too, to be dropped as Jumbo). Borrowed until the call
    /// returns; may be changed in place.</summary>
    void OnFrame(Span<byte> frame, FrameOrigin origin);

    /// <summary>The cable was pulled or plugged in, or the interface switched off or on; only ports on a wire tell. The port goes on.</summary>
    void OnWireChanged(WireState state)
    {
    }

    /// <summary>The wire carries other IP packets than when the port was opened; only ports on a wire tell. The port goes on.</summary>
    /// <param name="mtu">The largest, in bytes.</param>
    void OnMtuChanged(int mtu)
    {
    }

    /// <summary>After <see cref="WireState.Gone"/>: an interface of that name is there again but cannot be used as it is. The port tells each reason
    /// once and goes on waiting.</summary>
    void OnReturnRefused(SoftlanException reason)
    {
    }

    /// <summary>This host itself is not reached through the port, only what is on its wire.</summary>
    /// <param name="why">A sentence with a hint.</param>
    void OnHostNotReachable(string why)
    {
    }

    /// <summary>This machine's firewall also judges what the bridge of this port forwards; only ports of a bridge tell, and once. The port goes
    /// on.</summary>
    /// <param name="families">As <c>IPv4 and IPv6</c>.</param>
    void OnBridgeFiltered(string families)
    {
    }

    /// <summary>The port is broken and reports nothing more, for example because its interface went away.</summary>
    void OnPortFailed(SoftlanException reason);
}
