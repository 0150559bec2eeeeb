using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>Where frames enter and leave the host: a TAP, an AF_PACKET socket, or memory in tests.</summary>
internal interface IFramePort : IDisposable
{
    /// <summary>The interface's name, for messages.</summary>
    string Name { get; }

    /// <summary>The interface's own MAC.</summary>
    MacAddress Address { get; }

    /// <summary>Frames that the operating system refused or that could not be cut. The port counts <see cref="DropReason.PortBusy"/> and
    /// <see cref="DropReason.BadOffload"/>.</summary>
    PeerCounters Counters { get; }

    /// <summary>Begins to read. Everything is reported on the lane that the port was opened with.</summary>
    void Start(IFramePortHandler handler);

    /// <summary>Queues one frame to leave through the port at the end of this turn. Borrows the bytes until it returns. Never blocks; what does not
    /// fit is dropped and counted.</summary>
    void Write(ReadOnlySpan<byte> frame);

    /// <summary>As <see cref="Write"/>, but for the wire alone, whatever the destination: a frame for the switches on the way to this host's own MAC,
    /// say. Where there is no wire beside the host's stack, it is the same.</summary>
    void WriteToWire(ReadOnlySpan<byte> frame) => Write(frame);
}
