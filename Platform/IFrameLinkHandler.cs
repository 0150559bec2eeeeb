namespace Softlan.Platform;

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
    void OnMaxDatagramLengthChanged(IFrameLink link)
    {
    }

    /// <summary><see cref="IFrameLink.RemoteEndPoint"/> changed. For handlers that keep a copy of it; the others ask the link. The only call that may
    /// come once more after <see cref="OnClosed"/>.</summary>
    void OnRemoteEndPointChanged(IFrameLink link)
    {
    }

    /// <summary>The link is gone; nothing follows. Also how an attempt to connect fails.</summary>
    void OnClosed(IFrameLink link, LinkClosed closed);
}
