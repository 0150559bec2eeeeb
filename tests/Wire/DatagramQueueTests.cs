using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class DatagramQueueTests
{
    private readonly DatagramPool _pool = new();
    private readonly PeerCounters _counters = new();
    private readonly DatagramQueue _queue;

    public DatagramQueueTests() => _queue = new DatagramQueue(_pool, _counters);

    [Fact]
    public void Enqueue_ThenPeek_GivesHeaderAndBodyInOrder()
    {
        Add(1, TimeSpan.Zero);
        Add(2, TimeSpan.Zero);
        Assert.Equal([0x10, 0, 0, 7, 1], Take(TimeSpan.Zero));
        Assert.Equal([0x10, 0, 0, 7, 2], Take(TimeSpan.Zero));
        Assert.False(_queue.TryPeek(TimeSpan.Zero, out _));
        Assert.Equal(0, _pool.Used);
    }

    [Fact]
    public void TryPeek_WaitedTooLong_IsDroppedOldestFirst()
    {
        Add(1, TimeSpan.Zero);
        Add(2, TimeSpan.FromMilliseconds(5));
        Assert.Equal(2, Take(DatagramQueue.MaxAge + TimeSpan.FromMilliseconds(1))[^1]);
        Assert.Equal(1, _counters.Dropped(DropReason.TooOld));
    }

    [Fact]
    public void TryPeek_WaitedJustLongEnough_IsSent()
    {
        Add(1, TimeSpan.Zero);
        Assert.Equal(1, Take(DatagramQueue.MaxAge)[^1]);
        Assert.Equal(0, _counters.TotalDropped);
    }

    [Fact]
    public void Enqueue_Full_TheOldestGivesWay()
    {
        for (int i = 0; i <= DatagramQueue.MaxCount; i++)
        {
            Add((byte)i, TimeSpan.Zero);
        }

        Assert.Equal(DatagramQueue.MaxCount, _queue.Count);
        Assert.Equal(1, _counters.Dropped(DropReason.QueueFull));
        Assert.Equal(1, Take(TimeSpan.Zero)[^1]);
    }

    [Fact]
    public void Enqueue_LongerThanAnySlot_IsRefused()
    {
        Assert.Equal(DropReason.Jumbo, _queue.Enqueue(DatagramHeader.ForFrame(7), new byte[DatagramPool.SlotLength], TimeSpan.Zero));
        Assert.Equal(1, _counters.Dropped(DropReason.Jumbo));
    }

    [Fact]
    public void Enqueue_PoolExhausted_IsRefusedAndCounted()
    {
        List<DatagramQueue> queues = [];
        DropReason reason = DropReason.None;
        for (int i = 0; i < 64 && reason == DropReason.None; i++)
        {
            DatagramQueue queue = new(_pool, _counters);
            queues.Add(queue);
            for (int k = 0; k < DatagramQueue.MaxCount - 1 && reason == DropReason.None; k++)
            {
                reason = queue.Enqueue(DatagramHeader.ForFrame(7), [1], TimeSpan.Zero);
            }
        }

        Assert.Equal(DropReason.QueueFull, reason);
        queues[0].Clear();
        Assert.Equal(DropReason.None, queues[0].Enqueue(DatagramHeader.ForFrame(7), [1], TimeSpan.Zero));
    }

    [Fact]
    public void NextLength_LooksBehindTheFirst()
    {
        Add(1, TimeSpan.Zero);
        Assert.Equal(0, _queue.NextLength);
        _queue.Enqueue(DatagramHeader.ForFrame(7), new byte[100], TimeSpan.Zero);
        Assert.Equal(104, _queue.NextLength);
    }

    [Fact]
    public void SteadyTraffic_AllocatesNothing()
    {
        byte[] body = new byte[1400];
        Pump(body);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Pump(body);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Pump(byte[] body)
    {
        for (int i = 0; i < 5000; i++)
        {
            _queue.Enqueue(DatagramHeader.ForFrame(7), body, TimeSpan.Zero);
            _queue.Enqueue(DatagramHeader.ForFrame(7), body, TimeSpan.Zero);
            _queue.TryPeek(TimeSpan.Zero, out _);
            _queue.Dequeue();
            _queue.DropFirst(DropReason.PathTooSmall);
        }
    }

    private void Add(byte value, TimeSpan now) => Assert.Equal(DropReason.None, _queue.Enqueue(DatagramHeader.ForFrame(7), [value], now));

    private byte[] Take(TimeSpan now)
    {
        Assert.True(_queue.TryPeek(now, out Span<byte> datagram));
        byte[] copy = datagram.ToArray();
        _queue.Dequeue();
        return copy;
    }
}
