using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Tests.Wine;

// A packet:  'C' connect   'A' accepted   'M' a control message   'D' a datagram   'X' closed, then its reason and text

/// <summary>A link for tests: no encryption, no repetition, good enough for the loopback.</summary>
internal sealed class UdpLink : LaneWork, IFrameLink
{
    // mstcpip.h, SIO_UDP_CONNRESET: without it an ICMP "port unreachable" makes the next receive fail with WSAECONNRESET.
    private const int SioUdpConnReset = unchecked((int)0x9800000C);

    private readonly IEnterableLane _lane;
    private readonly Socket _socket;
    private readonly ConcurrentQueue<byte[]> _received = new();
    private readonly byte[] _datagram = new byte[FrameLimits.MaxDatagramLength];
    private IFrameLinkHandler _handler;
    private int _limit = 1400;
    private readonly FrameSplitter _splitter = new();
    private bool _isConnected;
    private bool _isClosed;

    private UdpLink(IEnterableLane lane, Socket socket, IPEndPoint remote, PeerCounters counters, IFrameLinkHandler handler)
    {
        _lane = lane;
        _socket = socket;
        _handler = handler;
        RemoteEndPoint = remote;
        Counters = counters;
    }

    public IPEndPoint RemoteEndPoint { get; }

    public int MaxDatagramLength => Math.Min(1400, _limit);

    public PeerCounters Counters { get; }

    public LinkStatistics Statistics => default;

    public static UdpLink Connect(IEnterableLane lane, ConnectOptions options, PeerCounters counters, IFrameLinkHandler handler)
    {
        Socket socket = new(options.RemoteEndPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.IOControl(SioUdpConnReset, [0, 0, 0, 0], null);
        socket.Connect(options.RemoteEndPoint);
        UdpLink link = new(lane, socket, options.RemoteEndPoint, counters, handler);
        new Thread(link.Receive) { IsBackground = true, Name = "test link" }.Start();
        socket.Send("C"u8);
        return link;
    }

    public void LimitDatagrams(int length) => _limit = length;

    public DropReason Send(DatagramHeader header, ReadOnlySpan<byte> body)
    {
        header.Write(_datagram);
        body.CopyTo(_datagram.AsSpan(DatagramHeader.Length));
        Span<byte> datagram = _datagram.AsSpan(0, DatagramHeader.Length + body.Length);
        SendDatagram(_splitter.FirstPiece(datagram, MaxDatagramLength));
        if (_splitter.IsHead)
        {
            SendDatagram(datagram[_splitter.BeginTail(datagram)..]);
        }

        return DropReason.None;
    }

    public void SendControl(ReadOnlySpan<byte> message) => _socket.Send([(byte)'M', .. message]);

    public void HandOver(IFrameLinkHandler handler) => _handler = handler;

    public void Close(CloseReason reason, string text)
    {
        if (!_isClosed)
        {
            _socket.Send([(byte)'X', (byte)reason, .. Encoding.UTF8.GetBytes(text)]);
            End(new LinkClosed(LinkCloseKind.ByUs, reason, text));
        }
    }

    public override void Run()
    {
        while (!_isClosed && _received.TryDequeue(out byte[]? packet))
        {
            switch ((char)packet[0])
            {
                case 'A' when !_isConnected:
                    _isConnected = true;
                    _handler.OnConnected(this);
                    break;
                case 'M':
                    _handler.OnControl(this, packet.AsSpan(1));
                    break;
                case 'D':
                    Counters.DatagramsIn++;
                    _handler.OnDatagram(this, packet.AsSpan(1));
                    break;
                case 'X':
                    End(new LinkClosed(LinkCloseKind.ByPeer, (CloseReason)packet[1], Encoding.UTF8.GetString(packet.AsSpan(2))));
                    break;
            }
        }
    }

    private void SendDatagram(ReadOnlySpan<byte> datagram)
    {
        Counters.DatagramsOut++;
        _socket.Send([(byte)'D', .. datagram]);
    }

    private void End(LinkClosed closed)
    {
        _isClosed = true;
        _socket.Dispose();
        _lane.Post(() => _handler.OnClosed(this, closed));
    }

    private void Receive()
    {
        byte[] buffer = new byte[65536];
        while (true)
        {
            try
            {
                int length = _socket.Receive(buffer);
                if (length > 0)
                {
                    _received.Enqueue(buffer[..length]);
                    _lane.Enter(this);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
