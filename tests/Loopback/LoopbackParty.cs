using System.Diagnostics;
using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Platform.Quic.Ngtcp2;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>A real listener and real clients on 127.0.0.1, all on one loop that the test's own thread turns. Relay and clients may be of different
/// engines.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LoopbackParty : IDisposable
{
    private readonly List<UdpProxy> _proxies = [];

    /// <summary>Also this machine's, and not the one that it sends from by itself.</summary>
    public static readonly IPAddress OtherAddress = IPAddress.Parse("127.0.0.2");

    /// <param name="relay">The engine that listens.</param>
    /// <param name="client">The engine that connects.</param>
    /// <param name="quick">Short timeouts, for tests of silence.</param>
    /// <param name="limits">How long datagrams may wait; as long as it takes, unless a test asks just that.</param>
    /// <param name="relayCiphers">Null: this processor's, as for the client's.</param>
    public LoopbackParty(
        EngineKind relay = EngineKind.Ngtcp2,
        EngineKind client = EngineKind.Ngtcp2,
        bool quick = false,
        QueueLimits? limits = null,
        CipherPreference? relayCiphers = null,
        CipherPreference? clientCiphers = null)
    {
        LoopbackEngines.Require(relay, client);
        Loop = new EventLoop();
        RelayKind = relay;
        ClientKind = client;
        Engine = LoopbackEngines.Create(relay, Loop, quick, limits, relayCiphers);
        bool alike = relay == client && relayCiphers == clientCiphers;
        ClientEngine = alike ? Engine : LoopbackEngines.Create(client, Loop, quick, limits, clientCiphers);
        Certificate = Engine.GenerateCertificate("relay.test");
        Pin = Engine.Inspect(Certificate, "the test");
        Listener = TestPorts.Listen(port => Listen(port));
    }

    public EventLoop Loop { get; }

    public EngineKind RelayKind { get; }

    public EngineKind ClientKind { get; }

    public IQuicEngine Engine { get; }

    public IQuicEngine ClientEngine { get; }

    /// <summary>What a client's longest datagram becomes on a path of plain Ethernet.</summary>
    public int FullLengthToRelay => LoopbackEngines.LengthToRelay(RelayKind, 1472);

    /// <summary>What a relay's longest datagram becomes on a path of plain Ethernet.</summary>
    public int FullLengthToClient => LoopbackEngines.LengthToClient(ClientKind, 1472);

    public ServerCertificate Certificate { get; }

    public CertificatePin Pin { get; }

    public ILinkListener Listener { get; set; }

    public RecordingAcceptor Acceptor { get; } = new();

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Listener.LocalEndPoints[0].Port);

    public ILinkListener Listen(
        int port, int maxLinksPerAddress = 10_000, ListenerShards? shards = null, int maxUnreadControl = 1024 * 1024) => Engine.Listen(
        new ListenOptions
        {
            EndPoint = new IPEndPoint(IPAddress.IPv6Any, port),
            Certificate = Certificate,
            Secret = LoopbackEngines.Secret,
            MaxLinks = 10_000,
            MaxLinksPerAddress = maxLinksPerAddress,
            MaxUnreadControl = maxUnreadControl,
            Shards = shards,
        },
        Acceptor);

    public RecordingHandler Connect(IPEndPoint? to = null, LinkTrust? trust = null, string serverName = "relay.test", int? datagramLimit = null)
    {
        RecordingHandler handler = new();
        handler.Link = ClientEngine.Connect(
            new ConnectOptions
            {
                RemoteEndPoint = to ?? EndPoint,
                ServerName = serverName,
                Trust = trust ?? new LinkTrust(Pin, null),
                DatagramLimit = datagramLimit,
            },
            new PeerCounters(),
            handler);
        return handler;
    }

    /// <summary>A client that is connected, and what the listener sees of it.</summary>
    public (RecordingHandler Client, RecordingHandler Server) Join(IPEndPoint? to = null, int? datagramLimit = null)
    {
        int before = Acceptor.Handlers.Count;
        RecordingHandler client = Connect(to, datagramLimit: datagramLimit);
        Until(() => (client.IsConnected && Acceptor.Handlers.Count > before) || client.Closed is not null, "the link is up");
        Assert.Null(client.Closed);
        return (client, Acceptor.Handlers[^1]);
    }

    /// <param name="server">Null: the party's listener.</param>
    /// <param name="source">From where the listener sees it come; null: 127.0.0.1.</param>
    public UdpProxy AddProxy(IPEndPoint? server = null, IPAddress? source = null)
    {
        UdpProxy proxy = new(server ?? EndPoint, source);
        _proxies.Add(proxy);
        return proxy;
    }

    /// <summary>Turns the loop until something is so; a test that waits in vain says for what.</summary>
    public void Until(Func<bool> condition, string what, double seconds = 15)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed.TotalSeconds < seconds, $"Waited {seconds} s in vain until {what}.");
            Turn();
        }
    }

    /// <summary>Turns the loop for a while, for what must not happen.</summary>
    public void For(TimeSpan time)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < time)
        {
            Turn();
        }
    }

    public void Turn()
    {
        foreach (UdpProxy proxy in _proxies)
        {
            proxy.Pump();
        }

        Loop.RunTurn(TimeSpan.FromMilliseconds(1));
    }

    public void Dispose()
    {
        Listener.Dispose();
        foreach (IQuicEngine engine in new HashSet<IQuicEngine> { ClientEngine, Engine })
        {
            ((IDisposable)engine).Dispose();
        }

        foreach (UdpProxy proxy in _proxies)
        {
            proxy.Dispose();
        }

        Loop.Dispose();
    }
}
