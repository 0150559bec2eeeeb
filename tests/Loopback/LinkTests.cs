using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Softlan.Platform;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>What every engine promises of a link, over real QUIC on 127.0.0.1. Each pair of engines has a class of its own in Pairs.cs.</summary>
[SupportedOSPlatform("linux")]
public abstract class LinkTests : IDisposable
{
    /// <summary>What one step of the steady exchange sends: a long frame and a short one.</summary>
    private const int FramesPerSend = 2;

    private readonly LoopbackParty _party;

    protected LinkTests(EngineKind relay, EngineKind client) => _party = new LoopbackParty(relay, client);

    public void Dispose()
    {
        _party.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Connect_RightPin_CarriesControlMessagesAndDatagramsBothWays()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        client.SendText("{\"type\":\"hello\"}");
        client.SendFrame(_party.Loop, 100);
        _party.Until(() => server.Control.Count == 1 && server.Datagrams.Count == 1, "the relay has both");
        server.SendText("{\"type\":\"welcome\"}");
        server.SendFrame(_party.Loop, 1000, 0x33);
        _party.Until(() => client.Control.Count == 1 && client.Datagrams.Count == 1, "the client has both");

        Assert.Equal("{\"type\":\"hello\"}", server.Control[0]);
        Assert.Equal("{\"type\":\"welcome\"}", client.Control[0]);
        Assert.Equal(104, server.Datagrams[0].Length);
        Assert.All(client.Datagrams[0][DatagramHeader.Length..], b => Assert.Equal(0x33, b));
    }

