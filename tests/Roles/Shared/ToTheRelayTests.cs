using System.Buffers.Binary;
using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

public sealed class ToTheRelayTests
{
    private static readonly MacAddress Server = MacAddress.FromUInt64(0x00_11_22_33_44_55);

    [Fact]
    public void Send_NotJoined_IsCounted()
    {
        using SessionBench bench = new();
        Assert.Equal(DropReason.NotConnected, bench.Session.Send(TestFrames.Plain(MacAddress.Broadcast, SessionBench.OwnMac)));
        Assert.Equal(1, bench.Session.Counters.Dropped(DropReason.NotConnected));
    }

    [Fact]
    public void Send_Fits_GoesWholeUnderTheOwnId()
    {
        using SessionBench bench = Joined();
        byte[] frame = TestFrames.Plain(MacAddress.Broadcast, SessionBench.OwnMac, 1400);
        Assert.Equal(DropReason.None, bench.Session.Send(frame));

        SentDatagram sent = Assert.Single(Frames(bench));
        Assert.Equal(DatagramHeader.ForFrame(SessionBench.Self), sent.Header);
        Assert.Equal(frame, sent.Body);
        Assert.Equal(1, bench.Session.Counters.FramesOut);
        Assert.Equal(1400, bench.Session.Counters.BytesOut);
        Assert.Equal(1, bench.Session.Counters.BroadcastOut);
    }

    [Fact]
    public void Send_TooLong_GoesAsHeadAndTailWithTheNextSplitId()
    {
        using SessionBench bench = Joined();
        byte[] frame = TestFrames.Plain(Server, SessionBench.OwnMac, 1514);
        bench.Session.Send(frame);
        bench.Session.Send(frame);

        List<SentDatagram> sent = Frames(bench);
        Assert.Equal([DatagramKind.Head, DatagramKind.Tail, DatagramKind.Head, DatagramKind.Tail], sent.Select(one => one.Header.Kind));
        Assert.Equal(sent[0].Header.SplitId, sent[1].Header.SplitId);
        Assert.Equal((byte)(sent[0].Header.SplitId + 1), sent[2].Header.SplitId);
        Assert.Equal(frame, sent[0].Body.Concat(sent[1].Body));
        Assert.Equal(2, bench.Session.Counters.SplitFrames);
        Assert.Equal(2, bench.Session.Counters.FramesOut);
    }

    [Fact]
    public void Send_PathShrinks_CutsFromThenOn()
    {
        using SessionBench bench = Joined();
        byte[] frame = TestFrames.Plain(Server, SessionBench.OwnMac, 1300);
        bench.Session.Send(frame);
        bench.Link.MaxDatagramLength = FrameLimits.MinMaxDatagramLength;
        bench.Session.Send(frame);
        Assert.Equal(3, Frames(bench).Count);
    }

    [Fact]
    public void Send_LinkRefusesALongFrame_UsesUpNoId()
    {
        using SessionBench bench = Joined();
        byte[] frame = TestFrames.Plain(Server, SessionBench.OwnMac, 1514);
        bench.Session.Send(frame);
        bench.Link.Refuses = DropReason.QueueFull;
        Assert.Equal(DropReason.QueueFull, bench.Session.Send(frame));
        bench.Link.Refuses = DropReason.None;
        bench.Session.Send(frame);

        List<SentDatagram> sent = Frames(bench);
        Assert.Equal(4, sent.Count);
        Assert.Equal((byte)(sent[0].Header.SplitId + 1), sent[2].Header.SplitId);
        Assert.Equal(1, bench.Session.Counters.Dropped(DropReason.QueueFull));
        Assert.Equal(2, bench.Session.Counters.FramesOut);
    }

    [Fact]
    public void Send_Syn_LeavesWithAnMssThatFitsOneDatagram()
    {
        using SessionBench bench = Joined();
        bench.Link.MaxDatagramLength = 1300;
        bench.Session.Send(TestFrames.Syn(Server, SessionBench.OwnMac, 1460));
        Assert.Equal(1300 - 4 - 14 - 20 - 20, TestFrames.MssOf(Assert.Single(Frames(bench)).Body));
    }

    [Theory]
    [InlineData(nameof(PeerRole.Client), nameof(DropReason.DhcpServer))]
    [InlineData(nameof(PeerRole.Gateway), nameof(DropReason.None))]
    public void Send_DhcpServer_OnlyTheLanMayHaveOne(string role, string expected)
    {
        using SessionBench bench = new(Enum.Parse<PeerRole>(role));
        bench.Join();
        Assert.Equal(Enum.Parse<DropReason>(expected), bench.Session.Send(TestFrames.DhcpOffer(SessionBench.OwnMac)));
        Assert.Equal(expected == nameof(DropReason.None) ? 1 : 0, Frames(bench).Count);
    }

    [Fact]
    public void Send_LargerThanTheRoomsMtu_IsDropped()
    {
        using SessionBench bench = new();
        bench.Start();
        bench.Link.Connect();
        bench.Say(new WelcomeMessage(SessionBench.Self, SessionBench.Room, 1300, "token", []));
        Assert.Equal(DropReason.MtuExceeded, bench.Session.Send(TestFrames.Plain(Server, SessionBench.OwnMac, 1315)));
        Assert.Equal(DropReason.None, bench.Session.Send(TestFrames.Plain(Server, SessionBench.OwnMac, 1314)));
    }

