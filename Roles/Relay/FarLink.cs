using System.Net;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>A link that lives on another worker, as the room's worker sees it. What it counts is what happens on this side; the real link counts the
/// rest.</summary>
internal sealed class FarLink(FarGate gate, int id, IPEndPoint remoteEndPoint) : IFrameLink
{
    private IFrameLinkHandler? _handler;
    private long _controlSent;
    private long _controlDelivered;
    private bool _isClosed;

    public int Id => id;

    public IPEndPoint RemoteEndPoint { get; private set; } = remoteEndPoint;

    /// <summary>What every path carries. Frames are cut where the real link is, so nobody on this side asks what its path does.</summary>
    public int MaxDatagramLength => FrameLimits.MinMaxDatagramLength;

    public PeerCounters Counters { get; } = new();

    /// <summary>Told of an exception of the handler, which costs this link and no other, as it does where the real link is.</summary>
    public Action<Exception>? HandlerFailed { get; set; }

    /// <summary>Nobody on this side asks for it.</summary>
    public LinkStatistics Statistics => default;

    public bool HasUndeliveredControl => _controlDelivered < _controlSent;

    public void LimitDatagrams(int length) => OnEnd(end => end.LimitDatagrams(length));

    public DropReason Send(DatagramHeader header, ReadOnlySpan<byte> body)
    {
        DropReason reason = _isClosed ? DropReason.NotConnected : gate.TrySendDown(id, header, body) ? DropReason.None : DropReason.QueueFull;
        Counters.Drop(reason);
        return reason;
    }

    public void SendControl(ReadOnlySpan<byte> message)
    {
        if (!_isClosed)
        {
            byte[] copy = message.ToArray();
            long number = ++_controlSent;
            OnEnd(end => end.SendControl(copy, number));
        }
    }

    public void HandOver(IFrameLinkHandler handler) => _handler = handler;

    public void Close(CloseReason reason, string text)
    {
        if (!_isClosed)
        {
            OnEnd(end => end.Close(reason, text));
            LinkClosed closed = new(LinkCloseKind.ByUs, reason, text);
            _isClosed = true;
            gate.Close(this);
            gate.RoomLane.Post(() => Tell(handler => handler.OnClosed(this, closed)));
        }
    }

    /// <summary>On the room's lane, as are the others below.</summary>
    public void OnDatagram(ReadOnlySpan<byte> datagram)
    {
        try
        {
            _handler?.OnDatagram(this, datagram);
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    public void OnControl(byte[] message)
    {
        if (!_isClosed)
        {
            Tell(handler => handler.OnControl(this, message));
        }
    }

    public void OnControlDelivered(long number) => _controlDelivered = number;

    public void OnMoved(IPEndPoint to)
    {
        RemoteEndPoint = to;
        if (!_isClosed)
        {
            Tell(handler => handler.OnRemoteEndPointChanged(this));
        }
    }

    public void OnClosed(LinkClosed closed)
    {
        if (!_isClosed)
        {
            _isClosed = true;
            gate.Close(this);
            Tell(handler => handler.OnClosed(this, closed));
        }
    }

    /// <summary>Runs what is for the handler; an exception costs this link and no other.</summary>
    public void Tell(Action<IFrameLinkHandler> call)
    {
        try
        {
            if (_handler is { } handler)
            {
                call(handler);
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void Fail(Exception e)
    {
        HandlerFailed?.Invoke(e);
        Close(CloseReason.ProtocolError, "internal error");
    }

    private void OnEnd(Action<NearEnd> work) => gate.LinkLane.Post(() =>
    {
        if (gate.TryFind(id, out NearEnd? end))
        {
            work(end);
        }
    });
}
