using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Quic;
using Softlan.Platform.Quic.Ngtcp2;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>A peer that gives up its control stream and keeps the connection. It would be a member whom nothing can be told.</summary>
[SupportedOSPlatform("linux")]
public sealed class ControlStreamEndTests : IDisposable
{
    private static readonly LinkClosed Ended = new(LinkCloseKind.ByUs, CloseReason.ProtocolError, LinkEnds.ControlStreamEnded);

    private readonly LoopbackParty _party = new();

    public void Dispose() => _party.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Reset_EndsTheLink(bool fromClient)
    {
        (RecordingHandler sender, RecordingHandler receiver, _) = JoinAndTalk(fromClient);
        Ngtcp2Connection.GiveUpControlStream((QuicConnection)sender.Link, writing: true, reading: false);
        sender.SendFrame(_party.Loop, 60);
        _party.Until(() => sender.Closed is not null && receiver.Closed is not null, "both ends know");
        Assert.Equal(Ended, receiver.Closed);
        Assert.Equal(Ended with { Kind = LinkCloseKind.ByPeer }, sender.Closed);
    }

    /// <summary>The one that stops reading hears nothing of the answer (RESET_STREAM), which would end the link from its side.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void StopSending_EndsTheLinkWithTheNextMessage(bool fromClient)
    {
        (RecordingHandler sender, RecordingHandler receiver, UdpProxy proxy) = JoinAndTalk(fromClient);
        proxy.DropsToClient = fromClient;
        proxy.DropsToServer = !fromClient;
        long before = receiver.DatagramCount;
        Ngtcp2Connection.GiveUpControlStream((QuicConnection)sender.Link, writing: false, reading: true);
        sender.SendFrame(_party.Loop, 60);
        _party.Until(() => receiver.DatagramCount > before, "it has come");
        receiver.SendText("{}");
        receiver.SendFrame(_party.Loop, 60);
        _party.Until(() => receiver.Closed is not null, "the link has ended", 0.5);
        Assert.Equal(Ended, receiver.Closed);
        Assert.Null(sender.Closed);
    }

    private (RecordingHandler Sender, RecordingHandler Receiver, UdpProxy Proxy) JoinAndTalk(bool fromClient)
    {
        UdpProxy proxy = _party.AddProxy();
        (RecordingHandler client, RecordingHandler server) = _party.Join(proxy.EndPoint);
        client.SendText("{}");
        _party.Until(() => server.Control.Count == 1, "the stream is open");
        server.SendText("{}");
        _party.Until(() => client.Control.Count == 1, "it carries both ways");
        return fromClient ? (client, server, proxy) : (server, client, proxy);
    }
}
