namespace Softlan.Platform;

/// <summary>Whether frames can come and go where a port is on a wire.</summary>
internal enum WireState
{
    /// <summary>They can.</summary>
    Connected,

    /// <summary>No carrier: the cable is not plugged in, or nothing is switched on at its other end.</summary>
    Unplugged,

    /// <summary>Somebody took the interface down.</summary>
    Down,
}
