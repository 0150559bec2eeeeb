using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Tests.Fakes;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class UdpSocketTests : IDisposable
{
    private const int Length = 100;

    private readonly UdpSocket _socket = UdpSocket.Bind(new IPEndPoint(IPAddress.Any, 0), "the test", tellsDestination: false);
    private readonly UdpTransmitBatch _batch;
    private readonly UdpReceiveBatch _received = new();
    private readonly Socket _peer = Bind(0);
    private readonly IPEndPoint _there;

    public UdpSocketTests()
    {
        _batch = new UdpTransmitBatch(_socket, new ManualLane());
        _there = (IPEndPoint)_peer.LocalEndPoint!;
    }

    public void Dispose()
    {
        _batch.Dispose();
        _received.Dispose();
        _socket.Dispose();
        _peer.Dispose();
    }

    [Fact]
    public void HearErrors_NotAsked_NothingIsHeard()
    {
        _peer.Dispose();
        Send(2);
        Assert.False(IsRefusedSoon(TimeSpan.FromMilliseconds(50)));
        Assert.Equal(0, _batch.LastError);
    }

    /// <summary>ICMP about one datagram comes as the error of the call for the next: that one must leave all the same.</summary>
    [Fact]
    public void Flush_NobodyListens_IsToldAndLosesNothing()
    {
        _socket.HearErrors(true);
        _peer.Dispose();
        Send(1);
        Assert.True(IsRefusedSoon(TimeSpan.FromSeconds(2)));
        Assert.False(_socket.HearsErrors);

        _socket.IsRefused = false;
        _socket.HearErrors(true);
        Send(1);
        Assert.True(IsReported(TimeSpan.FromSeconds(2)));
        using Socket back = Bind(_there.Port);
        Send(1); // Meets the error of the one before.
        Assert.True(_socket.IsRefused);
        Assert.Equal(0, _batch.LastError);
        ReceiveFrom(back);
    }

    /// <summary>As after a call that took the error with it and left the queue (a sendmmsg that sent some).</summary>
    [Fact]
    public void DropErrors_NoCallFails_EmptiesTheQueue()
    {
        _socket.HearErrors(true);
        _peer.Dispose();
        Send(1);
        Assert.True(IsReported(TimeSpan.FromSeconds(2)));
        Assert.NotEqual(0, SocketOptions.TakeError(_socket.Fd));
        Assert.True(IsReported(TimeSpan.FromSeconds(2)));
        _socket.DropErrors();
        Assert.False(IsReported(TimeSpan.FromMilliseconds(20)));
        Assert.True(_socket.HearsErrors);
    }

    /// <summary>An error that nobody has read would have epoll report the socket for ever.</summary>
    [Fact]
    public void HearErrors_NotAnyMore_LeavesNoErrorBehind()
    {
        _socket.HearErrors(true);
        _peer.Dispose();
        Send(1);
        _socket.HearErrors(false);
        Assert.False(IsReported(TimeSpan.FromMilliseconds(20)));
    }

    private static Socket Bind(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 2000 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    private static void ReceiveFrom(Socket socket) => Assert.Equal(Length, socket.Receive(new byte[2000]));

    /// <summary>Whether epoll says that there is something, without looking what.</summary>
    private bool IsReported(TimeSpan limit)
    {
        using EventLoop loop = new();
        Counter counter = new();
        loop.Add(_socket.Fd, PollEvents.Readable, counter);
        long start = Environment.TickCount64;
        while (counter.Count == 0 && Environment.TickCount64 - start < limit.TotalMilliseconds)
        {
            loop.RunTurn(limit);
        }

        loop.Remove(_socket.Fd);
        return counter.Count > 0;
    }

    private bool IsRefusedSoon(TimeSpan limit) => SpinWait.SpinUntil(() => Receive() == 0 && _socket.IsRefused, limit);

    /// <returns>The length of the one datagram that waits; 0: none does.</returns>
    private unsafe int Receive()
    {
        if (_received.Receive(_socket, hasRested: false) == 0)
        {
            return 0;
        }

        SockAddr local = _socket.LocalAddress;
        _received.Message(0, out int length, out _, out _, ref local);
        return length;
    }

    private unsafe void Send(int count)
    {
        SockAddr remote = SockAddr.From(_there, SockAddr.Inet);
        for (int i = 0; i < count; i++)
        {
            // SAFETY: the batch gives room for this length; the address is on this stack, and the batch copies it.
            byte* room = _batch.Reserve(Length);
            Assert.True(room != null);
            new Span<byte>(room, Length).Fill((byte)i);
            _batch.Commit(Length, &remote, null, alone: true);
        }

        Assert.True(_batch.Flush());
    }

    private sealed class Counter : IPollable
    {
        public int Count { get; private set; }

        public void OnReady(PollEvents events) => Count++;
    }
}
