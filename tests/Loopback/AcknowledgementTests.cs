using System.Diagnostics;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Platform.Quic;
using Softlan.Platform.Quic.Ngtcp2;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>When ngtcp2's links acknowledge: at once where somebody waits for it, otherwise as seldom as congestion control can bear.</summary>
[Collection(WallTimeTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class AcknowledgementTests : IDisposable
{
    private readonly LoopbackParty _party = new();

    public void Dispose() => _party.Dispose();

    [Fact]
    public void ControlMessage_IsKnownToHaveArrivedWithoutAnyOtherTraffic()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        client.SendText("{\"type\":\"hello\"}"); // Opens the stream.
        _party.Until(() => server.Control.Count == 1, "the stream is open");
        List<double> times = [];
        for (int i = 0; i < 9; i++)
        {
            _party.For(TimeSpan.FromMilliseconds(30));
            Stopwatch watch = Stopwatch.StartNew();
            server.SendText("{\"type\":\"joined\"}");
            _party.Until(() => !server.Link.HasUndeliveredControl, "the message has arrived");
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        // An acknowledgement that waits for company would take 25 ms every time.
        times.Sort();
        Assert.True(times[times.Count / 2] < 15, $"took {times[times.Count / 2]:0.0} ms");
        Assert.Empty(client.Datagrams);
        Assert.Equal(9, client.Control.Count);
    }

    /// <summary>As nobody but a stranger sends it: to have something to acknowledge is a datagram's worth for a packet, not for a frame.</summary>
    [Fact]
    public unsafe void ControlMessageInManyFrames_IsAnsweredWithOneDatagram()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        _party.For(TimeSpan.FromMilliseconds(200));
        long before = server.Link.Counters.DatagramsOut;
        byte* packet = stackalloc byte[1200];
        byte[] message = [0, 0, 0, 20, .. "{\"type\":\"something\"}"u8];
        int length = Ngtcp2Connection.WriteInFramesOfOneByte((QuicConnection)client.Link, _party.Loop, message, packet);
        SockAddr remote = SockAddr.From(server.Link.RemoteEndPoint, SockAddr.Inet6);
        SockAddr local = SockAddr.From(_party.EndPoint, SockAddr.Inet6);
        ((QuicServer)_party.Listener).Endpoint.OnDatagram(packet, length, &remote, &local);
        _party.Until(() => server.Control.Count == 1, "the message is whole");
        _party.For(TimeSpan.FromMilliseconds(50));
        Assert.Equal(1, server.Link.Counters.DatagramsOut - before);
    }

    [Fact]
    public void SteadyOneWayTraffic_CostsFewAcknowledgements()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        _party.For(TimeSpan.FromMilliseconds(200));
        long packets = server.Link.Statistics.PacketsSent;
        const int Count = 300;
        for (int i = 0; i < Count; i++)
        {
            client.SendFrame(_party.Loop, 200);
            _party.For(TimeSpan.FromMilliseconds(0.5));
        }

        _party.Until(() => server.DatagramCount == Count, "all have arrived");
        long answers = server.Link.Statistics.PacketsSent - packets;
        Assert.InRange(answers, 1, Count / 3);
    }

    [Fact]
    public void FastGame_IsAcknowledgedByThePacketNotByTheFrame()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        _party.For(TimeSpan.FromMilliseconds(200));
        long answersBefore = server.Link.Statistics.PacketsSent;
        long packetsBefore = server.Link.Statistics.PacketsReceived;
        Stopwatch watch = Stopwatch.StartNew();
        const int Moments = 200;
        const int FramesOfMoment = 5;
        for (int i = 0; i < Moments; i++)
        {
            for (int frame = 0; frame < FramesOfMoment; frame++)
            {
                client.SendFrame(_party.Loop, 200);
            }

            _party.For(TimeSpan.FromMilliseconds(0.5));
        }

        _party.Until(() => server.DatagramCount == Moments * FramesOfMoment, "all have arrived");
        double elapsed = watch.Elapsed.TotalMilliseconds;
        long answers = server.Link.Statistics.PacketsSent - answersBefore;
        long packets = server.Link.Statistics.PacketsReceived - packetsBefore;

        // For every half of the small window, which the sender asks for where the path is near, and for every 16 ms on a machine that takes so long.
        // With one for every 16 frames there would be one for three packets.
        Assert.SkipWhen(client.Link.Statistics.MinRtt >= DelayGuard.NearPath, "This machine takes a millisecond for each turn.");
        Assert.InRange(answers, 1, (packets / 8) + (elapsed / 16));
        Assert.InRange(packets, Moments, Moments * 5 / 4);
    }

    [Fact]
    public void TrafficBothWays_AcknowledgesOnItsWay()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        _party.For(TimeSpan.FromMilliseconds(200));
        long packets = server.Link.Statistics.PacketsSent + client.Link.Statistics.PacketsSent;
        const int Count = 40;
        for (int i = 0; i < Count; i++)
        {
            client.SendFrame(_party.Loop, 150);
            server.SendFrame(_party.Loop, 150);
            _party.For(TimeSpan.FromMilliseconds(10));
        }

        _party.Until(() => server.DatagramCount == Count && client.DatagramCount == Count, "all have arrived");
        long sent = server.Link.Statistics.PacketsSent + client.Link.Statistics.PacketsSent - packets;
        Assert.InRange(sent, 2 * Count, 2 * Count * 5 / 4);
    }

    [Fact]
    public void QuestionAndAnswer_TakeOnePacketEach()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        server.Echoes = true;
        _party.For(TimeSpan.FromMilliseconds(200));
        long packets = server.Link.Statistics.PacketsSent + client.Link.Statistics.PacketsSent;
        const int Count = 40;
        for (int i = 0; i < Count; i++)
        {
            client.SendFrame(_party.Loop, 150);
            _party.For(TimeSpan.FromMilliseconds(10));
        }

        _party.Until(() => client.DatagramCount == Count, "all were answered");
        long sent = server.Link.Statistics.PacketsSent + client.Link.Statistics.PacketsSent - packets;
        Assert.InRange(sent, 2 * Count, 2 * Count * 5 / 4);
    }

    [Fact]
    public void LoneDatagram_IsAcknowledgedAfterAllowedDelay()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        _party.For(TimeSpan.FromMilliseconds(200));
        client.SendFrame(_party.Loop, 150);
        _party.Until(() => client.Link.Statistics.BytesInFlight > 0, "it is under way");
        _party.Until(() => client.Link.Statistics.BytesInFlight == 0, "it was acknowledged");
        Assert.Equal(1, server.DatagramCount);
        Assert.Equal(0, client.Link.Counters.Dropped(DropReason.TooOld));
    }

    [Fact]
    public void LoneDatagram_AcknowledgementIsAskedFor_ComesAtOnce()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        _party.For(TimeSpan.FromMilliseconds(200));
        List<double> times = [];
        for (int i = 0; i < 9; i++)
        {
            _party.For(TimeSpan.FromMilliseconds(30));
            Stopwatch watch = Stopwatch.StartNew();
            client.SendFrame(_party.Loop, 150);
            _party.Loop.Post(() => client.Link.Send(new DatagramHeader(DatagramKind.AckRequest, 0, 0), default));
            _party.Until(() => client.Link.Statistics.BytesInFlight > 0, "they are under way");
            _party.Until(() => client.Link.Statistics.BytesInFlight == 0, "they were acknowledged");
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        Assert.True(times[times.Count / 2] < 15, $"took {times[times.Count / 2]:0.0} ms");
        Assert.Equal(9, server.DatagramCount);
    }
}
