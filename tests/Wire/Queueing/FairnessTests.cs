using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Wire.Packets;

namespace Softlan.Tests.Wire.Queueing;

/// <summary>Who gets how much of a full link, and who waits for whom. The link sends one datagram of full size a time step, and never all that
/// waits.</summary>
public sealed class FairnessTests : QueueScene
{
    [Fact]
    public void Game_BehindSomebodysDownload_NeverWaitsForIt()
    {
        DatagramQueue queue = Make(FairBy.Source);
        Fill(queue, Tcp("02:00:00:00:00:01", 1), 200);
        for (int i = 0; i < 20; i++)
        {
            // A few of the others pass between two packets of a game's, or it would be no game.
            Assert.Equal([Flow(1), Flow(1), Flow(1)], [Send(queue), Send(queue), Send(queue)]);
            queue.Enqueue(DatagramHeader.ForFrame(1), Game("02:00:00:00:00:01"), Now);
            Assert.Equal("game", Send(queue));
        }
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
        Assert.InRange(Sent[Flow(99)] / (double)Sent.Values.Sum(), 0.45, 0.55);
    }

    [Fact]
    public void GatewaysLink_IsSharedByWhomItIsFor()
    {
        DatagramQueue queue = Make(FairBy.Destination);
        byte[][] greedy = [.. Enumerable.Range(1, 20).Select(port => Tcp(Server, port, "02:00:00:00:00:01"))];
        Run(queue, 4000, [.. greedy, Tcp(Server, 99, "02:00:00:00:00:02")]);
        Assert.InRange(Sent[Flow(99)] / (double)Sent.Values.Sum(), 0.45, 0.55);
    }

    /// <summary>What a station has sent out of turn on a link that then had nothing more to send was no burden to anybody.</summary>
    [Fact]
    public void GameOnALinkThatWasIdle_CostsItsPlayerNothingLater()
    {
        DatagramQueue queue = Make(FairBy.Source);
        for (int i = 0; i < 2000; i++)
        {
            queue.Enqueue(DatagramHeader.ForFrame(1), Game("02:00:00:00:00:01"), Now);
            Assert.Equal("game", Send(queue));
        }

        Sent.Clear();
        Run(queue, 200, Tcp("02:00:00:00:00:01", 1), Tcp("02:00:00:00:00:02", 2));
        AssertShares(0.5, Flow(1), Flow(2));
    }

    /// <summary>In a plain table of 128 places, two or three dozen of them would have to share one with somebody, and get half.</summary>
    [Fact]
    public void ManyPlayers_GetTheSame()
    {
        DatagramQueue queue = Make(FairBy.Source);
        byte[][] players = [.. Enumerable.Range(1, 64).Select(i => Tcp($"02:00:00:00:01:{i:x2}", i))];
        Run(queue, 64 * 50, players);
        Assert.Equal(64, Sent.Count);
        Assert.InRange(Sent.Values.Min() / (double)Sent.Values.Max(), 0.9, 1);
    }

    [Fact]
    public void SmallPackets_AreSharedByBytesAndNotByCount()
    {
        DatagramQueue queue = Make(FairBy.Source);
        Run(queue, 4000, Tcp("02:00:00:00:00:01", 1), Tcp("02:00:00:00:00:02", 2, length: 300));
        AssertShares(0.5, Flow(1), Flow(2));
    }

    /// <summary>A port scan, in a way: every packet is a flow of its own.</summary>
    [Theory]
    [InlineData(IPProtocols.Tcp, 1400)]
    [InlineData(IPProtocols.Tcp, 120)]
    [InlineData(IPProtocols.Udp, 1400)]
    [InlineData(IPProtocols.Udp, 120)]
    public void NewConversationsWithoutEnd_GetNoMoreThanTheirShare(byte protocol, int length)
    {
        DatagramQueue queue = Make(FairBy.Source);
        Fill(queue, Tcp("02:00:00:00:00:02", 1), 400);
        int before = 0;
        for (int i = 0; i < 600; i++)
        {
            queue.Enqueue(DatagramHeader.ForFrame(1), Scan(protocol, 2000 + i, length), Now);
            before += Send(queue) != Flow(1) && !Sent.ContainsKey(Flow(1)) ? length : 0;
        }

        Assert.InRange(Sent[Flow(1)] / (double)Sent.Values.Sum(), 0.45, 0.75);
        Assert.InRange(before, 0, 5 * FrameLimits.MaxDatagramLength);
    }

    /// <summary>Whoever has hundreds of conversations, for file sharing or on purpose, does not take the places of everybody's games.</summary>
    [Theory]
    [InlineData(40)]
    [InlineData(300)]
    [InlineData(5000)]
    public void GameBesideSomebodyWithManyConversations_WaitsForFew(int conversations)
    {
        DatagramQueue queue = Make(FairBy.Source);
        byte[] bulk = Tcp("02:00:00:00:00:02", 1);
        Fill(queue, bulk, 100);
        int longest = 0;
        for (int i = 0; i < 3000; i++)
        {
            for (int j = 0; j < 5; j++)
            {
                queue.Enqueue(DatagramHeader.ForFrame(1), Scan(IPProtocols.Udp, 2000 + (((5 * i) + j) % conversations), 1000), Now);
            }

            Fill(queue, bulk, 2);
            Now += 3 * Step;
            int sent = 0;
            if (i % 100 == 99)
            {
                // Its place was given away since its last packet.
                queue.Enqueue(DatagramHeader.ForFrame(1), Game("02:00:00:00:00:03"), Now);
                for (; Send(queue) != "game"; sent++)
                {
                }

                longest = Math.Max(longest, sent);
            }

            for (; sent < 3; sent++)
            {
                Send(queue);
            }
        }

        Assert.InRange(longest, 0, 8);
    }