    [Fact]
    public void Connect_OverIPv6_CarriesDatagrams()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "This machine has no IPv6.");
        (RecordingHandler client, RecordingHandler server) = _party.Join(new IPEndPoint(IPAddress.IPv6Loopback, _party.EndPoint.Port));
        client.SendFrame(_party.Loop, 100);
        _party.Until(() => server.Datagrams.Count == 1, "the datagram arrived");
        _party.Until(
            () => client.Link.MaxDatagramLength == LoopbackEngines.LengthToRelay(_party.RelayKind, 1452),
            "path MTU discovery has found IPv6's full packet");
    }

    /// <summary>The relay must answer from the address that it was asked at, not from the one that the system would choose.</summary>
    [Fact]
    public void Connect_ToAnotherAddressOfTheRelay_IsAnsweredFromThere()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join(new IPEndPoint(LoopbackParty.OtherAddress, _party.EndPoint.Port));
        client.SendFrame(_party.Loop, 100);
        server.SendFrame(_party.Loop, 100);
        _party.Until(() => server.DatagramCount == 1 && client.DatagramCount == 1, "both have a datagram");
        _party.Until(
            () => server.Link.MaxDatagramLength == _party.FullLengthToClient,
            "path MTU discovery of the relay, whose probes travel alone, has found a full packet");
    }

    [Fact]
    public void Connect_WrongPin_IsUntrustedAndNamesBothPins()
    {
        CertificatePin other = CertificatePin.FromHash(new byte[CertificatePin.HashLength]);
        RecordingHandler client = _party.Connect(trust: new LinkTrust(other, null));
        _party.Until(() => client.Closed is not null, "the client gave up");

        Assert.Equal(LinkCloseKind.Untrusted, client.Closed!.Value.Kind);
        Assert.Contains(other.ToString(), client.Closed.Value.Text, StringComparison.Ordinal);
        Assert.Contains(_party.Pin.ToString(), client.Closed.Value.Text, StringComparison.Ordinal);
        Assert.Empty(_party.Acceptor.Handlers);
    }

    [Theory]
    [InlineData("relay.test", true)]
    [InlineData("other.test", false)]
    public void Connect_CaFile_ChecksTheServerName(string name, bool accepted)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, _party.Certificate.ChainPem);
            RecordingHandler client = _party.Connect(trust: new LinkTrust(null, file), serverName: name);
            _party.Until(() => client.IsConnected || client.Closed is not null, "the handshake ended");
            Assert.Equal(accepted, client.IsConnected);
            if (!accepted)
            {
                Assert.Equal(LinkCloseKind.Untrusted, client.Closed!.Value.Kind);
                Assert.Contains("is not valid for 'other.test'", client.Closed.Value.Text, StringComparison.Ordinal);
                Assert.Contains("name in the certificate does not match", client.Closed.Value.Text, StringComparison.Ordinal);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>What helps differs, so the reason is in the same words whichever engine says it, and alone.</summary>
    [Theory]
    [InlineData(-20, -10, "relay.test", TrustFaults.Expired)]
    [InlineData(10, 20, "relay.test", TrustFaults.NotYetValid)]
    [InlineData(-20, 20, "other.test", TrustFaults.OtherName)]
    public void Connect_CaFile_OneThingIsWrong_SaysJustThat(int fromDay, int untilDay, string name, string fault)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        ServerCertificate certificate = TestCertificates.Make(now.AddDays(fromDay), now.AddDays(untilDay), isSigned: false, null, "relay.test");
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, certificate.ChainPem);
            _party.Listener.ReplaceCertificate(certificate);
            RecordingHandler client = _party.Connect(trust: new LinkTrust(null, file), serverName: name);
            _party.Until(() => client.Closed is not null, "the client gave up");
            Assert.Equal(LinkCloseKind.Untrusted, client.Closed!.Value.Kind);
            Assert.Equal($"the relay's certificate is not valid for '{name}': {fault}", client.Closed.Value.Text);
            Assert.True(TrustFaults.IsOnly(client.Closed.Value.Text, fault));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Connect_SystemAuthorities_RefuseASelfSignedCertificate()
    {
        Assert.SkipUnless(File.Exists("/etc/ssl/certs/ca-certificates.crt"), "This machine has no certificate authorities.");
        RecordingHandler client = _party.Connect(trust: LinkTrust.System);
        _party.Until(() => client.Closed is not null, "the client gave up");
        Assert.Equal(LinkCloseKind.Untrusted, client.Closed!.Value.Kind);
    }

    [Fact]
    public void Connect_NothingListens_SaysThatNothingAnswered()
    {
        _party.Listener.Dispose();
        RecordingHandler client = _party.Connect();
        _party.Until(() => client.Closed is not null, "the client gave up");

        // The system says so, and both engines hear it.
        Assert.Equal(LinkCloseKind.NobodyListens, client.Closed!.Value.Kind);
        Assert.Contains("nothing answered on UDP port", client.Closed.Value.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Connect_SomethingElseAnswers_SaysSo()
    {
        Assert.SkipUnless(_party.ClientKind == EngineKind.Ngtcp2, "msquic does not say what came.");
        using UdpEcho echo = new();
        RecordingHandler client = _party.Connect(echo.EndPoint);
        _party.Until(() => client.Closed is not null, "the client gave up");
        Assert.Equal(LinkCloseKind.Incomplete, client.Closed!.Value.Kind);
        Assert.Contains("something answers on UDP port", client.Closed.Value.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Connect_NobodyAnswers_SaysThatNothingAnswered()
    {
        UdpProxy proxy = _party.AddProxy();
        proxy.DropsToServer = true;
        RecordingHandler client = _party.Connect(proxy.EndPoint);
        _party.Until(() => client.Closed is not null, "the client gave up");
        Assert.Equal(LinkCloseKind.TimedOut, client.Closed!.Value.Kind);
        Assert.Contains("nothing answered on UDP port", client.Closed.Value.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Close_WithReason_ReachesTheOtherSideAfterTheLastControlMessage()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        client.SendText("{}");
        _party.Until(() => server.Control.Count == 1, "the stream is open");
        server.SendText("{\"type\":\"bye\"}");
        server.Link.Close(CloseReason.Kicked, "too loud – sorry");
        Assert.Null(server.Closed);
        _party.Until(() => client.Closed is not null && server.Closed is not null, "both know");

        Assert.Equal(["{\"type\":\"bye\"}"], client.Control);
        Assert.Equal(new LinkClosed(LinkCloseKind.ByPeer, CloseReason.Kicked, "too loud – sorry"), client.Closed);
        Assert.Equal(new LinkClosed(LinkCloseKind.ByUs, CloseReason.Kicked, "too loud – sorry"), server.Closed);
        Assert.Equal(0, _party.Listener.Statistics.Connected);
    }

    [Fact]
    public void Close_TextThatCouldForgeALine_ArrivesPrintable()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        client.SendText("{}");
        _party.Until(() => server.Control.Count == 1, "the stream is open");
        client.Link.Close(CloseReason.Normal, "a\u202eb\u200bc\u001b[31m\nd");
        _party.Until(() => server.Closed is not null, "the relay knows");
        Assert.Equal("a?b?c?[31m?d", server.Closed!.Value.Text);
    }

    [Fact]
    public void Close_BeforeTheHandshake_IsReportedOnce()
    {
        RecordingHandler client = _party.Connect();
        client.Link.Close(CloseReason.Normal, "changed my mind");
        client.Link.Close(CloseReason.Normal, "again");
        _party.Until(() => client.Closed is not null, "the client is closed");
        _party.For(TimeSpan.FromMilliseconds(100));
        Assert.Equal("changed my mind", client.Closed!.Value.Text);
    }

    [Fact]
    public void SendControl_LargestMessages_ArriveWholeAndInOrder()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        string[] messages = [.. Enumerable.Range(0, 12).Select(i => new string((char)('a' + i), i == 0 ? 1 : 65536 - i))];
        foreach (string message in messages)
        {
            client.SendText(message);
        }

        Assert.True(client.Link.HasUndeliveredControl);
        _party.Until(() => server.Control.Count == messages.Length, "all messages arrived");
        Assert.Equal(messages, server.Control);
        _party.Until(() => !client.Link.HasUndeliveredControl, "all were acknowledged");
    }

    [Fact]
    public void SendControl_ToManyLinksInOneTurn_ReachesAll()
    {
        (RecordingHandler Client, RecordingHandler Server)[] links = [.. Enumerable.Range(0, 20).Select(_ => _party.Join())];
        foreach ((RecordingHandler client, _) in links)
        {
            client.SendText("hello"); // Opens the stream.
        }

        _party.Until(() => links.All(link => link.Server.Control.Count == 1), "all have opened their streams");
        _party.Loop.Post(() =>
        {
            foreach ((_, RecordingHandler server) in links)
            {
                server.SendText("somebody joined");
            }
        });
        _party.Until(() => links.All(link => link.Client.Control.Count == 1), "all have heard of it");
    }

    [Fact]
    public void SendControl_PeerThatNeverReads_IsClosed()
    {
        (RecordingHandler client, _) = _party.Join();
        byte[] message = Encoding.UTF8.GetBytes(new string('x', 65000));
        for (int i = 0; i < 20; i++)
        {
            client.Link.SendControl(message);
        }

        _party.Until(() => client.Closed is not null, "the link is closed");
        Assert.Equal(CloseReason.ProtocolError, client.Closed!.Value.Reason);
    }

    [Fact]
    public void Send_ManySmallDatagrams_SharePackets()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        _party.Until(() => client.Link.MaxDatagramLength == _party.FullLengthToRelay, "path MTU discovery is done");
        // A first round, because code that is not compiled yet hands frames over one by one.
        SendFrames(client, 100);
        _party.Until(() => server.DatagramCount + client.Link.Counters.TotalDropped >= 100, "all arrived, or were too old");

        // msquic's thread may be so eager that it takes them one by one; in some round it is not, also on a busy machine. Fewer: its
        // statistics were not there in time.
        const int MaxRounds = 25;
        long packets = long.MaxValue;
        for (int round = 0; round < MaxRounds && packets is not (>= 5 and <= 20); round++)
        {
            long done = server.DatagramCount + client.Link.Counters.TotalDropped;
            long before = PacketsSent(client);
            SendFrames(client, 100);
            _party.Until(() => server.DatagramCount + client.Link.Counters.TotalDropped >= done + 100, "all arrived again");
            packets = PacketsSent(client) - before;
        }

        Assert.InRange(packets, 5, 20);
    }

    [Fact]
    public void OnDatagram_HandlerThrows_OnlyThatLinkEnds()
    {
        (RecordingHandler one, RecordingHandler badServer) = _party.Join();
        (RecordingHandler two, RecordingHandler goodServer) = _party.Join();
        badServer.ThrowsOnDatagram = true;
        one.SendFrame(_party.Loop, 64);
        two.SendFrame(_party.Loop, 64);
        _party.Until(() => one.Closed is not null && goodServer.Datagrams.Count == 1, "one is closed, the other works");
        Assert.Null(two.Closed);
    }

    [Fact]
    public void Send_SteadyTraffic_AllocatesNothing()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        client.KeepDatagrams = false;
        server.KeepDatagrams = false;
        server.Echoes = true;
        _party.Until(
            () => client.Link.MaxDatagramLength == _party.FullLengthToRelay && server.Link.MaxDatagramLength == _party.FullLengthToClient,
            "path MTU discovery is done");

        // A crowd, so that the pools have grown to what a busy moment takes.
        SendFrames(client, 2000);
        _party.For(TimeSpan.FromMilliseconds(100));
        Action send = () =>
        {
            client.SendNow(1400);
            client.SendNow(90);
        };
        ExchangeUntil(send, client, client.DatagramCount + 2000);

        // A list somewhere may still find its size in the first rounds; what a frame allocates would show in every round.
        const int MaxRounds = 5;
        long allocated = long.MaxValue;
        for (int round = 0; round < MaxRounds && allocated != 0; round++)
        {
            allocated = Allocations.Of(() => ExchangeUntil(send, client, client.DatagramCount + 2000));
        }

        Assert.Equal(0, allocated);
    }

    private void SendFrames(RecordingHandler client, int count)
    {
        for (int i = 0; i < count; i++)
        {
            client.SendFrame(_party.Loop, 60);
        }
    }

    /// <summary>Statistics may be as old as a second, and are then asked for.</summary>
    private long PacketsSent(RecordingHandler client)
    {
        if (_party.ClientKind == EngineKind.MsQuic)
        {
            _party.For(TimeSpan.FromSeconds(1.1));
            _ = client.Link.Statistics;
            _party.For(TimeSpan.FromMilliseconds(100));
        }

        return client.Link.Statistics.PacketsSent;
    }

    /// <param name="send">Sends <see cref="FramesPerSend"/> frames that come back.</param>
    private void ExchangeUntil(Action send, RecordingHandler client, long datagrams)
    {
        // No more than this under way, or a queue would grow, and memory with it.
        const int MaxOutstanding = 32;
        // So many turns of a millisecond without an answer: what is still missing is lost, and is not waited for.
        const int LongestWait = 50;
        long end = Environment.TickCount64 + 20_000;
        long outstanding = 0;
        long lastCount = client.DatagramCount;
        for (int wait = 0; client.DatagramCount < datagrams && Environment.TickCount64 < end;)
        {
            outstanding = wait < LongestWait ? Math.Max(0, outstanding - (client.DatagramCount - lastCount)) : 0;
            wait = client.DatagramCount == lastCount && wait < LongestWait ? wait + 1 : 0;
            lastCount = client.DatagramCount;
            for (; outstanding + FramesPerSend <= MaxOutstanding; outstanding += FramesPerSend)
            {
                _party.Loop.Post(send);
            }

            _party.Loop.RunTurn(TimeSpan.FromMilliseconds(1));
        }

        Assert.True(client.DatagramCount >= datagrams, "The frames come back.");
    }
}
