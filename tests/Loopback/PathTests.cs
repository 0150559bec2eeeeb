using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Quic.Ngtcp2;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>Paths that are narrow, that change, and that go away.</summary>
[SupportedOSPlatform("linux")]
public sealed class PathTests : IDisposable
{
    private readonly LoopbackParty _party = new(loop => new Ngtcp2Engine(loop) { KeepAlive = TimeSpan.FromMilliseconds(300), IdleTimeout = TimeSpan.FromSeconds(2) });

    public void Dispose() => _party.Dispose();

    [Fact]
    public void MaxDatagramLength_FullEthernetPath_GrowsToAFullPacket()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        _party.Until(() => client.Link.MaxDatagramLength == 1440 && server.Link.MaxDatagramLength == 1440, "both have found 1472-byte packets");
        Assert.Contains(1440, client.MaxLengths);
    }

    [Fact]
    public void MaxDatagramLength_NarrowPath_FindsWhatPasses()
    {
        UdpProxy proxy = _party.AddProxy();
        proxy.MaxLength = 1400;
        (RecordingHandler client, RecordingHandler server) = _party.Join(proxy.EndPoint);
        _party.Until(() => client.Link.MaxDatagramLength == 1392 - 32 && server.Link.MaxDatagramLength == 1392 - 32, "both have found 1392-byte packets", 30);
    }

    [Fact]
    public void MaxDatagramLength_DatagramLimit_IsACap()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join(datagramLimit: 1300);
        _party.Until(() => server.Link.MaxDatagramLength == 1440, "the relay has found 1472-byte packets");
        _party.Until(() => client.Link.MaxDatagramLength == 1300, "the client stays at its limit");
    }

    [Fact]
    public void MaxDatagramLength_PathBecomesABlackHole_FallsBackAndLaterRecovers()
    {
        UdpProxy proxy = _party.AddProxy();
        (RecordingHandler client, RecordingHandler server) = _party.Join(proxy.EndPoint);
        _party.Until(() => client.Link.MaxDatagramLength == 1440, "full packets pass");

        proxy.MaxLength = 1300;
        _party.Until(
            () =>
            {
                client.SendFrame(_party.Loop, client.Link.MaxDatagramLength - DatagramHeader.Length);
                client.SendFrame(_party.Loop, 60);
                _party.For(TimeSpan.FromMilliseconds(5));
                return client.Link.MaxDatagramLength == FrameLimits.MinMaxDatagramLength;
            },
            "the client has noticed that large packets vanish", 30);
        long before = server.DatagramCount;
        client.SendFrame(_party.Loop, 1100);
        _party.Until(() => server.DatagramCount > before, "smaller frames pass");

        proxy.MaxLength = int.MaxValue;
        _party.Until(() => client.Link.MaxDatagramLength == 1440, "the client has noticed that large packets pass again", 30);
    }

    [Fact]
    public void Send_DatagramLongerThanThePath_IsDroppedAndCounted()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join(datagramLimit: 1200);
        client.SendFrame(_party.Loop, 1300);
        client.SendFrame(_party.Loop, 100);
        _party.Until(() => server.Datagrams.Count == 1, "the short one arrived");
        Assert.Equal(1, client.Link.Counters.Dropped(DropReason.PathTooSmall));
    }

    [Fact]
    public void Link_NatRebinding_IsFollowedWithoutALoss()
    {
        UdpProxy proxy = _party.AddProxy();
        (RecordingHandler client, RecordingHandler server) = _party.Join(proxy.EndPoint);
        int before = server.Link.RemoteEndPoint.Port;
        proxy.Rebind();
        client.SendFrame(_party.Loop, 100);
        _party.Until(() => server.DatagramCount == 1 && server.Link.RemoteEndPoint.Port != before, "the relay follows");
        server.SendFrame(_party.Loop, 100);
        _party.Until(() => client.DatagramCount == 1, "the way back works");
        Assert.Null(client.Closed);
        Assert.Null(server.Closed);
    }

    [Fact]
    public void Link_PathGoesDead_TimesOutOnBothSides()
    {
        UdpProxy proxy = _party.AddProxy();
        (RecordingHandler client, RecordingHandler server) = _party.Join(proxy.EndPoint);
        proxy.DropsToClient = true;
        proxy.DropsToServer = true;
        _party.Until(() => client.Closed is not null && server.Closed is not null, "both have given up");
        Assert.Equal(LinkCloseKind.TimedOut, client.Closed!.Value.Kind);
        Assert.Equal(LinkCloseKind.TimedOut, server.Closed!.Value.Kind);
        Assert.Equal(0, _party.Listener.Statistics.Connected);
    }

    [Fact]
    public void Link_NothingToSay_IsKeptAlive()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        _party.For(TimeSpan.FromSeconds(3));
        Assert.Null(client.Closed);
        Assert.Null(server.Closed);
    }

    [Fact]
    public void Link_RelayRestarts_ClientLearnsItAtOnce()
    {
        (RecordingHandler client, _) = _party.Join();
        int port = _party.EndPoint.Port;
        _party.For(TimeSpan.FromMilliseconds(50));
        _party.Listener.Dispose();
        _party.Listener = _party.Listen(port);
        client.SendFrame(_party.Loop, 100);
        _party.Until(() => client.Closed is not null, "the reset arrived", 1.9);
        Assert.Equal(LinkCloseKind.Reset, client.Closed!.Value.Kind);
    }
}
