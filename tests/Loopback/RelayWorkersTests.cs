using System.Diagnostics;
using System.Net;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Abstractions;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Platform.Quic.Ngtcp2;
using Softlan.Roles.Relay;
using Softlan.Roles.Shared;
using Softlan.Tests.Roles;
using Softlan.Tests.Roles.Relay;
using Softlan.Tests.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;
using RelayOptions = Softlan.Roles.Relay.RelayOptions;

namespace Softlan.Tests.Loopback;

/// <summary>A relay with three workers, real threads and sockets; players on the test's own loop.</summary>
[SupportedOSPlatform("linux")]
public sealed class RelayWorkersTests : IDisposable
{
    private const int Workers = 3;

    private readonly string _directory = Directory.CreateTempSubdirectory("softlan-workers-").FullName;
    private readonly EventLoop _loop = new();
    private readonly Ngtcp2Engine _engine;
    private readonly LoopThread[] _threads;
    private readonly RelayRole _relay;
    private readonly List<UdpProxy> _proxies = [];
    private readonly List<RelaySession> _sessions = [];
    private bool _hasEnded;

    public RelayWorkersTests()
    {
        _engine = Create(_loop);
        _threads = [.. Enumerable.Range(1, Workers - 1).Select(i => new LoopThread($"worker {i}", _loop))];
        RelayWorker[] workers =
        [
            RelayWorker.Own(_loop, Create(_loop)),
            .. _threads.Select(thread => new RelayWorker(thread.Loop, Create(thread.Loop), thread.Invoke)),
        ];
        foreach (LoopThread thread in _threads)
        {
            thread.Start();
        }

        RelayOptions options = new()
        {
            Listen = ListenAddress.TryParse("127.0.0.1:0", out ListenAddress? listen) ? listen : throw new InvalidOperationException(),
            StateDirectory = _directory,
            ServerName = "relay",
            Workers = Workers,
            MaxLinksPerAddress = 1000,
            MaxClientsPerRoom = 1000,
        };
        _relay = new RelayRole(options, workers, TextWriter.Null, NullLogger.Instance);
        _relay.Start(_ => _hasEnded = true);
    }

