namespace Softlan.Wire;

/// <summary>What follows a <see cref="DatagramHeader"/> (protocol.md, section 4).</summary>
internal enum DatagramKind : byte
{
    /// <summary>One whole frame.</summary>
    Frame = 0,

    /// <summary>The first piece of a frame that is too large for one datagram.</summary>
    Head = 1,

    /// <summary>The rest of it.</summary>
    Tail = 2,

    /// <summary>Target peer id (u16), then 8 opaque bytes; the target answers with <see cref="ProbeReply"/>.</summary>
    Probe = 3,

    /// <summary>Prober's peer id (u16), then the same 8 bytes.</summary>
    ProbeReply = 4,

    /// <summary>Any bytes, ignored by the receiver: fills a packet to learn whether its size still passes the path, or is a reason to send
    /// one.</summary>
    Padding = 5,

    /// <summary>The receiver acknowledges at once what it has received, as with IMMEDIATE_ACK of the QUIC acknowledgement frequency extension. No
    /// body.</summary>
    AckRequest = 6,
}
