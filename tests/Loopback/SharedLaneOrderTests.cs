using System.Buffers.Binary;
using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Tests.Wire;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>What msquic gives back, on a lane that runs inside msquic's callbacks: it leaves before what came later.</summary>
[SupportedOSPlatform("linux")]
public sealed class SharedLaneOrderTests : SharedLaneBench
{
    private const int Segments = 6000;

    /// <summary>A thread that is not msquic's hands over while that one begins to write: single ones slip through now and then, more of them on a
    /// busy machine. Where each give-back lets newer ones pass, it is twice as many and more.</summary>
    private const int MaxEarly = Segments / 120;

    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void Send_MoreThanTheWindowTakes_ArrivesInOrder()
    {
        using UdpProxy proxy = new(new IPEndPoint(IPAddress.Loopback, Listener.LocalEndPoints[0].Port)) { RoundTrip = RoundTrip };
        RecordingHandler client = null!;
        OnLane(() => client = Connect(to: proxy.EndPoint));
        Until(() => client.IsConnected && Acceptor.Handlers.Count > 0, "the link is up", proxy.Pump);
        RecordingHandler server = Acceptor.Handlers[0];

        int sent = 0;
        long arrived = 0;
        long now = Environment.TickCount64;
        long lastArrival = now;
        long lastSend = now;
        Until(
            () =>
            {
                now = Environment.TickCount64;
                if (lastSend != now && sent < Segments)
                {
                    lastSend = now;
                    for (int i = 0; i < 20; i++)
                    {
                        SendSegment(client.Link, sent++);
                    }
                }

                (lastArrival, arrived) = arrived == server.DatagramCount ? (lastArrival, arrived) : (now, server.DatagramCount);
                return sent >= Segments && now - lastArrival > 1000;
            },
            "nothing is under way any more",
            proxy.Pump);

        int[] order = [.. server.Datagrams.Select(datagram => BinaryPrimitives.ReadInt32BigEndian(datagram.AsSpan(datagram.Length - sizeof(int))))];
        Assert.True(order.Length > Segments / 2, $"Only {order.Length} have arrived.");
        Assert.InRange(CountEarly(order), 0, MaxEarly);
    }

    /// <summary>Those that came before one with a lower number.</summary>
    private static int CountEarly(int[] order)
    {
        int early = 0;
        int lowest = int.MaxValue;
        for (int i = order.Length - 1; i >= 0; i--)
        {
            early += order[i] > lowest ? 1 : 0;
            lowest = Math.Min(lowest, order[i]);
        }

        return early;
    }

    private static void SendSegment(IFrameLink link, int number)
    {
        byte[] payload = new byte[1000];
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(payload.Length - sizeof(int)), number);
        link.Send(DatagramHeader.ForFrame(1), Packets.Ethernet(EtherTypes.IPv4, Packets.IPv4(IPProtocols.Tcp, payload)));
    }
}
