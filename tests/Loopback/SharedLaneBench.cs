using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Quic.MsQuic;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>msquic on a lane without a thread of its own, as on Windows: what its threads bring is dealt with there and then, inside its
/// callbacks.</summary>
[SupportedOSPlatform("linux")]
public abstract class SharedLaneBench : IDisposable
{
    private readonly List<Exception> _bugs = [];
    private readonly ServerCertificate _certificate;
    private readonly CertificatePin _pin;

    private protected SharedLaneBench()
    {
        LoopbackEngines.Require(EngineKind.MsQuic);
        Lane = new SharedLane(_bugs.Add);
        Engine = new MsQuicEngine(Lane) { QueueLimits = LoopbackEngines.Patient };
        _certificate = Engine.GenerateCertificate("relay.test");
        _pin = Engine.Inspect(_certificate, "the test");
        OnLane(() => Listener = TestPorts.Listen(Listen));
    }

    private protected SharedLane Lane { get; }

    private protected MsQuicEngine Engine { get; }

    private protected RecordingAcceptor Acceptor { get; } = new();

    private protected ILinkListener Listener { get; set; } = null!;

    public void Dispose()
    {
        OnLane(() => Listener.Dispose());
        Lane.Dispose();
        Engine.Dispose();
        Assert.Empty(_bugs);
        GC.SuppressFinalize(this);
    }

    private protected ILinkListener Listen(int port) => Engine.Listen(
        new ListenOptions
        {
            EndPoint = new IPEndPoint(IPAddress.IPv6Any, port),
            Certificate = _certificate,
            Secret = LoopbackEngines.Secret,
            MaxLinks = 100,
            MaxLinksPerAddress = 100,
        },
        Acceptor);

    /// <summary>On the lane: to the listener, by the engine that it is on, unless told otherwise.</summary>
    private protected RecordingHandler Connect(MsQuicEngine? engine = null, IPEndPoint? to = null, string serverName = "relay.test")
    {
        RecordingHandler handler = new();
        handler.Link = (engine ?? Engine).Connect(
            new ConnectOptions
            {
                RemoteEndPoint = to ?? new IPEndPoint(IPAddress.Loopback, Listener.LocalEndPoints[0].Port),
                ServerName = serverName,
                Trust = new LinkTrust(_pin, null),
            },
            new PeerCounters(),
            handler);
        return handler;
    }

    /// <summary>Does something on the lane and waits until it is done.</summary>
    private protected void OnLane(Action work)
    {
        using ManualResetEventSlim done = new();
        Lane.Post(() =>
        {
            work();
            done.Set();
        });
        Assert.True(done.Wait(TimeSpan.FromSeconds(15)), "The lane hangs.");
    }

    /// <param name="condition">Looked at on the lane.</param>
    /// <param name="what">For people, where it does not come.</param>
    /// <param name="meanwhile">Done off the lane before each look; a rest, where there is nothing to do.</param>
    private protected void Until(Func<bool> condition, string what, Action? meanwhile = null)
    {
        long end = Environment.TickCount64 + 30_000;
        bool isSo = false;
        while (!isSo)
        {
            Assert.True(Environment.TickCount64 < end, $"Waited 30 s in vain until {what}.");
            (meanwhile ?? Rest)();
            OnLane(() => isSo = condition());
        }
    }

    private static void Rest() => Thread.Sleep(1);
}
