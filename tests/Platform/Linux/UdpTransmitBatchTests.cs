using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Tests.Fakes;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class UdpTransmitBatchTests : IDisposable
{
    // asm-generic/socket.h. Linux makes no segments for a socket that leaves checksums out (udp_send_skb: EINVAL).
    private const int SO_NO_CHECK = 11;

    // sys/socket.h, linux/udp.h
    private const int SO_SNDBUF = 7;
    private const int SO_BROADCAST = 6;
    private const int UDP_GRO = 104;

    private static readonly int[] Run = [1200, 1200, 1200, 1200, 1200, 77];

    private readonly ManualLane _lane = new();
    private readonly UdpSocket _socket = UdpSocket.Bind(new IPEndPoint(IPAddress.Any, 0), "the test");
    private readonly Socket _receiver = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public UdpTransmitBatchTests()
    {
        _receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _receiver.ReceiveTimeout = 2000;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _receiver.Dispose();
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, null)]
    [InlineData(false, "127.0.0.3")]
    [InlineData(true, "127.0.0.3")]
    public void Flush_Run_ArrivesInOrder_AlsoWhereTheKernelMakesNoSegments(bool refusesSegments, string? source)
    {
        RefuseSegments(_socket, refusesSegments);
        using UdpTransmitBatch batch = new(_socket, _lane);
        for (int round = 0; round < 3; round++)
        {
            Commit(batch, _receiver.LocalEndPoint!, Run, source);
            Assert.True(batch.Flush());
            ReceiveRun(_receiver, source ?? "127.0.0.1");
            Assert.Equal(0, batch.LastError);
        }
    }

    /// <summary>It may have been the route to one peer.</summary>
    [Fact]
    public void Flush_SegmentsWereRefused_AreTriedAgainAfterAPause()
    {
        _receiver.SetRawSocketOption(NativeUdp.SOL_UDP, UDP_GRO, [1, 0, 0, 0]); // What left as one arrives as one.
        using UdpTransmitBatch batch = new(_socket, _lane);
        Assert.Equal(Run.Sum(), FirstReceived(batch));
        RefuseSegments(_socket, true);
        Assert.Equal(Run[0], FirstReceived(batch));
        RefuseSegments(_socket, false);
        _lane.Advance(UdpTransmitBatch.SegmentationPause - TimeSpan.FromSeconds(1));
        Assert.Equal(Run[0], FirstReceived(batch));
        _lane.Advance(TimeSpan.FromSeconds(1));
        Assert.True(batch.Flush());
        Assert.Equal(Run.Sum(), FirstReceived(batch));
    }

    /// <summary>Packets wait, and fill the socket, while the kernel asks for the receiver's MAC.</summary>
    [Fact]
    public void Flush_RunThatLeavesOneByOneFillsTheSocket_GoesOnWithTheRest()
    {
        using NetworkNamespace net = NetworkNamespace.Create();
        using NetworkNamespace there = NetworkNamespace.Create();
        net.Ip($"link add near type veth peer name far netns {there.Name}");
        net.Ip("addr add 192.0.2.1/24 dev near");
        net.Ip("link set near up");
        there.Ip("addr add 192.0.2.2/24 dev far");
        there.Ip("link set far address 02:00:00:00:00:02 arp off up");
        Socket? far = null;
        there.Run(() =>
        {
            far = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 2000 };
            far.Bind(new IPEndPoint(IPAddress.Parse("192.0.2.2"), 0));
        });
        using Socket farReceiver = far!;
        net.Run(() =>
        {
            using UdpSocket socket = UdpSocket.Bind(new IPEndPoint(IPAddress.Any, 0), "the test");
            Assert.True(SocketOptions.TrySet(socket.Fd, NativeSocket.SOL_SOCKET, SO_SNDBUF, 1));
            RefuseSegments(socket, true);
            using UdpTransmitBatch batch = new(socket, _lane);
            Commit(batch, farReceiver.LocalEndPoint!, Run, null);
            Assert.False(batch.Flush());
            Assert.False(batch.Flush());
            net.Ip("neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev near nud permanent");
            Assert.True(SpinWait.SpinUntil(batch.Flush, TimeSpan.FromSeconds(2)), "the socket stays full");
            Assert.Equal(0, batch.LastError);
        });
        ReceiveRun(farReceiver, "192.0.2.1");
    }

    [Fact]
    public void LastError_TheNextForThereIsTaken_IsOver()
    {
        IPEndPoint everybody = new(IPAddress.Parse("127.255.255.255"), 9);
        using UdpTransmitBatch batch = new(_socket, _lane);
        Commit(batch, everybody, [100], null);
        Assert.True(batch.Flush());
        Assert.Equal(Errno.EACCES, batch.LastError);
        Commit(batch, _receiver.LocalEndPoint!, [100], null);
        Assert.True(batch.Flush());
        Assert.Equal(Errno.EACCES, batch.LastError);
        Assert.True(SocketOptions.TrySet(_socket.Fd, NativeSocket.SOL_SOCKET, SO_BROADCAST, 1));
        Commit(batch, everybody, [100], null);
        Assert.True(batch.Flush());
        Assert.Equal(0, batch.LastError);
    }

    private static void RefuseSegments(UdpSocket socket, bool refuses) =>
        Assert.True(SocketOptions.TrySet(socket.Fd, NativeSocket.SOL_SOCKET, SO_NO_CHECK, refuses ? 1 : 0));

    private static void ReceiveRun(Socket receiver, string source)
    {
        for (int i = 0; i < Run.Length; i++)
        {
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            byte[] received = new byte[2000];
            int length = receiver.ReceiveFrom(received, ref from);
            Assert.Equal(Enumerable.Repeat((byte)i, Run[i]), received[..length]);
            Assert.Equal(source, ((IPEndPoint)from).Address.ToString());
        }

        Assert.Equal(0, receiver.Available);
    }

    /// <returns>How much of a run is received at first.</returns>
    private int FirstReceived(UdpTransmitBatch batch)
    {
        Commit(batch, _receiver.LocalEndPoint!, Run, null);
        Assert.True(batch.Flush());
        byte[] received = new byte[65536];
        int first = _receiver.Receive(received);
        for (int rest = Run.Sum() - first; rest > 0;)
        {
            rest -= _receiver.Receive(received);
        }

        return first;
    }

    private static unsafe void Commit(UdpTransmitBatch batch, EndPoint to, int[] lengths, string? source)
    {
        SockAddr remote = SockAddr.From((IPEndPoint)to, SockAddr.Inet);
        SockAddr local = source is null ? default : SockAddr.From(new IPEndPoint(IPAddress.Parse(source), 0), SockAddr.Inet);
        for (int i = 0; i < lengths.Length; i++)
        {
            // SAFETY: the batch gives room for this length; both addresses are on this stack, and the batch copies them.
            byte* room = batch.Reserve(lengths[i]);
            Assert.True(room != null);
            new Span<byte>(room, lengths[i]).Fill((byte)i);
            batch.Commit(lengths[i], &remote, source is null ? null : &local, alone: false);
        }
    }
}