    [Theory]
    [InlineData(true, 1000)]
    [InlineData(false, 200)]
    public void Downloads_ThatKeepAQueueStanding_AreHintedEarly_AndLoseNoMore(bool isTcp, int milliseconds)
    {
        // 7 ms of queue: above CoDel's target, below the hard bound.
        DatagramQueue queue = Make(FairBy.Source);
        Stand(queue, isTcp ? Tcp("02:00:00:00:00:01", 1) : Bulk("02:00:00:00:00:01"), 7, milliseconds);
        Assert.InRange(Counters.Dropped(DropReason.Congested), 3, 60);
        Assert.Equal(0, Counters.Dropped(DropReason.TooOld));
    }

    [Fact]
    public void Downloads_ThatUnderstandEcn_AreMarkedAndNotDropped()
    {
        DatagramQueue queue = Make(FairBy.Source);
        byte[] tcp = Tcp("02:00:00:00:00:01", 1);
        tcp[15] = 0x02; // ECT(0)
        int marked = Stand(queue, tcp, 7, 1000);
        Assert.InRange(marked, 3, 60);
        Assert.Equal(0, Counters.TotalDropped);
    }

    [Fact]
    public void Download_OverALongWay_MayKeepWhatItNeedsThere()
    {
        DatagramQueue queue = Make(FairBy.Source);
        queue.RoundTrip = TimeSpan.FromMilliseconds(30);
        Stand(queue, Tcp("02:00:00:00:00:01", 1), 9, 1000);
        Assert.Equal(0, Counters.TotalDropped);
    }

    [Fact]
    public void LinkThatStops_TcpWaits_OthersAreDroppedWhenTheyAreOld()
    {
        DatagramQueue queue = Make(FairBy.Source);
        Fill(queue, Tcp("02:00:00:00:00:01", 1), 3);
        Fill(queue, Game("02:00:00:00:00:02"), 3);
        queue.Settle();
        Now += TimeSpan.FromMilliseconds(50);
        Fill(queue, Game("02:00:00:00:00:02"), 1);
        Assert.Equal(["game", Flow(1), Flow(1), Flow(1)], [.. Enumerable.Range(0, 4).Select(_ => Send(queue)).Order()]);
        Assert.Equal(3, Counters.Dropped(DropReason.TooOld));

        Fill(queue, Tcp("02:00:00:00:00:01", 1), 3);
        queue.Settle();
        Now += 11 * QueueLimits.DefaultMaxAge;
        Assert.False(queue.TryPeek(Now, out _));
        Assert.Equal(6, Counters.Dropped(DropReason.TooOld));
    }

    [Fact]
    public void LinkThatHalvesItsRateForAMoment_TcpIsNotHinted()
    {
        DatagramQueue queue = Make(FairBy.Source);
        byte[] tcp = Tcp("02:00:00:00:00:01", 1);
        for (TimeSpan end = TimeSpan.FromSeconds(5); Now < end; Now += Step)
        {
            // As much in flight as before, so half of it waits here; then it drains.
            bool isSlow = Now.TotalMilliseconds % 1000 is > 500 and < 720;
            Fill(queue, tcp, Math.Max(0, (isSlow ? 1200 : 100) - queue.Count));
            if (!isSlow || Now.Ticks / Step.Ticks % 2 == 0)
            {
                Send(queue);
            }
        }

        Assert.Equal(0, Counters.TotalDropped);
    }

    [Fact]
    public void LinkThatPauses_TcpIsNotHinted_ButAfterwards()
    {
        DatagramQueue queue = Make(FairBy.Source);
        byte[] tcp = Tcp("02:00:00:00:00:01", 1);
        queue.IsPaused = true;
        Stand(queue, tcp, 7, 1000);
        Assert.Equal(0, Counters.TotalDropped);

        queue.IsPaused = false;
        Stand(queue, tcp, 0, 200);
        Assert.Equal(0, Counters.TotalDropped);
        Stand(queue, tcp, 0, 500);
        Assert.InRange(Counters.Dropped(DropReason.Congested), 1, 30);
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
                Now += Step;
            }
        }

        Assert.Equal(0, Counters.TotalDropped);
    }

    [Fact]
    public void LinkThatTakesEverything_KeepsTheOrderOfArrival()
    {
        DatagramQueue queue = Make(FairBy.Source);
        byte[][] frames = [Tcp("02:00:00:00:00:01", 1), Tcp("02:00:00:00:00:01", 1), Game("02:00:00:00:00:02"), Tcp("02:00:00:00:00:01", 1)];
        foreach (byte[] frame in frames)
        {
            queue.Enqueue(DatagramHeader.ForFrame(1), frame, Now);
        }

        List<string> sent = [];
        while (queue.TryPeek(Now, out Span<byte> datagram))
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
        queue.Enqueue(DatagramHeader.ForFrame(1), Game("02:00:00:00:00:02"), Now);
        int before = 0;
        while (queue.TryPeek(Now, out Span<byte> datagram) && Name(datagram[DatagramHeader.Length..]) != "game")
        {
            queue.Dequeue();
            before++;
        }

        Assert.InRange(before, 0, 2);
    }

    private static byte[] Scan(byte protocol, int port, int length) => protocol == IPProtocols.Tcp
        ? Tcp("02:00:00:00:00:01", port, length: length)
        : Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Udp, Udp(port, ScanPort, length)), Server, "02:00:00:00:00:01");
}
