namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>How far a connection is, from its birth to its end.</summary>
internal enum LinkState
{
    Handshaking,
    Connected,

    /// <summary>Close was called; the packet that says so goes out at the end of the turn.</summary>
    Closing,

    /// <summary>Reported as closed. The packet that says so follows when the other side has acknowledged the last control messages.</summary>
    Lingering,

    /// <summary>Reported as closed. What is left answers late packets with the close packet until they stop.</summary>
    Closed,
}
