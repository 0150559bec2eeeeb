using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>What a listener does about strangers, crowds and garbage. Each pair of engines has a class of its own in Pairs.cs.</summary>
[SupportedOSPlatform("linux")]
public abstract class ListenerTests : IDisposable
{
    private readonly LoopbackParty _party;

    protected ListenerTests(EngineKind relay, EngineKind client) => _party = new LoopbackParty(relay, client);

    public void Dispose()
    {
        _party.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Listen_PortTaken_SaysWhichAndWhatToDo()
    {
        SoftlanException e = Assert.Throws<SoftlanException>(() => _party.Listen(_party.EndPoint.Port));
        Assert.Contains($"{_party.EndPoint.Port}/udp", e.Message, StringComparison.Ordinal);
        Assert.Contains("Hint:", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Listen_KeyOfAnotherCertificate_IsRefused()
    {
        ServerCertificate other = _party.Engine.GenerateCertificate("relay.test");
        ServerCertificate mixed = new(_party.Certificate.ChainPem, other.KeyPem);
        SoftlanException e = Assert.Throws<SoftlanException>(() => _party.Engine.Inspect(mixed, "'a.pem' and 'b.key'"));
        Assert.Contains("does not belong to the certificate", e.Message, StringComparison.Ordinal);
        Assert.Throws<SoftlanException>(() => _party.Listener.ReplaceCertificate(mixed));
    }

    [Fact]
    public void Control_MoreThanMayStayUnread_ClosesTheLink()
    {
        _party.Listener.Dispose();
        _party.Listener = _party.Listen(0, maxUnreadControl: 100_000);
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        client.SendText("{}");
        _party.Until(() => server.Control.Count == 1, "the stream is open");
        string message = new('x', 60_000);
        server.SendText(message);
        Assert.Equal(new ControlProgress(60_004, 0), server.Link.ControlProgress);
        _party.Until(() => server.Link.ControlProgress.Delivered == 60_004, "it was read");
        server.SendText(message);
        server.SendText(message);
        _party.Until(() => server.Closed is not null, "the link has ended");
        Assert.Equal(
            new LinkClosed(LinkCloseKind.ByUs, CloseReason.ProtocolError, "more than 100000 bytes of control messages were not read"),
            server.Closed);
    }

    [Fact]
    public void Inspect_Garbage_IsRefused() =>
        Assert.Throws<SoftlanException>(() => _party.Engine.Inspect(new ServerCertificate([1, 2, 3], []), "'x.pem'"));

    [Fact]
    public void ReplaceCertificate_NewClientsSeeIt_OldOnesStay()
    {
        (RecordingHandler old, RecordingHandler oldServer) = _party.Join();
        ServerCertificate next = _party.Engine.GenerateCertificate("relay.test");
        CertificatePin nextPin = _party.Engine.Inspect(next, "the next");
        _party.Listener.ReplaceCertificate(next);
        _party.Turn();

        RecordingHandler fresh = _party.Connect(trust: new LinkTrust(nextPin, null));
        _party.Until(() => fresh.IsConnected, "the new pin is accepted");
        old.SendFrame(_party.Loop, 100);
        _party.Until(() => oldServer.DatagramCount == 1, "the old link still works");
    }

    [Fact]
    public void Accept_ManyClients_AllWork()
    {
        RecordingHandler[] clients = [.. Enumerable.Range(0, 60).Select(_ => _party.Connect())];
        _party.Until(() => clients.All(c => c.IsConnected) && _party.Acceptor.Handlers.Count == clients.Length, "all are connected", 30);
        foreach (RecordingHandler client in clients)
        {
            client.SendFrame(_party.Loop, 500);
        }

        _party.Until(() => _party.Acceptor.Handlers.All(h => h.DatagramCount == 1), "each relay end has its frame");
        Assert.Equal(clients.Length, _party.Listener.Statistics.Connected);
        Assert.Equal(0, _party.Listener.Statistics.HalfOpen);
    }

    [Fact]
    public void Accept_MoreThanOneAddressMay_RefusesTheRest()
    {
        int port = _party.EndPoint.Port;
        _party.Listener.Dispose();
        _party.Listener = _party.Listen(port, maxLinksPerAddress: 2);
        _party.Join();
        _party.Join();
        RecordingHandler third = _party.Connect();
        _party.Until(() => third.Closed is not null, "the third is refused");
        Assert.Equal(LinkCloseKind.Full, third.Closed!.Value.Kind);
        Assert.Contains("refuses more connections", third.Closed.Value.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Accept_HalfOpenHandshakesPileUp_AsksForRetryAndStillServes()
    {
        RecordingHandler[] halfOpen = [.. Enumerable.Range(0, 64).Select(_ => _party.Connect(AddDeafProxy()))];

        // msquic counts memory instead of handshakes, and may begin a little earlier.
        _party.Until(
            () => _party.Listener.Statistics.HalfOpen == halfOpen.Length || _party.Listener.Statistics.RetriesSent > 0,
            "the handshakes are half-open");

        RecordingHandler client = _party.Connect();
        _party.Until(() => client.IsConnected, "an honest client gets in by Retry");
        long retries = _party.Listener.Statistics.RetriesSent;
        Assert.True(retries >= 1);
        RecordingHandler other = _party.Connect(new IPEndPoint(LoopbackParty.OtherAddress, _party.EndPoint.Port));
        _party.Until(() => other.IsConnected, "so does one that asks at another address of the relay");
        Assert.True(_party.Listener.Statistics.RetriesSent > retries);
        _party.Until(() => _party.Listener.Statistics.HalfOpen == 0, "half-open handshakes are given up", 20);
    }

    [Fact]
    public void OnUnknown_AnyBytes_DisturbNobody()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        Random random = new(4711);
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        byte[] bytes = new byte[1500];
        for (int i = 0; i < 50_000; i++)
        {
            random.NextBytes(bytes);

            // Half of them look like first packets of QUIC version 1, so that they get past the first check.
            if ((i & 1) == 0)
            {
                bytes[0] = (byte)(0xc0 | (bytes[0] & 0x3f));
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), 1);
                bytes[5] = (byte)(random.Next(24));
            }

            socket.SendTo(bytes.AsSpan(0, random.Next(1, 1500)), SocketFlags.None, _party.EndPoint);
            if (i % 50 == 0)
            {
                _party.Loop.RunTurn(TimeSpan.Zero);
            }
        }

        // The socket's buffer is full of garbage, so a frame may be lost, as behind any flood.
        _party.Until(
            () =>
            {
                client.SendFrame(_party.Loop, 100);
                _party.For(TimeSpan.FromMilliseconds(20));
                return server.DatagramCount > 0;
            },
            "the link still works");
        Assert.Null(client.Closed);
        _party.Until(() => _party.Listener.Statistics.MalformedPackets > 0, "the garbage is counted");
    }

    private IPEndPoint AddDeafProxy()
    {
        UdpProxy proxy = _party.AddProxy();
        proxy.DropsToClient = true;
        return proxy.EndPoint;
    }
}
