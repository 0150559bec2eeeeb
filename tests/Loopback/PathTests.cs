using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>Paths that are narrow, that change, and that go away. Each pair of engines has a class of its own in Pairs.cs.</summary>
[SupportedOSPlatform("linux")]
public abstract class PathTests : IDisposable
{
    private readonly LoopbackParty _party;

    protected PathTests(EngineKind relay, EngineKind client) => _party = new LoopbackParty(relay, client, quick: true);

    public void Dispose()
    {
        _party.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void MaxDatagramLength_FullEthernetPath_GrowsToAFullPacket()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        _party.Until(
            () => client.Link.MaxDatagramLength == _party.FullLengthToRelay && server.Link.MaxDatagramLength == _party.FullLengthToClient,
            "both have found 1472-byte packets");
        Assert.Contains(_party.FullLengthToRelay, client.MaxLengths);
    }

    [Fact]
    public void MaxDatagramLength_NarrowPath_FindsWhatPasses()
    {
        UdpProxy proxy = _party.AddProxy();
        proxy.MaxLength = 1400;
        (RecordingHandler client, RecordingHandler server) = _party.Join(proxy.EndPoint);

        // ngtcp2 is told which sizes to try; msquic goes up from 1280 in steps of 80.
        int toRelay = LoopbackEngines.LengthToRelay(_party.RelayKind, _party.ClientKind == EngineKind.Ngtcp2 ? 1392 : 1360 - 28);
        int toClient = LoopbackEngines.LengthToClient(_party.ClientKind, _party.RelayKind == EngineKind.Ngtcp2 ? 1392 : 1360 - 28);
        _party.Until(() => client.Link.MaxDatagramLength == toRelay && server.Link.MaxDatagramLength == toClient, "both have found what passes", 30);
        _party.For(TimeSpan.FromSeconds(1));
        Assert.Equal(toRelay, client.Link.MaxDatagramLength);
        Assert.Equal(toClient, server.Link.MaxDatagramLength);
    }

