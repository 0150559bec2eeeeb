using System.Net;
using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>One QUIC connection as a pipe for datagrams and control messages. Used on its lane only.</summary>
internal interface IFrameLink
{
    /// <summary>Where the other side is now; changes when it migrates.</summary>
    IPEndPoint RemoteEndPoint { get; }

    /// <summary>The longest datagram (our header included) that fits one packet on this path now, in bytes: never below <see cref="FrameLimits.MinMaxDatagramLength"/>.</summary>
    int MaxDatagramLength { get; }

    /// <summary>The link counts datagrams in and out, and what its queue drops; roles count the rest.</summary>
    PeerCounters Counters { get; }

    LinkStatistics Statistics { get; }

    /// <summary>Queues one datagram. Borrows the bytes until it returns; never blocks. What the queue drops (this one or an older one) is counted by the link itself.</summary>
    /// <returns><see cref="DropReason.None"/>, or why this datagram was not taken (already counted).</returns>
    DropReason Send(DatagramHeader header, ReadOnlySpan<byte> body);

    /// <summary>Sends one control message: a JSON object of 1 to 65536 bytes, without its length prefix. Delivered in order. A peer that lets 1 MiB pile up is closed.</summary>
    void SendControl(ReadOnlySpan<byte> message);

    /// <summary>Whether the other side has not yet acknowledged all that <see cref="SendControl"/> was given. Datagrams overtake the control stream: whoever must not be overtaken waits until this is false.</summary>
    /// <remarks>A link that does not know says false, and its datagrams may then be early.</remarks>
    bool HasUndeliveredControl => false;

    /// <summary>From now on another handler hears what the link reports.</summary>
    void HandOver(IFrameLinkHandler handler);

    /// <summary>Says goodbye and reports <see cref="IFrameLinkHandler.OnClosed"/> with <see cref="LinkCloseKind.ByUs"/> before the turn ends. Control messages sent before it still go out. A second call does nothing.</summary>
    void Close(CloseReason reason, string text);
}

/// <summary>What a link reports. Every call happens on the link's lane. A handler may call any member of any link from here.</summary>
internal interface IFrameLinkHandler
{
    /// <summary>The handshake is complete and the other side is who it should be.</summary>
    void OnConnected(IFrameLink link);

    /// <summary>One whole control message. Borrowed.</summary>
    void OnControl(IFrameLink link, ReadOnlySpan<byte> message);

    /// <summary>One datagram, header included. Borrowed.</summary>
    void OnDatagram(IFrameLink link, ReadOnlySpan<byte> datagram);

    /// <summary><see cref="IFrameLink.MaxDatagramLength"/> changed, up or down.</summary>
    void OnMaxDatagramLengthChanged(IFrameLink link);

    /// <summary>The link is gone; nothing follows. Also how an attempt to connect fails.</summary>
    void OnClosed(IFrameLink link, LinkClosed closed);
}

/// <summary>How a link ended.</summary>
internal enum LinkCloseKind
{
    /// <summary>This side called Close, or found the other side to break the protocol.</summary>
    ByUs,

    /// <summary>The other side closed with a <see cref="CloseReason"/>.</summary>
    ByPeer,

    /// <summary>30 s without a sign of life, or no answer at all to the handshake.</summary>
    TimedOut,

    /// <summary>The other side does not know the connection any more (stateless reset): it restarted.</summary>
    Reset,

    /// <summary>The handshake was refused: wrong ALPN, no common version, transport error.</summary>
    Refused,

    /// <summary>The other side has as many links as it takes, from this address or in all (CONNECTION_REFUSED).</summary>
    Full,

    /// <summary>The certificate is not the expected one.</summary>
    Untrusted,

    /// <summary>The operating system says that the address cannot be reached.</summary>
    Unreachable,
}

/// <param name="Kind">Who or what ended it.</param>
/// <param name="Reason">The close reason where a peer or we gave one; otherwise the nearest.</param>
/// <param name="Text">A sentence for people, without a full stop; never empty.</param>
internal readonly record struct LinkClosed(LinkCloseKind Kind, CloseReason Reason, string Text);

/// <summary>A snapshot of a link's path. Times are zero before the first measurement.</summary>
internal readonly record struct LinkStatistics(
    TimeSpan LatestRtt,
    TimeSpan MinRtt,
    TimeSpan SmoothedRtt,
    long PacketsSent,
    long PacketsReceived,
    long BytesSent,
    long BytesReceived,
    long DatagramsLost,
    long CongestionWindow,
    long BytesInFlight);

/// <summary>Decides about an incoming link once its handshake is complete, by handing over who listens to it.</summary>
internal interface ILinkAcceptor
{
    /// <summary>Called on the lane, just before the handler's <see cref="IFrameLinkHandler.OnConnected"/>.</summary>
    IFrameLinkHandler Accept(IFrameLink link);
}

/// <summary>A bound server socket with all its links. Disposing it closes every link without a word; close them first.</summary>
internal interface ILinkListener : IDisposable
{
    /// <summary>Where it is bound, the real port number included.</summary>
    IReadOnlyList<IPEndPoint> LocalEndPoints { get; }

    /// <summary>Uses another certificate for handshakes that begin from now on; connected links stay. Any thread may call it; throws <see cref="SoftlanException"/> when certificate and key cannot be used.</summary>
    void ReplaceCertificate(ServerCertificate certificate);

    /// <summary>Handshakes that were refused or left half-open since the start, and the number of links that are up. To be asked on the lane.</summary>
    ListenerStatistics Statistics { get; }
}

/// <summary>A snapshot of a listener.</summary>
/// <param name="Connected">Links that are up.</param>
/// <param name="HalfOpen">Handshakes under way.</param>
/// <param name="Accepted">Handshakes that were completed since the start.</param>
/// <param name="RefusedForLoad">Refused since the start, by <see cref="LinkQuota"/> or because too many others were under way.</param>
/// <param name="RetriesSent">Clients that had to show that they own their address.</param>
/// <param name="MalformedPackets">Packets that are not QUIC.</param>
internal readonly record struct ListenerStatistics(int Connected, int HalfOpen, long Accepted, long RefusedForLoad, long RetriesSent, long MalformedPackets)
{
    /// <summary>Those of two listeners together.</summary>
    public ListenerStatistics Plus(ListenerStatistics other) => new(
        Connected + other.Connected,
        HalfOpen + other.HalfOpen,
        Accepted + other.Accepted,
        RefusedForLoad + other.RefusedForLoad,
        RetriesSent + other.RetriesSent,
        MalformedPackets + other.MalformedPackets);
}

/// <summary>PEM text of a certificate chain (leaf first) and its private key.</summary>
internal sealed record ServerCertificate(byte[] ChainPem, byte[] KeyPem);