    public void Dispose()
    {
        _sessions.ForEach(session => session.Dispose());
        _relay.Dispose();
        foreach (LoopThread thread in _threads)
        {
            thread.Dispose();
        }

        _engine.Dispose();
        _proxies.ForEach(proxy => proxy.Dispose());
        _loop.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void RoomAcrossAllWorkers_EverybodyHearsEverybody()
    {
        // Peers of one room that ask for different workers.
        Player gateway = Join(0, affinity: 0, PeerRole.Gateway);
        Player[] players = [.. Enumerable.Range(1, 6).Select(i => Join(i, affinity: (byte)i))];
        Until(() => gateway.Session.Peers.Count == 6 && players.All(player => player.Session.Peers.Count == 6), "all know each other");

        byte[] shout = TestFrames.Plain(MacAddress.Broadcast, RelayBench.Mac(1), 1400);
        players[0].Session.Send(shout.AsSpan());
        Until(() => gateway.Owner.Frames.Count == 1 && players[1..].All(player => player.Owner.Frames.Count == 1), "the broadcast is everywhere");
        Assert.Empty(players[0].Owner.Frames);

        foreach (Player player in players)
        {
            byte[] down = TestFrames.Plain(player.Mac, RelayBench.LanMac(1), 1000);
            gateway.Session.Send(down.AsSpan());
            Until(() => player.Owner.Frames.Count > 0 && player.Owner.Frames[^1].Frame.SequenceEqual(down), "the gateway's frame has arrived");
        }
    }

    [Fact]
    public void Migration_ConnectionStaysWithItsWorker()
    {
        Player gateway = Join(0, affinity: 0, PeerRole.Gateway);
        for (int i = 1; i <= 6; i++)
        {
            UdpProxy proxy = new(_relay.EndPoints[0]);
            _proxies.Add(proxy);
            Player player = Join(i, affinity: (byte)i, proxy: proxy);

            // Another port: the kernel's own hash would pick any worker now.
            for (int move = 0; move < 4; move++)
            {
                proxy.Rebind();
                int before = gateway.Owner.Frames.Count;
                byte[] frame = TestFrames.Plain(RelayBench.LanMac(1), player.Mac, 500);
                player.Session.Send(frame.AsSpan());
                Until(() => gateway.Owner.Frames.Count > before, $"the frame of player {i} arrived after move {move}");
                Stopwatch watch = Stopwatch.StartNew();
                Until(() => watch.ElapsedMilliseconds > 100, "a while");
            }
        }
    }

    [Fact]
    public void OneRoomGetsLarge_NewPeersGoToOtherWorkers()
    {
        for (int i = 1; i <= 140; i++)
        {
            Join(i, affinity: 0, waits: i % 20 == 0);
        }

        Until(() => _sessions.TrueForAll(session => session.IsJoined), "all are in", 60);
        Until(() => _sessions.TrueForAll(session => session.Peers.Count == 139), "all know each other", 60);
        int[] links = [.. Enumerable.Range(0, Workers).Select(LinksOf)];
        Assert.All(links, count => Assert.InRange(count, 20, 100));
    }

    [Fact]
    public void Stop_SaysByeOnEveryWorker()
    {
        Player[] players = [.. Enumerable.Range(1, 6).Select(i => Join(i, affinity: (byte)i))];
        _relay.Stop();
        Until(() => _hasEnded && players.All(player => player.Owner.Disconnected.Count > 0), "everybody was told");
        Assert.All(players, player => Assert.Contains("shutting down", player.Owner.Disconnected[0].Reason, StringComparison.OrdinalIgnoreCase));
    }

    private static Ngtcp2Engine Create(EventLoop loop) => new(loop) { QueueLimits = LoopbackEngines.Patient };

    private int LinksOf(int worker)
    {
        int count = 0;
        if (worker == 0)
        {
            count = _relay.Listeners[0].Statistics.Connected;
        }
        else
        {
            _threads[worker - 1].Invoke(() => count = _relay.Listeners[worker].Statistics.Connected);
        }

        return count;
    }

    private Player Join(int number, byte affinity, PeerRole role = PeerRole.Client, UdpProxy? proxy = null, bool waits = true)
    {
        Player player = new(this, number, affinity, role, proxy?.EndPoint ?? _relay.EndPoints[0]);
        _sessions.Add(player.Session);
        player.Session.Start();
        if (waits)
        {
            Until(() => player.Session.IsJoined, $"peer {number} is in the room");
        }

        return player;
    }

    private void Until(Func<bool> condition, string what, double seconds = 20)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed.TotalSeconds < seconds, $"Waited {seconds} s in vain until {what}.");
            foreach (UdpProxy proxy in _proxies)
            {
                proxy.Pump();
            }

            _loop.RunTurn(TimeSpan.FromMilliseconds(1));
        }
    }

    private sealed class Player
    {
        public Player(RelayWorkersTests test, int number, byte affinity, PeerRole role, IPEndPoint relay)
        {
            Mac = role == PeerRole.Client ? RelayBench.Mac(number) : MacAddress.Zero;
            RelaySessionOptions options = new()
            {
                Relay = new RelayAddress("relay", relay.Port),
                Trust = new LinkTrust(test._relay.Pin, null),
                Room = SessionBench.Room,
                Role = role,
                Mac = Mac,
                KnownAddresses = [relay.Address],
            };
            Session = new RelaySession(
                test._loop, new EngineWithAffinity(test._engine, affinity), options, Owner, NullLogger.Instance, new ScriptedResolver("127.0.0.1"));
        }

        public MacAddress Mac { get; }

        public RecordingOwner Owner { get; } = new();

        public RelaySession Session { get; }
    }

    /// <summary>A session asks for the worker of its room; here each is to have one of its own.</summary>
    private sealed class EngineWithAffinity(IQuicEngine engine, byte affinity) : IQuicEngine
    {
        public ILinkListener Listen(ListenOptions options, ILinkAcceptor acceptor) => engine.Listen(options, acceptor);

        public IFrameLink Connect(ConnectOptions options, PeerCounters counters, IFrameLinkHandler handler) =>
            engine.Connect(options with { Affinity = affinity }, counters, handler);

        public void NetworkChanged() => engine.NetworkChanged();

        public ServerCertificate GenerateCertificate(string serverName) => engine.GenerateCertificate(serverName);

        public CertificatePin Inspect(ServerCertificate certificate, string origin) => engine.Inspect(certificate, origin);

        /// <summary>The engine in it has an owner of its own.</summary>
        public void Dispose()
        {
        }
    }
}
