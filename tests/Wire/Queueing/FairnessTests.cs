using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Wire.Packets;

namespace Softlan.Tests.Wire.Queueing;

/// <summary>Who gets how much of a full link, and who waits for whom. The link sends one datagram of full size a time step, and never all that waits.</summary>
public sealed class FairnessTests
{
    private const string Server = "00:16:3e:00:00:01";
    private static readonly TimeSpan Step = TimeSpan.FromMicroseconds(12); // 1500 bytes at 1 Gbit/s.

    private readonly DatagramPool _pool = new();
    private readonly PeerCounters _counters = new();
    private readonly Dictionary<string, long> _sent = [];
    private TimeSpan _now;

    [Fact]
    public void Game_BehindSomebodysDownload_NeverWaitsForIt()
    {
        DatagramQueue queue = Make(FairBy.Source);
        Fill(queue, Tcp("02:00:00:00:00:01", 1), 200);
        for (int i = 0; i < 20; i++)
        {
            // A few of the others pass between two packets of a game's, or it would be no game.
            Assert.Equal([Flow(1), Flow(1), Flow(1)], [Send(queue), Send(queue), Send(queue)]);
            queue.Enqueue(DatagramHeader.ForFrame(1), Game("02:00:00:00:00:01"), _now);
            Assert.Equal("game", Send(queue));
        }
    }

    [Fact]
    public void IsNextSparse_OnlyWhileAGameGoesBeforeOthers()
    {
        DatagramQueue queue = Make(FairBy.Source);
        Fill(queue, Tcp("02:00:00:00:00:01", 1), 200);
        Assert.Equal([Flow(1), Flow(1), Flow(1)], [Send(queue), Send(queue), Send(queue)]);
        queue.Enqueue(DatagramHeader.ForFrame(1), Game("02:00:00:00:00:01"), _now);
        Assert.True(queue.TryPeek(_now, out _));
        Assert.True(queue.IsNextSparse);
        Assert.Equal("game", Send(queue));
        Assert.True(queue.TryPeek(_now, out _));
        Assert.False(queue.IsNextSparse);
    }

    [Theory]
    [InlineData(2, false, false)]
    [InlineData(3, false, true)]
    [InlineData(3, true, false)]
    public void IsNextLate_AfterAQuarterOfItsTime_ButNotTcp(int milliseconds, bool isTcp, bool isLate)
    {
        DatagramQueue queue = Make(FairBy.Source);
        byte[] frame = isTcp ? Tcp("02:00:00:00:00:01", 1) : Game("02:00:00:00:00:01");
        Fill(queue, frame, 2);
        queue.Settle();
        _now += TimeSpan.FromMilliseconds(milliseconds);
        Assert.False(queue.IsNextLate(_now));
        Assert.True(queue.TryPeek(_now, out _));
        Assert.Equal(isLate, queue.IsNextLate(_now));
        queue.Clear();
        Assert.False(queue.IsNextLate(_now));
    }

    [Fact]
    public void TwoDownloads_GetHalfEach()
    {
        DatagramQueue queue = Make(FairBy.Source);
        Run(queue, 2000, Tcp("02:00:00:00:00:01", 1), Tcp("02:00:00:00:00:01", 2));
        AssertShares(0.5, Flow(1), Flow(2));
    }

    [Fact]
    public void ManyConnectionsOfOnePlayer_GetNoMoreThanTheOneOfAnother()
    {
        DatagramQueue queue = Make(FairBy.Source);
        byte[][] greedy = [.. Enumerable.Range(1, 20).Select(port => Tcp("02:00:00:00:00:01", port))];
        Run(queue, 4000, [.. greedy, Tcp("02:00:00:00:00:02", 99)]);
        Assert.InRange(_sent[Flow(99)] / (double)_sent.Values.Sum(), 0.45, 0.55);
    }

    [Fact]
    public void GatewaysLink_IsSharedByWhomItIsFor()
    {
        DatagramQueue queue = Make(FairBy.Destination);
        byte[][] greedy = [.. Enumerable.Range(1, 20).Select(port => Tcp(Server, port, "02:00:00:00:00:01"))];
        Run(queue, 4000, [.. greedy, Tcp(Server, 99, "02:00:00:00:00:02")]);
        Assert.InRange(_sent[Flow(99)] / (double)_sent.Values.Sum(), 0.45, 0.55);
    }

    [Fact]
    public void SmallPackets_AreSharedByBytesAndNotByCount()
    {
        DatagramQueue queue = Make(FairBy.Source);
        Run(queue, 4000, Tcp("02:00:00:00:00:01", 1), Tcp("02:00:00:00:00:02", 2, length: 300));
        AssertShares(0.5, Flow(1), Flow(2));
    }

