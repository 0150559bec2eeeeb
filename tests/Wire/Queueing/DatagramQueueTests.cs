using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Wire.Packets;

namespace Softlan.Tests.Wire.Queueing;

public sealed class DatagramQueueTests
{
    private static readonly TimeSpan MaxAge = QueueLimits.DefaultMaxAge;
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private readonly DatagramPool _pool = new(0);
    private readonly PeerCounters _counters = new();
    private readonly DatagramQueue _queue;

    public DatagramQueueTests() => _queue = Make();

    [Fact]
    public void Enqueue_ThenPeek_GivesHeaderAndBodyInOrder()
    {
        Add(1, TimeSpan.Zero);
        Add(2, TimeSpan.Zero);
        Add(3, TimeSpan.Zero);
        Assert.Equal([0x10, 0, 0, 7, 1], Take(TimeSpan.Zero));
        Assert.Equal([0x10, 0, 0, 7, 2], Take(TimeSpan.Zero));
        Assert.Equal([0x10, 0, 0, 7, 3], Take(TimeSpan.Zero));
        Assert.False(_queue.TryPeek(TimeSpan.Zero, out _));
        Assert.Equal(0, _pool.Used);
    }

    [Fact]
    public void TryPeek_Again_ShowsTheSame_WhateverCameMeanwhile()
    {
        Add(1, TimeSpan.Zero);
        Assert.True(_queue.TryPeek(TimeSpan.Zero, out Span<byte> first));
        Assert.Equal(1, first[^1]);
        Add(2, TimeSpan.Zero);
        _queue.Settle();
        Assert.True(_queue.TryPeek(TimeSpan.Zero, out Span<byte> again));
        Assert.Equal(1, again[^1]);
        Add(3, TimeSpan.Zero);
        Assert.Equal(1, Take(TimeSpan.Zero)[^1]);
        Assert.Equal(2, Take(TimeSpan.Zero)[^1]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void TryPeek_WaitedTooLong_IsDroppedOldestFirst(int old)
    {
        for (int i = 0; i < old; i++)
        {
            Add(1, TimeSpan.Zero);
        }

        Add(2, 5 * Millisecond);
        Assert.Equal(2, Take(MaxAge + Millisecond)[^1]);
        Assert.Equal(old, _counters.Dropped(DropReason.TooOld));
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public void TryPeek_GrowsTooOldAfterItWasShown_IsDropped()
    {
        Add(1, TimeSpan.Zero);
        Add(2, 5 * Millisecond);
        Assert.True(_queue.TryPeek(TimeSpan.Zero, out _));
        Assert.Equal(2, Take(MaxAge + Millisecond)[^1]);
        Assert.Equal(1, _counters.Dropped(DropReason.TooOld));
    }

    [Fact]
    public void TryPeek_WaitedJustLongEnough_IsSent()
    {
        Add(1, TimeSpan.Zero);
        Assert.Equal(1, Take(MaxAge)[^1]);
        Assert.Equal(0, _counters.TotalDropped);
    }

    [Fact]
    public void Enqueue_LinkSendsNothing_HoldsWhatItsTimeIsWorth()
    {
        for (int i = 0; i < 1000; i++)
        {
            Add(1, i * Millisecond);
            _queue.Settle();
        }

        Assert.InRange(_queue.Count, 10, 12);
        Assert.Equal(1000 - _queue.Count, _counters.Dropped(DropReason.TooOld));
    }

    [Fact]
    public void Enqueue_Full_TheLongestFlowsOldestGivesWay()
    {
        byte[] game = Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Udp, Udp(27015, 27015)));
        Assert.Equal(DropReason.None, _queue.Enqueue(DatagramHeader.ForFrame(7), game, TimeSpan.Zero));
        for (int i = 0; i < DatagramQueue.MaxCount; i++)
        {
            Add((byte)i, TimeSpan.Zero);
        }

        Assert.Equal(DatagramQueue.MaxCount, _queue.Count);
        Assert.Equal(1, _counters.Dropped(DropReason.QueueFull));
        Assert.Equal(game, Take(TimeSpan.Zero)[DatagramHeader.Length..]);
        Assert.Equal(1, Take(TimeSpan.Zero)[^1]);
    }

    [Fact]
    public void Enqueue_LongerThanAnySlot_IsRefused()
    {
        Assert.Equal(DropReason.Jumbo, _queue.Enqueue(DatagramHeader.ForFrame(7), new byte[DatagramPool.SlotLength], TimeSpan.Zero));
        Assert.Equal(1, _counters.Dropped(DropReason.Jumbo));
    }

    [Fact]
    public void Enqueue_ManyLinksAreStuck_OneThatIsNotStillGetsItsShare()
    {
        DatagramQueue[] stuck = [.. Enumerable.Range(0, 63).Select(_ => Make())];
        for (int i = 0; i < 1000; i++)
        {
            foreach (DatagramQueue queue in stuck)
            {
                Assert.Equal(DropReason.None, queue.Enqueue(DatagramHeader.ForFrame(7), [1], TimeSpan.Zero)); // One of their own gives way.
            }
        }

        PeerCounters healthy = new();
        DatagramQueue calm = new(_pool, healthy, FairBy.Source, new QueueLimits(MaxAge));
        for (int i = 0; i < 300; i++)
        {
            Assert.Equal(DropReason.None, calm.Enqueue(DatagramHeader.ForFrame(7), [1], TimeSpan.Zero));
        }

        Assert.Equal((300, 0), (calm.Count, healthy.TotalDropped));
        Assert.True(_counters.Dropped(DropReason.QueueFull) > 0);
        calm.Clear();
        Array.ForEach(stuck, queue => queue.Clear());
        Assert.Equal(0, _pool.Used);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(500)]
    public void DropOld_LinkThatTakesNothing_GivesItsMemoryBack(int count)
    {
        byte[] tcp = Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Tcp, new byte[100]));
        for (int i = 0; i < count; i++)
        {
            _queue.Enqueue(DatagramHeader.ForFrame(7), i % 2 == 0 ? tcp : [1], TimeSpan.Zero);
        }

