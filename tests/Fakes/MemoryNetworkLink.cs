using System.Net;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Tests.Fakes;

/// <summary>One end of a connection across a <see cref="MemoryNetwork"/>.</summary>
internal sealed class MemoryNetworkLink(MemoryNetwork network, PeerCounters counters, IPEndPoint remote, int? datagramLimit) : IFrameLink
{
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    private readonly Queue<Action> _heldBack = new();
    private readonly PieceCutter _cutter = new();
    private int _limit = FrameLimits.MaxDatagramLength;
    private int _maxDatagramLength = Math.Min(network.MaxDatagramLength, datagramLimit ?? int.MaxValue);
    private MemoryNetworkLink? _other;
    private TimeSpan _lastHeard;
    private int _undelivered;
    private bool _closing;
    private bool _abandoned;

    public IFrameLinkHandler? Handler { get; set; }

    public IPEndPoint RemoteEndPoint { get; set; } = remote;

    public PeerCounters Counters { get; } = counters;

    public bool HasEnded { get; private set; }

    public LinkStatistics Statistics => new(2 * network.Delay, 2 * network.Delay, 2 * network.Delay, 0, 0, 0, 0, 0, 0, 0);

    public bool HasUndeliveredControl => _undelivered > 0;

    /// <summary>Setting it tells the handler, as path MTU discovery does.</summary>
    public int MaxDatagramLength
    {
        get => Math.Min(_maxDatagramLength, _limit);
        set
        {
            _maxDatagramLength = Math.Min(value, datagramLimit ?? int.MaxValue);
            Handler?.OnMaxDatagramLengthChanged(this);
        }
    }

    public void LimitDatagrams(int length) => _limit = length;

    public DropReason Send(DatagramHeader header, ReadOnlySpan<byte> body)
    {
        if (HasEnded || _closing || _other is null)
        {
            Counters.Drop(DropReason.NotConnected);
            return DropReason.NotConnected;
        }

        foreach (SentDatagram piece in _cutter.Cut(header, body, MaxDatagramLength, Counters))
        {
            Counters.DatagramsOut++;
            Deliver(_other, piece);
        }

        return DropReason.None;
    }

    public void SendControl(ReadOnlySpan<byte> message)
    {
        if (!HasEnded && !_closing)
        {
            byte[] copy = message.ToArray();
            _undelivered++;
            SendInOrder(link =>
            {
                link.Handler?.OnControl(link, copy);
                network.After(network.Delay, () => _undelivered--);
            });
        }
    }

    public void HandOver(IFrameLinkHandler handler) => Handler = handler;

    public void Close(CloseReason reason, string text)
    {
        if (HasEnded || _closing)
        {
            return;
        }

        SendInOrder(link => link.End(LinkCloseKind.ByPeer, reason, text.Length == 0 ? reason.ToString() : text));
        _closing = true;
        network.Lane.Post(() => End(LinkCloseKind.ByUs, reason, text));
    }

    /// <summary>The link is over at this end.</summary>
    public void End(LinkCloseKind kind, CloseReason reason, string text)
    {
        if (!HasEnded)
        {
            HasEnded = true;
            Handler?.OnClosed(this, new LinkClosed(kind, reason, text));
        }
    }

    internal static void Join(MemoryNetworkLink connecting, MemoryNetworkLink accepted)
    {
        connecting._other = accepted;
        accepted._other = connecting;
        connecting.Watch();
        accepted.Watch();
    }

    internal void BecomeConnected()
    {
        if (!HasEnded)
        {
            Handler?.OnConnected(this);
        }
    }

    /// <summary>This end's process is gone: it neither sends nor hears nor reports anything more.</summary>
    internal void Abandon()
    {
        _abandoned = true;
        HasEnded = true;
    }

    private void Deliver(MemoryNetworkLink other, SentDatagram piece)
    {
        if (network.IsDown || network.Loses())
        {
            return;
        }

        byte[] datagram = new byte[DatagramHeader.Length + piece.Body.Length];
        piece.Header.Write(datagram);
        piece.Body.CopyTo(datagram.AsSpan(DatagramHeader.Length));
        network.After(network.Delay, () => other.Receive(link =>
        {
            link.Counters.DatagramsIn++;
            link.Handler?.OnDatagram(link, datagram);
        }));
    }

    private void SendInOrder(Action<MemoryNetworkLink> deliver)
    {
        if (_other is not { } other)
        {
            return;
        }

        if (network.IsDown)
        {
            _heldBack.Enqueue(() => other.Receive(deliver));
        }
        else
        {
            ReleaseHeldBack();
            network.After(network.Delay, () => other.Receive(deliver));
        }
    }

    private void ReleaseHeldBack()
    {
        while (_heldBack.TryDequeue(out Action? delivery))
        {
            network.After(network.Delay, delivery);
        }
    }

    private void Receive(Action<MemoryNetworkLink> deliver)
    {
        if (!HasEnded)
        {
            _lastHeard = network.Lane.Now;
            deliver(this);
        }
        else if (_abandoned && _other is { } other && network.ListenerAt(other.RemoteEndPoint.Port) is not null)
        {
            // Somebody else listens at the old address by now, and answers what it does not know with a stateless reset.
            network.After(
                network.Delay,
                () => other.End(LinkCloseKind.Reset, CloseReason.TimedOut, "the relay does not know this connection any more"));
        }
    }

    /// <summary>Keep-alives and the idle timeout.</summary>
    private void Watch()
    {
        _lastHeard = network.Lane.Now;
        network.After(KeepAlive, Check);
    }

    private void Check()
    {
        if (HasEnded)
        {
            return;
        }

        if (network.Lane.Now - _lastHeard >= IdleTimeout)
        {
            End(LinkCloseKind.TimedOut, CloseReason.TimedOut, "no sign of life for 30 s");
            return;
        }

        if (!network.IsDown)
        {
            ReleaseHeldBack();
            network.After(network.Delay, () => _other?.Receive(static _ => { }));
        }

        network.After(KeepAlive, Check);
    }
}
