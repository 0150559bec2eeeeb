using Softlan.Platform.Quic.MsQuic;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

/// <summary>Memory that crosses threads: nothing is lost, nothing is handed out twice.</summary>
public sealed unsafe class DatagramSlotsTests
{
    private readonly DatagramSlots _slots = new();

    [Fact]
    public void TryRent_UntilTheBound_GivesEachSlotOnceAndThenNone()
    {
        HashSet<nint> seen = [];
        for (DatagramSlot* slot = _slots.TryRent(); slot is not null; slot = _slots.TryRent())
        {
            Assert.True(seen.Add((nint)slot));
        }

        Assert.InRange(seen.Count, 40_000, 42_000);
        _slots.Return((DatagramSlot*)seen.First());
        Assert.Equal(seen.First(), (nint)_slots.TryRent());
    }

    [Fact]
    public void Fill_LongerThanASlot_IsCutAndStaysInside()
    {
        DatagramSlot* first = _slots.TryRent();
        DatagramSlot* second = _slots.TryRent();
        second->Fill(new byte[10]);
        first->Fill(new byte[5000]);
        Assert.Equal(DatagramSlot.Capacity, first->Bytes.Length);
        Assert.Equal(10, second->Bytes.Length);
        _slots.Return(first);
        _slots.Return(second);
    }

    [Fact]
    public void SlotList_ManyThreadsAdd_OneTakesAllInTheOrderOfEach()
    {
        const int Threads = 4;
        const int PerThread = 20_000;
        SlotList list = default;
        ulong[] last = new ulong[Threads];
        int taken = 0;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() => AddAll(number)))];
        void AddAll(int number)
        {
            for (ulong i = 1; i <= PerThread; i++)
            {
                DatagramSlot* slot;
                while ((slot = _slots.TryRent()) is null)
                {
                    Thread.Yield();
                }

                slot->Id = i;
                slot->Expires = TimeSpan.FromTicks(number);
                list.Add(slot);
            }
        }

        Array.ForEach(threads, thread => thread.Start());
        long end = Environment.TickCount64 + 20_000;
        while (taken < Threads * PerThread && Environment.TickCount64 < end)
        {
            for (DatagramSlot* slot = list.TakeAll(); slot is not null;)
            {
                DatagramSlot* next = slot->Next;
                int number = (int)slot->Expires.Ticks;
                Assert.Equal(++last[number], slot->Id);
                _slots.Return(slot);
                slot = next;
                taken++;
            }
        }

        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal(Threads * PerThread, taken);
    }

    [Fact]
    public void SlotQueue_AddedInAnyOrder_GivesTheOldestFirst()
    {
        SlotQueue queue = default;
        Assert.True(queue.IsEmpty);
        Add(3);
        Add(5);
        Add(2);
        Add(4);
        Add(6);
        DatagramSlot* oldest = queue.Take();
        Assert.Equal(2ul, oldest->Id);
        queue.Add(oldest);
        Assert.Equal([2ul, 3, 4, 5, 6], TakeAll());
        Assert.True(queue.IsEmpty);
        Add(1);
        Assert.Equal([1ul], TakeAll());

        void Add(ulong id)
        {
            DatagramSlot* slot = _slots.TryRent();
            slot->Id = id;
            queue.Add(slot);
        }

        List<ulong> TakeAll()
        {
            List<ulong> ids = [];
            for (DatagramSlot* slot = queue.Take(); slot is not null; slot = queue.Take())
            {
                ids.Add(slot->Id);
            }

            return ids;
        }
    }

    [Fact]
    public void RentingAndReturning_AllocatesNothing()
    {
        SlotList list = default;
        Allocations.AssertNone(() =>
        {
            list.Add(_slots.TryRent());
            _slots.Return(list.TakeAll());
        });
    }

    [Fact]
    public void LinkMeter_ReadWhileItIsWritten_IsNeverTorn()
    {
        LinkMeter meter = new();
        using CancellationTokenSource stop = new();
        Thread writer = new(() =>
        {
            for (ulong i = 1; !stop.IsCancellationRequested; i++)
            {
                meter.Publish(new NativeMsQuic.Statistics { SendTotalPackets = i, RecvTotalBytes = i, SendCongestionWindow = (uint)i });
            }
        });
        writer.Start();
        for (int i = 0; i < 200_000; i++)
        {
            NativeMsQuic.Statistics read = meter.Read();
            Assert.Equal(read.SendTotalPackets, read.RecvTotalBytes);
            Assert.Equal((uint)read.SendTotalPackets, read.SendCongestionWindow);
        }

        stop.Cancel();
        writer.Join();
    }

    [Fact]
    public void BlockingCalls_ACallThrows_TheOthersRunInOrder()
    {
        List<int> ran = [];
        Exception? reported = null;
        using ManualResetEventSlim done = new();
        BlockingCalls calls = new(bug => reported = bug);
        calls.Add(() => ran.Add(1));
        calls.Add(() => throw new InvalidOperationException("on purpose"));
        calls.Add(() => ran.Add(2));
        calls.Add(done.Set);
        Assert.True(done.Wait(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        Assert.Equal([1, 2], ran);
        Assert.IsType<InvalidOperationException>(reported);
    }
}
