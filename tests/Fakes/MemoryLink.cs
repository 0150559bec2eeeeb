using System.Net;
using System.Text;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Tests.Fakes;

/// <summary>A link that leads nowhere: it records what a role sends, and a test plays the other side with the Receive and Lose methods.</summary>
internal sealed class MemoryLink(ManualLane lane) : IFrameLink
{
    private readonly byte[] _buffer = new byte[DatagramHeader.Length + 65536];
    private readonly PieceCutter _cutter = new();
    private int _maxDatagramLength = 1440;
    private int _limit = FrameLimits.MaxDatagramLength;

    /// <summary>Who listens to the link. A test sets it from what Accept returned, or from Connect's argument.</summary>
    public IFrameLinkHandler? Handler { get; set; }

    public IPEndPoint RemoteEndPoint { get; set; } = new(IPAddress.Parse("192.0.2.7"), 50000);

    public PeerCounters Counters { get; init; } = new();

    public LinkStatistics Statistics { get; set; }

    /// <summary>Every datagram that was taken, oldest first. Stays empty while <see cref="KeepSent"/> is off.</summary>
    public List<SentDatagram> Sent { get; } = [];

    /// <summary>Every control message as text, oldest first.</summary>
    public List<string> SentControl { get; } = [];

    /// <summary>Off: sending only counts, and allocates nothing.</summary>
    public bool KeepSent { get; set; } = true;

    /// <summary>What Send answers, counted as a real link does; None: it takes the datagram.</summary>
    public DropReason Refuses { get; set; }

    /// <summary>On: the other side has not acknowledged the control messages yet.</summary>
    public bool HasUndeliveredControl { get; set; }

    /// <summary>A test sets it.</summary>
    public ControlProgress ControlProgress { get; set; }

    /// <summary>With what a role closed the link; null while it did not.</summary>
    public (CloseReason Reason, string Text)? ClosedWith { get; private set; }

    /// <summary>Setting it tells the handler, as path MTU discovery does.</summary>
    public int MaxDatagramLength
    {
        get => Math.Min(_maxDatagramLength, _limit);
        set
        {
            _maxDatagramLength = value;
            Handler?.OnMaxDatagramLengthChanged(this);
        }
    }

    public void LimitDatagrams(int length) => _limit = length;

    public DropReason Send(DatagramHeader header, ReadOnlySpan<byte> body)
    {
        DropReason reason = ClosedWith is not null ? DropReason.NotConnected
            : Refuses;
        if (reason != DropReason.None)
        {
            Counters.Drop(reason);
            return reason;
        }

        if (!KeepSent)
        {
            Counters.DatagramsOut++;
            return DropReason.None;
        }

        foreach (SentDatagram piece in _cutter.Cut(header, body, MaxDatagramLength, Counters))
        {
            Counters.DatagramsOut++;
            Sent.Add(piece);
        }

        return DropReason.None;
    }

    public void SendControl(ReadOnlySpan<byte> message)
    {
        if (ClosedWith is null)
        {
            SentControl.Add(Encoding.UTF8.GetString(message));
        }
    }

    public void HandOver(IFrameLinkHandler handler) => Handler = handler;

    public void Close(CloseReason reason, string text)
    {
        if (ClosedWith is null)
        {
            ClosedWith = (reason, text);
            lane.Post(() => Handler?.OnClosed(this, new LinkClosed(LinkCloseKind.ByUs, reason, text)));
        }
    }

    /// <summary>The other side goes on from there.</summary>
    public void Move(IPEndPoint to)
    {
        RemoteEndPoint = to;
        Handler?.OnRemoteEndPointChanged(this);
    }

    /// <summary>The handshake is complete.</summary>
    public void Connect() => Handler?.OnConnected(this);

    public void ReceiveControl(string json) => Handler?.OnControl(this, Encoding.UTF8.GetBytes(json));

    public void ReceiveDatagram(DatagramHeader header, ReadOnlySpan<byte> body)
    {
        header.Write(_buffer);
        body.CopyTo(_buffer.AsSpan(DatagramHeader.Length));
        ReceiveRawDatagram(_buffer.AsSpan(0, DatagramHeader.Length + body.Length));
    }

    /// <summary>Any bytes at all.</summary>
    public void ReceiveRawDatagram(ReadOnlySpan<byte> datagram)
    {
        Counters.DatagramsIn++;
        Handler?.OnDatagram(this, datagram);
    }

    /// <summary>The other side, or the network, ends the link.</summary>
    public void Lose(LinkCloseKind kind = LinkCloseKind.TimedOut, CloseReason reason = CloseReason.TimedOut, string text = "no sign of life for 30 s")
    {
        if (ClosedWith is null)
        {
            ClosedWith = (reason, text);
            Handler?.OnClosed(this, new LinkClosed(kind, reason, text));
        }
    }
}
