using System.Net;
using System.Runtime.Versioning;
using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>A connection that could not be begun. It says so at the end of the turn, as every attempt reports its outcome, and carries
/// nothing.</summary>
[SupportedOSPlatform("linux")]
internal sealed class FailedLink : IFrameLink, ITurnEnd
{
    private readonly Ngtcp2Engine _engine;
    private IFrameLinkHandler _handler;
    private LinkClosed _closed;

    /// <param name="engine">On whose loop it is reported, unless that is disposed before.</param>
    /// <param name="remote">Where it was to go.</param>
    /// <param name="counters">The session's.</param>
    /// <param name="handler">Is told.</param>
    /// <param name="closed">Why.</param>
    public FailedLink(Ngtcp2Engine engine, IPEndPoint remote, PeerCounters counters, IFrameLinkHandler handler, LinkClosed closed)
    {
        _engine = engine;
        _handler = handler;
        _closed = closed;
        RemoteEndPoint = remote;
        Counters = counters;
        engine.Loop.AtTurnEnd(this);
    }

    public IPEndPoint RemoteEndPoint { get; }

    public int MaxDatagramLength => FrameLimits.MinMaxDatagramLength;

    public PeerCounters Counters { get; }

    public LinkStatistics Statistics => default;

    public void LimitDatagrams(int length)
    {
    }

    public DropReason Send(DatagramHeader header, ReadOnlySpan<byte> body)
    {
        Counters.Drop(DropReason.NotConnected);
        return DropReason.NotConnected;
    }

    public void SendControl(ReadOnlySpan<byte> message)
    {
    }

    public void HandOver(IFrameLinkHandler handler) => _handler = handler;

    public void Close(CloseReason reason, string text) => _closed = new LinkClosed(LinkCloseKind.ByUs, reason, text);

    public void OnTurnEnd()
    {
        if (_engine.IsDisposed)
        {
            return;
        }

        try
        {
            _handler.OnClosed(this, _closed);
        }
        catch (Exception e) when (e is not SoftlanException)
        {
            _engine.ReportHandlerFailure(e);
        }
    }
}
