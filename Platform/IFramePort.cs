using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>Where frames enter and leave the host: a TAP, an AF_PACKET socket, or memory in tests.</summary>
internal interface IFramePort : IDisposable
{
    /// <summary>The interface's name, for messages.</summary>
    string Name { get; }

    /// <summary>The interface's own MAC.</summary>
    MacAddress Address { get; }

    /// <summary>Frames that the operating system refused or that could not be cut. The port counts <see cref="DropReason.PortBusy"/> and <see cref="DropReason.BadOffload"/>.</summary>
    PeerCounters Counters { get; }

    /// <summary>Begins to read. Everything is reported on the lane that the port was opened with.</summary>
    void Start(IFramePortHandler handler);

    /// <summary>Queues one frame to leave through the port at the end of this turn. Borrows the bytes until it returns. Never blocks; what does not fit is dropped and counted.</summary>
    void Write(ReadOnlySpan<byte> frame);
}

/// <summary>Where a frame that a port reports was made.</summary>
internal enum FrameOrigin
{
    /// <summary>It came in: from the wire, or from the host's stack where the port is the stack's own card (TAP).</summary>
    Received,

    /// <summary>This host sent it through the interface that the port listens on (PACKET_OUTGOING).</summary>
    SentByThisHost,
}

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

/// <summary>Receives what a port reads.</summary>
internal interface IFramePortHandler
{
    /// <summary>One frame of 14 to 1518 bytes with finished checksums (a longer one is passed too, to be dropped as Jumbo). Borrowed until the call returns; may be changed in place.</summary>
    void OnFrame(Span<byte> frame, FrameOrigin origin);

    /// <summary>The cable was pulled or plugged in, or the interface switched off or on; only ports on a wire tell. The port goes on.</summary>
    void OnWireChanged(WireState state)
    {
    }

    /// <summary>The port is broken and reports nothing more, for example because its interface went away.</summary>
    void OnPortFailed(SoftlanException reason);
}