    [Fact]
    public void NewConversationsWithoutEnd_DoNotStarveTheOthers()
    {
        DatagramQueue queue = Make(FairBy.Source);
        Fill(queue, Tcp("02:00:00:00:00:02", 1), 400);
        int others = 0;
        for (int i = 0; i < 600; i++)
        {
            // A port scan, in a way: every packet is a flow of its own.
            queue.Enqueue(DatagramHeader.ForFrame(1), Tcp("02:00:00:00:00:01", 2000 + i), _now);
            others += Send(queue) == Flow(1) ? 1 : 0;
        }

        Assert.InRange(others, 150, 400);
    }

    [Theory]
    [InlineData(true, 1000)]
    [InlineData(false, 200)]
    public void Downloads_ThatKeepAQueueStanding_AreHintedEarly_AndLoseNoMore(bool isTcp, int milliseconds)
    {
        // 7 ms of queue: above CoDel's target, below the hard bound.
        DatagramQueue queue = Make(FairBy.Source);
        Stand(queue, isTcp ? Tcp("02:00:00:00:00:01", 1) : Bulk("02:00:00:00:00:01"), 7, milliseconds);
        Assert.InRange(_counters.Dropped(DropReason.Congested), 3, 60);
        Assert.Equal(0, _counters.Dropped(DropReason.TooOld));
    }

    [Fact]
    public void Downloads_ThatUnderstandEcn_AreMarkedAndNotDropped()
    {
        DatagramQueue queue = Make(FairBy.Source);
        byte[] tcp = Tcp("02:00:00:00:00:01", 1);
        tcp[15] = 0x02; // ECT(0)
        int marked = Stand(queue, tcp, 7, 1000);
        Assert.InRange(marked, 3, 60);
        Assert.Equal(0, _counters.TotalDropped);
    }

    [Fact]
    public void Download_OverALongWay_MayKeepWhatItNeedsThere()
    {
        DatagramQueue queue = Make(FairBy.Source);
        queue.RoundTrip = TimeSpan.FromMilliseconds(30);
        Stand(queue, Tcp("02:00:00:00:00:01", 1), 9, 1000);
        Assert.Equal(0, _counters.TotalDropped);
    }

    [Fact]
    public void LinkThatStops_TcpWaits_OthersAreDroppedWhenTheyAreOld()
    {
        DatagramQueue queue = Make(FairBy.Source);
        Fill(queue, Tcp("02:00:00:00:00:01", 1), 3);
        Fill(queue, Game("02:00:00:00:00:02"), 3);
        queue.Settle();
        _now += TimeSpan.FromMilliseconds(50);
        Fill(queue, Game("02:00:00:00:00:02"), 1);
        Assert.Equal(["game", Flow(1), Flow(1), Flow(1)], [.. Enumerable.Range(0, 4).Select(_ => Send(queue)).Order()]);
        Assert.Equal(3, _counters.Dropped(DropReason.TooOld));

        Fill(queue, Tcp("02:00:00:00:00:01", 1), 3);
        queue.Settle();
        _now += 11 * QueueLimits.DefaultMaxAge;
        Assert.False(queue.TryPeek(_now, out _));
        Assert.Equal(6, _counters.Dropped(DropReason.TooOld));
    }

    [Fact]
    public void LinkThatHalvesItsRateForAMoment_TcpIsNotHinted()
    {
        DatagramQueue queue = Make(FairBy.Source);
        byte[] tcp = Tcp("02:00:00:00:00:01", 1);
        for (TimeSpan end = TimeSpan.FromSeconds(5); _now < end; _now += Step)
        {
            // As much in flight as before, so half of it waits here; then it drains.
            bool isSlow = _now.TotalMilliseconds % 1000 is > 500 and < 720;
            Fill(queue, tcp, Math.Max(0, (isSlow ? 1200 : 100) - queue.Count));
            if (!isSlow || _now.Ticks / Step.Ticks % 2 == 0)
            {
                Send(queue);
            }
        }

        Assert.Equal(0, _counters.TotalDropped);
    }

    [Fact]
    public void ShortBursts_AreNotHinted()
    {
        DatagramQueue queue = Make(FairBy.Source);
        byte[] tcp = Tcp("02:00:00:00:00:01", 1);
        for (int burst = 0; burst < 20; burst++)
        {
            Fill(queue, tcp, (int)(TimeSpan.FromMilliseconds(8) / Step));
            while (queue.Count > 0)
            {
                Send(queue);
                _now += Step;
            }
        }

        Assert.Equal(0, _counters.TotalDropped);
    }

