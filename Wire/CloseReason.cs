namespace Softlan.Wire;

/// <summary>Why a link ended. The QUIC application close code is the value here (protocol.md, section 2).</summary>
internal enum CloseReason
{
    Normal = 0,
    TimedOut = 1,
    Replaced = 2,
    ProtocolError = 3,
    Kicked = 4,
    ShuttingDown = 5,
}
