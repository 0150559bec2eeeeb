using System.Diagnostics;
using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Platform.Quic.Ngtcp2;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>A real listener and real clients on 127.0.0.1, all on one loop that the test's own thread turns.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LoopbackParty : IDisposable
{
    private readonly List<UdpProxy> _proxies = [];

    public LoopbackParty(Func<EventLoop, Ngtcp2Engine>? createEngine = null)
    {
        Loop = new EventLoop();
        Engine = createEngine?.Invoke(Loop) ?? new Ngtcp2Engine(Loop);
        Certificate = Engine.GenerateCertificate("relay.test");
        Pin = Engine.Inspect(Certificate, "the test");
        SecureRandom.Fill(Secret);
        Listener = Listen(0);
    }

    public EventLoop Loop { get; }

    public Ngtcp2Engine Engine { get; }

    public ServerCertificate Certificate { get; }

    public CertificatePin Pin { get; }

    public byte[] Secret { get; } = new byte[32];

    public ILinkListener Listener { get; set; }

    public RecordingAcceptor Acceptor { get; } = new();

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Listener.LocalEndPoints[0].Port);

    public ILinkListener Listen(int port, int maxLinksPerAddress = 10_000) => Engine.Listen(
        new ListenOptions
        {
            EndPoint = new IPEndPoint(IPAddress.IPv6Any, port),
            Certificate = Certificate,
            Secret = Secret,
            MaxLinksPerAddress = maxLinksPerAddress,
        },
        Acceptor);

    public RecordingHandler Connect(IPEndPoint? to = null, LinkTrust? trust = null, string serverName = "relay.test", int? datagramLimit = null)
    {
        RecordingHandler handler = new();
        handler.Link = Engine.Connect(
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
        Until(() => client.IsConnected && Acceptor.Handlers.Count > before, "the link is up");
        return (client, Acceptor.Handlers[^1]);
    }

    public UdpProxy AddProxy()
    {
        UdpProxy proxy = new(EndPoint);
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
        Engine.Dispose();
        foreach (UdpProxy proxy in _proxies)
        {
            proxy.Dispose();
        }

        Loop.Dispose();
    }
}