    [Fact]
    public void Probes_EverySecond_MeasureRelayAndGateway()
    {
        using SessionBench bench = Joined();
        bench.Lane.Advance(TimeSpan.FromMilliseconds(20));
        bench.AnswerProbe(ProbeBody.RelayId, ProbeBody.RelayId);
        bench.Lane.Advance(TimeSpan.FromMilliseconds(10));
        bench.AnswerProbe(SessionBench.Gateway.Id, SessionBench.Gateway.Id);

        Assert.Equal(20, bench.Session.RelayRoundTrip.Latest.TotalMilliseconds);
        Assert.Equal(30, bench.Session.GatewayRoundTrip.Latest.TotalMilliseconds);

        bench.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(8, bench.Link.Sent.Count(sent => sent.Header.Kind == DatagramKind.Probe));
    }

    [Fact]
    public void Probes_GatewayLeaves_ItsRoundTripIsUnknownAgain()
    {
        using SessionBench bench = Joined();
        bench.Lane.Advance(TimeSpan.FromMilliseconds(20));
        bench.AnswerProbe(SessionBench.Gateway.Id, SessionBench.Gateway.Id);
        bench.Say(new LeftMessage(SessionBench.Gateway.Id, CloseReason.TimedOut));
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.False(bench.Session.GatewayRoundTrip.IsKnown);
    }

    [Fact]
    public void Probes_AnswersOfStrangersOrFromTheFuture_AreIgnored()
    {
        using SessionBench bench = Joined();
        bench.Lane.Advance(TimeSpan.FromMilliseconds(20));
        bench.AnswerProbe(SessionBench.Gateway.Id, SessionBench.Anna.Id);
        byte[] body = new byte[ProbeBody.Length];
        body.AsSpan().Fill(0xff);
        BinaryPrimitives.WriteUInt16BigEndian(body, SessionBench.Self);
        bench.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.ProbeReply, 0, ProbeBody.RelayId), body);

        Assert.False(bench.Session.GatewayRoundTrip.IsKnown);
        Assert.False(bench.Session.RelayRoundTrip.IsKnown);
    }

    [Fact]
    public void Probe_OfAPlayer_IsAnsweredWithTheSameBytes()
    {
        using SessionBench bench = new(PeerRole.Gateway);
        bench.Join(SessionBench.Anna);
        byte[] body = [0, 7, 1, 2, 3, 4, 5, 6, 7, 8];
        bench.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Probe, 0, SessionBench.Anna.Id), body);

        SentDatagram answer = Assert.Single(bench.Link.Sent, sent => sent.Header.Kind == DatagramKind.ProbeReply);
        Assert.Equal([0, 2, 1, 2, 3, 4, 5, 6, 7, 8], answer.Body);
    }

    [Fact]
    public void Probe_ForSomebodyElse_IsNotAnswered()
    {
        using SessionBench bench = Joined();
        bench.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Probe, 0, SessionBench.Anna.Id), [0, 8, 1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.DoesNotContain(bench.Link.Sent, sent => sent.Header.Kind == DatagramKind.ProbeReply);
    }

    [Fact]
    public void Probes_OfTheLargestRoom_AreAllAnswered()
    {
        using SessionBench bench = Joined();
        bench.Link.KeepSent = false;
        long before = bench.Session.Counters.DatagramsOut;
        for (int second = 0; second < 10; second++)
        {
            for (int i = 0; i < RemotePeers.MaxPeers; i++)
            {
                bench.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Probe, 0, SessionBench.Anna.Id), [0, 7, 1, 2, 3, 4, 5, 6, 7, 8]);
            }

            bench.Lane.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.True(bench.Session.Counters.DatagramsOut - before >= 10 * RemotePeers.MaxPeers);
        Assert.Equal(0, bench.Session.Counters.Dropped(DropReason.RateLimited));
    }

    [Fact]
    public void Probes_Flood_IsAnsweredOnlySoOften_AndTheOthersAreCounted()
    {
        using SessionBench bench = Joined();
        bench.Link.KeepSent = false;
        long before = bench.Session.Counters.DatagramsOut;
        for (int i = 0; i < 100_000; i++)
        {
            bench.Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Probe, 0, SessionBench.Anna.Id), [0, 7, 1, 2, 3, 4, 5, 6, 7, 8]);
        }

        long answered = bench.Session.Counters.DatagramsOut - before;
        Assert.InRange(answered, RemotePeers.MaxPeers, 2 * RemotePeers.MaxPeers);
        Assert.Equal(100_000 - answered, bench.Session.Counters.Dropped(DropReason.RateLimited));
    }

    [Fact]
    public void Stats_EveryTenSeconds_CarryTheCountersAndTheRoundTrip()
    {
        using SessionBench bench = Joined();
        bench.Link.Statistics = new LinkStatistics { SmoothedRtt = TimeSpan.FromMilliseconds(12) };
        bench.Session.Send(TestFrames.Plain(MacAddress.Broadcast, SessionBench.OwnMac));
        bench.Pass(TimeSpan.FromSeconds(21));

        StatsMessage[] stats = [.. bench.Said.OfType<StatsMessage>()];
        Assert.Equal(2, stats.Length);
        Assert.Equal(1, stats[0].Counters.FramesOut);
        Assert.Equal(12, stats[0].Rtt.TotalMilliseconds);
    }

    private static SessionBench Joined()
    {
        SessionBench bench = new();
        bench.Join(SessionBench.Gateway, SessionBench.Anna);
        return bench;
    }

    private static List<SentDatagram> Frames(SessionBench bench) =>
        [.. bench.Link.Sent.Where(sent => sent.Header.Kind is DatagramKind.Frame or DatagramKind.Head or DatagramKind.Tail)];
}
