namespace Softlan.Platform;

/// <summary>Where a frame that a port reports was made.</summary>
internal enum FrameOrigin
{
    /// <summary>It came in: from the wire, or from the host's stack where the port is the stack's own card (TAP).</summary>
    Received,

    /// <summary>This host sent it through the interface that the port listens on (PACKET_OUTGOING).</summary>
    SentByThisHost,
}
