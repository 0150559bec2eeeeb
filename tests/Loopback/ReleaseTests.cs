using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Platform.Quic.Ngtcp2;
using Softlan.Tests.Platform.Linux;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>What fails gives back what it took, and nothing is given back twice. A second time would end the process.</summary>
[Collection(NamespaceTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class ReleaseTests
{
    [Fact]
    public void Connect_ThatFails_LeavesNoSocketBehind()
    {
        using NetworkNamespace ns = NetworkNamespace.Create();
        ns.Run(() =>
        {
            using EventLoop loop = new();
            using Ngtcp2Engine engine = new(loop);
            CertificatePin pin = engine.Inspect(engine.GenerateCertificate("relay.test"), "the test");
            ConnectOptions options = new()
            {
                RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 9),
                ServerName = null!, // What a bug of ours could bring.
                Trust = new LinkTrust(pin, null),
            };
            Assert.Throws<ArgumentNullException>(() => engine.Connect(options, new PeerCounters(), new RecordingHandler()));
            Assert.Single(File.ReadAllLines("/proc/thread-self/net/udp")); // The heading.
            loop.RunTurn(TimeSpan.Zero);
        });
    }

    [Fact]
    public void TlsSession_ThatCannotBeConfigured_LeavesTheCredentialsToTheirOwner()
    {
        ServerCertificate certificate = Certificates.Generate("relay.test");
        TlsCredentials credentials = TlsCredentials.ForServer(certificate, "the test");
        byte[] tooLong = new byte[256];
        Assert.Contains(
            "Cannot configure a TLS session",
            Assert.ThrowsAny<Exception>(() => TlsSession.ForServer(credentials, CipherPreference.Aes, tooLong)).Message,
            StringComparison.Ordinal);
        TlsSession.ForServer(credentials, CipherPreference.Aes, "softlan/1"u8).Dispose();
        credentials.Release();
    }

    [Fact]
    public void ReplaceCertificate_ListenerIsDisposed_FreesNothingTwice()
    {
        using LoopbackParty party = new();
        _ = party.Join();
        party.Listener.ReplaceCertificate(party.Certificate);
        party.Listener.Dispose();
        party.Listener.ReplaceCertificate(party.Certificate);
        party.Turn();
    }

    [Fact]
    public void Listen_PortIsTaken_TheFirstListenerGoesOn()
    {
        using LoopbackParty party = new();
        Assert.Throws<SoftlanException>(() => party.Listen(party.EndPoint.Port));
        _ = party.Join();
    }
}