    [Fact]
    public void MaxDatagramLength_DatagramLimit_IsACap()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join(datagramLimit: 1300);
        _party.Until(() => server.Link.MaxDatagramLength == _party.FullLengthToClient, "the relay has found 1472-byte packets");
        _party.Until(() => client.Link.MaxDatagramLength == 1300, "the client stays at its limit");
    }

    [Fact]
    public void MaxDatagramLength_PathBecomesABlackHole_FallsBackAndLaterRecovers()
    {
        UdpProxy proxy = _party.AddProxy();
        (RecordingHandler client, RecordingHandler server) = _party.Join(proxy.EndPoint);
        _party.Until(() => client.Link.MaxDatagramLength == _party.FullLengthToRelay, "full packets pass");

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
        _party.Until(() => client.Link.MaxDatagramLength == _party.FullLengthToRelay, "the client has noticed that large packets pass again", 30);
    }

    [Fact]
    public void Send_FrameLongerThanADatagram_ArrivesInTwoPieces()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join(datagramLimit: 1200);
        client.SendFrame(_party.Loop, 1300);
        client.SendFrame(_party.Loop, 100);
        _party.Until(() => server.Datagrams.Count == 3, "both pieces and the short frame arrived");
        Assert.Equal([DatagramKind.Head, DatagramKind.Tail, DatagramKind.Frame], server.Datagrams.Select(one => DatagramHeader.KindOf(one)));
        Assert.Equal(1300 + 100 + (3 * DatagramHeader.Length), server.Datagrams.Sum(one => one.Length));
        Assert.Equal(1, client.Link.Counters.SplitFrames);
    }

    [Fact]
    public void LimitDatagrams_HoldsFromThenOn()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        _party.Until(() => client.Link.MaxDatagramLength == _party.FullLengthToRelay, "full packets pass");
        _party.Loop.Post(() => client.Link.LimitDatagrams(1200));
        client.SendFrame(_party.Loop, 1300);
        _party.Until(() => server.Datagrams.Count == 2, "both pieces arrived");
        Assert.All(server.Datagrams, one => Assert.True(one.Length <= 1200));
        Assert.Equal(1200, client.Link.MaxDatagramLength);
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
        if (_party.RelayKind == EngineKind.MsQuic)
        {
            // msquic sends no datagram to an address before it has validated it, which takes a round trip.
            _party.For(TimeSpan.FromMilliseconds(200));
        }

        server.SendFrame(_party.Loop, 100);
        _party.Until(() => client.DatagramCount == 1, "the way back works");
        _party.Until(() => server.Moves > 0, "the handler knows");
        Assert.Equal(0, client.Moves);
        Assert.Null(client.Closed);
        Assert.Null(server.Closed);
    }

    [Fact]
    public void MaxDatagramLength_ClientMovesToANarrowPath_TheRelayFallsBack()
    {
        UdpProxy proxy = _party.AddProxy();
        (RecordingHandler client, RecordingHandler server) = _party.Join(proxy.EndPoint);
        _party.Until(() => server.Link.MaxDatagramLength == _party.FullLengthToClient, "full packets pass");
        int before = server.Link.RemoteEndPoint.Port;
        proxy.MaxLength = 1300;
        proxy.Rebind();
        client.SendFrame(_party.Loop, 60);
        _party.Until(() => server.Link.RemoteEndPoint.Port != before, "the relay follows");
        _party.For(TimeSpan.FromMilliseconds(200)); // msquic sends no datagram to an address before it has validated it.
        _party.Until(
            () =>
            {
                server.SendFrame(_party.Loop, Math.Min(server.Link.MaxDatagramLength, FrameLimits.MaxDatagramLength) - DatagramHeader.Length);
                server.SendFrame(_party.Loop, 60);
                _party.For(TimeSpan.FromMilliseconds(5));
                return server.Link.MaxDatagramLength < _party.FullLengthToClient && client.Datagrams.Exists(datagram => datagram.Length > 1000);
            },
            "the longest frames that the relay sends pass the new path");
        Assert.Null(client.Closed);
    }

    [Fact]
    public void MaxDatagramLength_AnswersComeLate_StaysAsItIs()
    {
        UdpProxy proxy = _party.AddProxy();
        (RecordingHandler client, RecordingHandler server) = _party.Join(proxy.EndPoint);
        _party.Until(() => client.Link.MaxDatagramLength == _party.FullLengthToRelay, "full packets pass");
        _party.For(TimeSpan.FromMilliseconds(200));
        int changes = client.MaxLengths.Count;
        proxy.DropsToClient = true;
        for (int i = 0; i < 10; i++)
        {
            client.SendFrame(_party.Loop, _party.FullLengthToRelay - DatagramHeader.Length);
        }

        // Long enough for several probes, and much shorter than the idle timeout: each probe takes twice as long as the one before.
        _party.For(TimeSpan.FromMilliseconds(600));
        Assert.Equal(changes, client.MaxLengths.Count);
        proxy.DropsToClient = false;
        _party.Until(() => server.DatagramCount == 10, "all have arrived");
        _party.For(TimeSpan.FromMilliseconds(300));
        Assert.Equal(changes, client.MaxLengths.Count);
        Assert.Null(client.Closed);
    }

    /// <summary>The first packet that comes again declares all lost that was under way, and it is a small one.</summary>
    [Fact]
    public void MaxDatagramLength_PathIsGoneForAWhile_StaysAsItIs()
    {
        Assert.SkipUnless(_party.ClientKind == EngineKind.Ngtcp2, "msquic looks after the path by itself.");
        UdpProxy proxy = _party.AddProxy();
        (RecordingHandler client, RecordingHandler server) = _party.Join(proxy.EndPoint);
        _party.Until(() => client.Link.MaxDatagramLength == _party.FullLengthToRelay, "full packets pass");
        _party.For(TimeSpan.FromMilliseconds(200));
        int changes = client.MaxLengths.Count;
        proxy.DropsToServer = true;
        for (int i = 0; i < 10; i++)
        {
            client.SendFrame(_party.Loop, _party.FullLengthToRelay - DatagramHeader.Length);
        }

        _party.For(TimeSpan.FromMilliseconds(100));
        proxy.DropsToServer = false;
        client.SendFrame(_party.Loop, 60);
        _party.Until(() => server.DatagramCount == 1, "small frames arrive");
        _party.For(TimeSpan.FromMilliseconds(300));
        Assert.Equal(changes, client.MaxLengths.Count);
        client.SendFrame(_party.Loop, _party.FullLengthToRelay - DatagramHeader.Length);
        _party.Until(() => server.DatagramCount == 2, "and long ones");
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
        _party.For(TimeSpan.FromSeconds(7));
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
        _party.Until(() => client.Closed is not null, "the reset arrived");

        // Without it the link would have timed out.
        Assert.Equal(LinkCloseKind.Reset, client.Closed!.Value.Kind);
    }
}
