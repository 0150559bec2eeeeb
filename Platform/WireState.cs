namespace Softlan.Platform;

/// <summary>Whether frames can come and go where a port is on a wire.</summary>
internal enum WireState
{
    /// <summary>They can.</summary>
    Connected,

    /// <summary>No carrier: the cable is not plugged in, or nothing is switched on at its other end. Of a bridge: of all its other ports.</summary>
    Unplugged,

    /// <summary>Somebody took the interface down.</summary>
    Down,

    /// <summary>The interface, or the bridge that the port belongs to, is not there any more. The port goes on when there is one of that name
    /// again.</summary>
    Gone,

    /// <summary>The port was taken out of its bridge; it is put back.</summary>
    Detached,

    /// <summary>The port was put into another bridge, bond or VRF, and left there.</summary>
    Taken,
}
