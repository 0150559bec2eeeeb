using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire.Queueing;

public sealed class DatagramPoolTests
{
    [Fact]
    public void Rent_UntilTheBound_AllocatesTheSlotsAndLittleMore()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        DatagramPool pool = new(0);
        int all = pool.Free;
        HashSet<int> slots = new(all);
        while (pool.Rent() is var slot and >= 0)
        {
            Assert.True(slots.Add(slot));
        }

        // A twentieth more: what a queue remembers of a slot, and this test's own set.
        Assert.InRange(
            GC.GetAllocatedBytesForCurrentThread() - before,
            (long)all * DatagramPool.SlotLength,
            all * (DatagramPool.SlotLength * 21L / 20));
        Assert.Equal(all, slots.Count);
        Assert.Equal(0, pool.Free);

        pool.Return(all / 2);
        Assert.Equal(all / 2, pool.Rent());
        Assert.Equal(-1, pool.Rent());
    }

    [Fact]
    public void Bytes_OfEverySlot_AreItsOwn()
    {
        DatagramPool pool = new(0);
        int[] slots = [.. Enumerable.Range(0, 300).Select(_ => pool.Rent())];
        foreach (int slot in slots)
        {
            pool.Bytes(slot).Fill((byte)slot);
            pool[slot].Length = slot;
        }

        Assert.All(slots, slot =>
        {
            Assert.Equal(DatagramPool.SlotLength, pool.Bytes(slot).Length);
            Assert.False(pool.Bytes(slot).ContainsAnyExcept((byte)slot));
            Assert.Equal(slot, pool[slot].Length);
        });
    }
}
