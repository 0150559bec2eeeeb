using System.Buffers.Binary;
using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Quic.MsQuic;
using Softlan.Tests.Wire;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>What msquic gives back, on a lane that runs inside msquic's callbacks: it leaves before what came later.</summary>
[SupportedOSPlatform("linux")]
public sealed class SharedLaneOrderTests : IDisposable
{
    private const int Segments = 6000;

    /// <summary>A thread that is not msquic's hands over while that one begins to write: single ones slip through now and then, more of them on a
    /// busy machine. Where each give-back lets newer ones pass, it is twice as many and more.</summary>
    private const int MaxEarly = Segments / 120;

    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(20);

    private readonly SharedLane _lane;
    private readonly MsQuicEngine _engine;
    private readonly List<Exception> _bugs = [];
    private readonly RecordingAcceptor _acceptor = new();
    private readonly ServerCertificate _certificate;
    private ILinkListener _listener = null!;

    public SharedLaneOrderTests()
    {
        LoopbackEngines.Require(EngineKind.MsQuic);
        _lane = new SharedLane(_bugs.Add);
        _engine = new MsQuicEngine(_lane) { QueueLimits = LoopbackEngines.Patient };
        _certificate = _engine.GenerateCertificate("relay.test");
    }

    public void Dispose()
    {
        OnLane(() => _listener.Dispose());
        _lane.Dispose();
        _engine.Dispose();
        Assert.Empty(_bugs);
    }

    [Fact]
    public void Send_MoreThanTheWindowTakes_ArrivesInOrder()
    {
        OnLane(() => _listener = Listen());
        using UdpProxy proxy = new(new IPEndPoint(IPAddress.Loopback, _listener.LocalEndPoints[0].Port)) { RoundTrip = RoundTrip };
        RecordingHandler client = new();
        OnLane(() => Connect(client, proxy.EndPoint));
        Until(proxy, () => client.IsConnected && _acceptor.Handlers.Count > 0, "the link is up");
        RecordingHandler server = _acceptor.Handlers[0];

        int sent = 0;
        long arrived = 0;
        long now = Environment.TickCount64;
        long lastArrival = now;
        long lastSend = now;
        Until(
            proxy,
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
            "nothing is under way any more");

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

    private ILinkListener Listen() => _engine.Listen(
        new ListenOptions
        {
            EndPoint = new IPEndPoint(IPAddress.IPv6Any, 0),
            Certificate = _certificate,
            Secret = LoopbackEngines.Secret,
            MaxLinks = 100,
            MaxLinksPerAddress = 100,
        },
        _acceptor);

    private void Connect(RecordingHandler handler, IPEndPoint to) => handler.Link = _engine.Connect(
        new ConnectOptions
        {
            RemoteEndPoint = to,
            ServerName = "relay.test",
            Trust = new LinkTrust(_engine.Inspect(_certificate, "the test"), null),
        },
        new PeerCounters(),
        handler);

    /// <summary>Does something on the lane and waits until it is done.</summary>
    private void OnLane(Action work)
    {
        using ManualResetEventSlim done = new();
        _lane.Post(() =>
        {
            work();
            done.Set();
        });
        Assert.True(done.Wait(TimeSpan.FromSeconds(15)), "The lane hangs.");
    }

    private void Until(UdpProxy proxy, Func<bool> condition, string what)
    {
        long end = Environment.TickCount64 + 30_000;
        bool isSo = false;
        while (!isSo)
        {
            Assert.True(Environment.TickCount64 < end, $"Waited 30 s in vain until {what}.");
            proxy.Pump();
            OnLane(() => isSo = condition());
        }
    }
}