    [Fact]
    public void LinkThatTakesEverything_KeepsTheOrderOfArrival()
    {
        DatagramQueue queue = Make(FairBy.Source);
        byte[][] frames = [Tcp("02:00:00:00:00:01", 1), Tcp("02:00:00:00:00:01", 1), Game("02:00:00:00:00:02"), Tcp("02:00:00:00:00:01", 1)];
        foreach (byte[] frame in frames)
        {
            queue.Enqueue(DatagramHeader.ForFrame(1), frame, _now);
        }

        List<string> sent = [];
        while (queue.TryPeek(_now, out Span<byte> datagram))
        {
            sent.Add(Name(datagram[DatagramHeader.Length..]));
            queue.Dequeue();
        }

        Assert.Equal([Flow(1), Flow(1), "game", Flow(1)], sent);
    }

    [Fact]
    public void ManyAtOnce_FlowsTakeTurnsAtOnce()
    {
        DatagramQueue queue = Make(FairBy.Source);
        Fill(queue, Tcp("02:00:00:00:00:01", 1), 200);
        queue.Enqueue(DatagramHeader.ForFrame(1), Game("02:00:00:00:00:02"), _now);
        int before = 0;
        while (queue.TryPeek(_now, out Span<byte> datagram) && Name(datagram[DatagramHeader.Length..]) != "game")
        {
            queue.Dequeue();
            before++;
        }

        Assert.InRange(before, 0, 2);
    }

    private static string Flow(int port) => $"tcp {port}";

    private static byte[] Tcp(string source, int port, string destination = Server, int length = 1400)
    {
        byte[] segment = [.. U16(port), .. U16(5201), .. new byte[8], 0x50, 0x10, .. new byte[length]];
        return Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Tcp, segment), destination, source);
    }

    private static byte[] Game(string source) => Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Udp, Udp(27015, 27015, 150)), Server, source);

    private static byte[] Bulk(string source) => Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Udp, Udp(6881, 6881, 1400)), Server, source);

    private DatagramQueue Make(FairBy fairBy) => new(_pool, _counters, fairBy, new QueueLimits(QueueLimits.DefaultMaxAge));

    private void Fill(DatagramQueue queue, byte[] frame, int count)
    {
        for (int i = 0; i < count; i++)
        {
            queue.Enqueue(DatagramHeader.ForFrame(1), frame, _now);
        }
    }

    /// <summary>A sender who always has so much waiting, for so long.</summary>
    /// <returns>How many frames left with "congestion experienced".</returns>
    private int Stand(DatagramQueue queue, byte[] frame, double waiting, int milliseconds)
    {
        int marked = 0;
        Fill(queue, frame, (int)(TimeSpan.FromMilliseconds(waiting) / Step));
        for (TimeSpan end = _now + TimeSpan.FromMilliseconds(milliseconds); _now < end; _now += Step)
        {
            Fill(queue, frame, 1);
            queue.Settle();
            Assert.True(queue.TryPeek(_now, out Span<byte> datagram));
            marked += (datagram[DatagramHeader.Length + 15] & 3) == 3 ? 1 : 0;
            queue.Dequeue();
        }

        return marked;
    }

    /// <summary>Every sender always has something waiting.</summary>
    private void Run(DatagramQueue queue, int steps, params byte[][] senders)
    {
        foreach (byte[] sender in senders)
        {
            Fill(queue, sender, 4);
        }

        for (int i = 0; i < steps; i++)
        {
            string sent = Send(queue);
            queue.Enqueue(DatagramHeader.ForFrame(1), senders.Single(sender => Name(sender) == sent), _now);
        }
    }

    private string Send(DatagramQueue queue)
    {
        queue.Settle();
        Assert.True(queue.TryPeek(_now, out Span<byte> datagram));
        string name = Name(datagram[DatagramHeader.Length..]);
        _sent[name] = _sent.GetValueOrDefault(name) + datagram.Length;
        queue.Dequeue();
        return name;
    }

    private static string Name(ReadOnlySpan<byte> frame) => frame[23] == IPProtocols.Udp ? "game" : Flow((frame[34] << 8) | frame[35]);

    private void AssertShares(double share, params string[] names)
    {
        foreach (string name in names)
        {
            Assert.InRange(_sent[name] / (double)_sent.Values.Sum(), share - 0.05, share + 0.05);
        }
    }
}
