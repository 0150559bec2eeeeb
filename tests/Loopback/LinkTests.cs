using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Softlan.Platform;
using Softlan.Platform.Quic.Ngtcp2;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>What every engine promises of a link, over real QUIC on 127.0.0.1.</summary>
[SupportedOSPlatform("linux")]
public sealed class LinkTests : IDisposable
{
    private readonly LoopbackParty _party = new();

    public void Dispose() => _party.Dispose();

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
        _party.Until(() => client.Link.MaxDatagramLength == 1452 - 32, "path MTU discovery has found IPv6's full packet");
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
                Assert.Contains("other.test", client.Closed.Value.Text, StringComparison.Ordinal);
            }
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
        _party.Until(() => client.Link.MaxDatagramLength == 1440, "path MTU discovery is done");
        long packets = client.Link.Statistics.PacketsSent;
        for (int i = 0; i < 100; i++)
        {
            client.SendFrame(_party.Loop, 60);
        }

        _party.Until(() => server.Datagrams.Count == 100, "all arrived");
        Assert.InRange(client.Link.Statistics.PacketsSent - packets, 5, 15);
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
    public void UpdateKeys_WhileFramesFlow_LosesNothing()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        for (int i = 0; i < 3; i++)
        {
            // ngtcp2 prepares the next keys while it writes, so something must be written.
            _party.Until(
                () =>
                {
                    client.SendFrame(_party.Loop, 60);
                    return ((QuicConnection)client.Link).UpdateKeys();
                },
                "the keys could be updated");
            client.SendFrame(_party.Loop, 200, (byte)i);
            _party.Until(() => server.Datagrams.Any(d => d.Length == 204 && d[^1] == i), "the frame arrived under the new key");
        }
    }

    [Fact]
    public void Send_SteadyTraffic_AllocatesNothing()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        client.KeepDatagrams = false;
        server.KeepDatagrams = false;
        server.Echoes = true;
        _party.Until(() => client.Link.MaxDatagramLength == 1440, "path MTU discovery is done");
        Action send = () =>
        {
            client.SendNow(1400);
            client.SendNow(90);
        };
        Exchange(send, 2000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        long counted = client.DatagramCount;
        Exchange(send, 2000);
        Assert.True(client.DatagramCount - counted > 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Exchange(Action send, int turns)
    {
        for (int i = 0; i < turns; i++)
        {
            _party.Loop.Post(send);
            _party.Loop.RunTurn(TimeSpan.Zero);
        }
    }
}