        _queue.DropOld(MaxAge + Millisecond);
        Assert.Equal((count + 1) / 2, _queue.Count); // TCP waits longer.
        _queue.DropOld(_queue.MaxAge + Millisecond);
        Assert.Equal((0, 0), (_queue.Count, _pool.Used));
        Assert.Equal(count, _counters.Dropped(DropReason.TooOld));
        Assert.False(_queue.TryPeek(MaxAge, out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NextExpires_IsCountedFromWhenItCame_AndTcpHasMoreTime(bool settles)
    {
        byte[] tcp = Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Tcp, new byte[100]));
        byte[] udp = Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Udp, Udp(27015, 27015)));
        _queue.Enqueue(DatagramHeader.ForFrame(7), udp, 3 * Millisecond);
        _queue.Enqueue(DatagramHeader.ForFrame(7), tcp, 4 * Millisecond);
        if (settles)
        {
            _queue.Settle();
        }

        Assert.Equal((false, (3 * Millisecond) + MaxAge), Next(5 * Millisecond));
        Assert.Equal((true, (4 * Millisecond) + (10 * MaxAge)), Next(6 * Millisecond));
    }

    /// <summary>The same against a model that knows nothing but what was put in: nothing is lost, doubled or changed, and each flow keeps its
    /// order.</summary>
    [Fact]
    public void RandomTraffic_NothingIsLostDoubledOrReordered()
    {
        Random random = new(20);
        Dictionary<int, Queue<byte[]>> expected = [];
        TimeSpan now = TimeSpan.Zero;
        int waiting = 0;
        for (int i = 0; i < 50_000; i++)
        {
            if (random.Next(100) < 49)
            {
                int flow = random.Next(40);
                byte[] frame = Ethernet(
                    EtherTypes.IPv4,
                    IPv4(IPProtocols.Udp, [.. Udp(1000 + flow, 2000, random.Next(0, 1400)), .. BitConverter.GetBytes(i)]),
                    source: $"02:00:00:00:00:{flow % 5:x2}");
                _queue.Enqueue(DatagramHeader.ForFrame(7), frame, now);
                (expected.TryGetValue(flow, out Queue<byte[]>? queue) ? queue : expected[flow] = new Queue<byte[]>()).Enqueue(frame);
                waiting++;
            }
            else if (_queue.TryPeek(now, out Span<byte> datagram) && random.Next(10) > 0)
            {
                byte[] frame = datagram[DatagramHeader.Length..].ToArray();
                int flow = ((frame[34] << 8) | frame[35]) - 1000;
                Assert.Equal(expected[flow].Dequeue(), frame);
                _queue.Dequeue();
                waiting--;
            }

            if (random.Next(20) == 0)
            {
                _queue.Settle();
            }

            Assert.Equal(waiting, _queue.Count);
        }

        _queue.Clear();
        Assert.Equal(0, _pool.Used);
        Assert.Equal(0, _counters.TotalDropped);
    }

    [Fact]
    public void SteadyTraffic_AllocatesNothing()
    {
        byte[] bulk = Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Tcp, new byte[1400]));
        byte[] game = Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Udp, Udp(27015, 27015)));
        Allocations.AssertNone(() =>
        {
            for (int i = 0; i < 3; i++)
            {
                _queue.Enqueue(DatagramHeader.ForFrame(7), bulk, TimeSpan.Zero);
                _queue.Enqueue(DatagramHeader.ForFrame(7), game, TimeSpan.Zero);
            }

            _queue.TryPeek(TimeSpan.Zero, out _, 1200);
            _queue.Dequeue();
            _queue.Settle();
            while (_queue.TryPeek(TimeSpan.Zero, out _, 1200))
            {
                _queue.Dequeue();
            }
        });
    }

    private DatagramQueue Make() => new(_pool, _counters, FairBy.Source, new QueueLimits(MaxAge));

    private void Add(byte value, TimeSpan now) => Assert.Equal(DropReason.None, _queue.Enqueue(DatagramHeader.ForFrame(7), [value], now));

    private (bool IsTcp, TimeSpan Expires) Next(TimeSpan now)
    {
        Assert.True(_queue.TryPeek(now, out _));
        (bool, TimeSpan) next = (_queue.IsNextTcp, _queue.NextExpires);
        _queue.Dequeue();
        return next;
    }

    private byte[] Take(TimeSpan now)
    {
        Assert.True(_queue.TryPeek(now, out Span<byte> datagram));
        byte[] copy = datagram.ToArray();
        _queue.Dequeue();
        return copy;
    }
}
