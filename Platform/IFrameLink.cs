using System.Net;
using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>One QUIC connection as a pipe for datagrams and control messages. Used on its lane only.</summary>
internal interface IFrameLink
{
    /// <summary>Where the other side is now; changes when it migrates.</summary>
    IPEndPoint RemoteEndPoint { get; }

    /// <summary>The longest datagram (our header included) that fits one packet on this path now, in bytes: never below
    /// <see cref="FrameLimits.MinMaxDatagramLength"/>.</summary>
    int MaxDatagramLength { get; }

    /// <summary>The link counts datagrams in and out, and what its queue drops; roles count the rest.</summary>
    PeerCounters Counters { get; }

    LinkStatistics Statistics { get; }

    /// <summary>The other side wants no longer datagrams than this, whatever the path carries.</summary>
    /// <param name="length">In bytes, our header included; less than <see cref="FrameLimits.MinMaxDatagramLength"/> counts as that.</param>
    void LimitDatagrams(int length);

    /// <summary>Queues one datagram. Borrows the bytes until it returns; never blocks. What the queue drops (this one or an older one) is counted by
    /// the link itself. A frame that is too long for one datagram leaves as head and tail (<see cref="FrameSplitter"/>).</summary>
    /// <param name="header">Of any kind but head and tail.</param>
    /// <param name="body">Of a frame 14 to 1518 bytes.</param>
    /// <returns><see cref="DropReason.None"/>, or why this datagram was not taken (already counted).</returns>
    DropReason Send(DatagramHeader header, ReadOnlySpan<byte> body);

    /// <summary>Sends one control message: a JSON object of 1 to 65536 bytes, without its length prefix. Delivered in order. A peer that lets too
    /// many pile up (<see cref="ListenOptions.MaxUnreadControl"/>) is closed.</summary>
    void SendControl(ReadOnlySpan<byte> message);

    /// <summary>Whether the other side has not yet acknowledged all that <see cref="SendControl"/> was given. Datagrams overtake the control stream:
    /// whoever must not be overtaken waits until this is false.</summary>
    /// <remarks>A link that does not know says false, and its datagrams may then be early.</remarks>
    bool HasUndeliveredControl => false;

    /// <summary>For whoever looks now and then whether the other side still reads.</summary>
    /// <remarks>A link that does not know says that nothing was sent.</remarks>
    ControlProgress ControlProgress => default;

    /// <summary>From now on another handler hears what the link reports.</summary>
    void HandOver(IFrameLinkHandler handler);

    /// <summary>Says goodbye and reports <see cref="IFrameLinkHandler.OnClosed"/> with <see cref="LinkCloseKind.ByUs"/> before the turn ends. Control
    /// messages sent before it still go out. A second call does nothing.</summary>
    void Close(CloseReason reason, string text);
}
