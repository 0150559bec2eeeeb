using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
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
    private readonly Socket _stranger = Bind(0);

    public UdpSocketTests() => _batch = new UdpTransmitBatch(_socket);

    public void Dispose()
    {
        _batch.Dispose();
        _received.Dispose();
        _socket.Dispose();
        _peer.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public void TryConnect_PacketsGoToThePeerAndComeFromNobodyElse()
    {
        Assert.True(Connect(_peer));
        Assert.Equal("127.0.0.1", _socket.LocalAddress.ToEndPoint().Address.ToString());
        Send(3);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(_socket.LocalAddress.ToEndPoint(), ReceiveFrom(_peer));
        }

        _stranger.SendTo(new byte[Length], _socket.LocalAddress.ToEndPoint());
        _peer.SendTo(new byte[Length + 1], _socket.LocalAddress.ToEndPoint());
        Assert.Equal(Length + 1, Receive());
        Assert.Equal(0, Receive());
    }

    [Fact]
    public void TryConnect_Again_GoesToTheOtherPeer()
    {
        Assert.True(Connect(_stranger));
        Assert.True(Connect(_peer));
        Send(1);
        Assert.Equal(_socket.LocalAddress.ToEndPoint(), ReceiveFrom(_peer));
        Assert.Equal(0, _stranger.Available);
    }

    [Fact]
    public void TryConnect_NoWay_EachPacketIsToldWhereItGoes()
    {
        // Only sockets with SO_BROADCAST may (EACCES): a refusal that does not depend on this machine's routes.
        SockAddr broadcast = SockAddr.From(new IPEndPoint(IPAddress.Broadcast, 9), SockAddr.Inet);
        Assert.False(_socket.TryConnect(in broadcast));
        Assert.False(_socket.IsConnected);
        Send(1);
        ReceiveFrom(_peer);
    }

    /// <summary>ICMP about one datagram comes as the error of the call for the next: that one must leave all the same.</summary>
    [Fact]
    public void Flush_NobodyListens_IsToldAndLosesNothing()
    {
        IPEndPoint there = (IPEndPoint)_peer.LocalEndPoint!;
        Assert.True(Connect(_peer));
        _peer.Dispose();
        Assert.False(_socket.IsRefused);
        Send(1);
        SpinWait.SpinUntil(() => Receive() == 0 && _socket.IsRefused, TimeSpan.FromSeconds(2));
        Assert.True(_socket.IsRefused);

        _socket.IsRefused = false;
        Send(1);
        using Socket back = Bind(there.Port);
        Send(1); // Meets the error of the one before.
        Assert.Equal(0, _batch.LastError);
        Assert.True(_socket.IsRefused);
        ReceiveFrom(back);
    }

    private static Socket Bind(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 2000 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    private static IPEndPoint ReceiveFrom(Socket socket)
    {
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        Assert.Equal(Length, socket.ReceiveFrom(new byte[2000], ref from));
        return (IPEndPoint)from;
    }

    private bool Connect(Socket peer)
    {
        SockAddr remote = SockAddr.From((IPEndPoint)peer.LocalEndPoint!, SockAddr.Inet);
        return _socket.TryConnect(in remote);
    }

    /// <returns>The length of the one datagram that waits; 0: none does.</returns>
    private unsafe int Receive()
    {
        if (_received.Receive(_socket, Stopwatch.GetTimestamp()) == 0)
        {
            return 0;
        }

        SockAddr local = _socket.LocalAddress;
        _received.Message(0, out int length, out _, out _, ref local);
        return length;
    }

    private unsafe void Send(int count)
    {
        SockAddr remote = _peer.SafeHandle.IsClosed ? default : SockAddr.From((IPEndPoint)_peer.LocalEndPoint!, SockAddr.Inet);
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
}
