using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class UdpTransmitBatchTests : IDisposable
{
    // asm-generic/socket.h. Linux makes no segments for a socket that leaves checksums out (udp_send_skb: EINVAL).
    private const int SO_NO_CHECK = 11;

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
        if (refusesSegments)
        {
            Assert.True(SocketOptions.TrySet(_socket.Fd, NativeSocket.SOL_SOCKET, SO_NO_CHECK, 1));
        }

        using UdpTransmitBatch batch = new(_socket);
        int[] lengths = [1200, 1200, 1200, 1200, 1200, 77];
        for (int round = 0; round < 3; round++)
        {
            Send(batch, lengths, source);
            for (int i = 0; i < lengths.Length; i++)
            {
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                byte[] received = new byte[2000];
                int length = _receiver.ReceiveFrom(received, ref from);
                Assert.Equal(Enumerable.Repeat((byte)i, lengths[i]), received[..length]);
                Assert.Equal(source ?? "127.0.0.1", ((IPEndPoint)from).Address.ToString());
            }

            Assert.Equal(0, _receiver.Available);
            Assert.Equal(0, batch.LastError);
        }
    }

    private unsafe void Send(UdpTransmitBatch batch, int[] lengths, string? source)
    {
        SockAddr remote = SockAddr.From((IPEndPoint)_receiver.LocalEndPoint!, SockAddr.Inet);
        SockAddr local = source is null ? default : SockAddr.From(new IPEndPoint(IPAddress.Parse(source), 0), SockAddr.Inet);
        for (int i = 0; i < lengths.Length; i++)
        {
            // SAFETY: the batch gives room for this length; both addresses are on this stack, and the batch copies them.
            byte* room = batch.Reserve(lengths[i]);
            Assert.True(room != null);
            new Span<byte>(room, lengths[i]).Fill((byte)i);
            batch.Commit(lengths[i], &remote, source is null ? null : &local, alone: false);
        }

        Assert.True(batch.Flush());
    }
}
