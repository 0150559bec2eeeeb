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

    [Fact]
    public void Downloads_KeepAQueueStanding_AreHintedEarly_AndGamesLoseNothing()
    {
        DatagramQueue queue = Make(FairBy.Source);
        byte[] tcp = Tcp("02:00:00:00:00:01", 1);

        // 7 ms of queue, for 200 ms: above CoDel's target, below the hard bound.
        Fill(queue, tcp, (int)(TimeSpan.FromMilliseconds(7) / Step));
        for (TimeSpan end = TimeSpan.FromMilliseconds(200); _now < end;)
        {
            queue.Enqueue(DatagramHeader.ForFrame(1), tcp, _now);
            Send(queue);
            _now += Step;
        }

        Assert.InRange(_counters.Dropped(DropReason.Congested), 3, 60);
        Assert.Equal(0, _counters.Dropped(DropReason.TooOld));
    }

    [Fact]
    public void Downloads_ThatUnderstandEcn_AreMarkedAndNotDropped()
    {
        DatagramQueue queue = Make(FairBy.Source);
        byte[] tcp = Tcp("02:00:00:00:00:01", 1);
        tcp[15] = 0x02; // ECT(0)
        int marked = 0;
        Fill(queue, tcp, (int)(TimeSpan.FromMilliseconds(7) / Step));
        for (TimeSpan end = TimeSpan.FromMilliseconds(200); _now < end;)
        {
            queue.Enqueue(DatagramHeader.ForFrame(1), tcp, _now);
            queue.Settle();
            Assert.True(queue.TryPeek(_now, out Span<byte> datagram));
            marked += (datagram[DatagramHeader.Length + 15] & 3) == 3 ? 1 : 0;
            queue.Dequeue();
            _now += Step;
        }

        Assert.InRange(marked, 3, 60);
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

    private DatagramQueue Make(FairBy fairBy) => new(_pool, _counters, fairBy, new QueueLimits(QueueLimits.DefaultMaxAge));

    private void Fill(DatagramQueue queue, byte[] frame, int count)
    {
        for (int i = 0; i < count; i++)
        {
            queue.Enqueue(DatagramHeader.ForFrame(1), frame, _now);
        }
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
