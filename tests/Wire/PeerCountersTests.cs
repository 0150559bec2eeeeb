using System.Reflection;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class PeerCountersTests
{
    [Fact]
    public void Drop_EveryReason_HasACounterOfItsOwn()
    {
        PeerCounters counters = new();
        foreach (DropReason reason in Enum.GetValues<DropReason>())
        {
            counters.Drop(reason);
            counters.Drop(reason, (int)reason);
            Assert.Equal(reason == DropReason.None ? 0 : 1 + (int)reason, counters.Dropped(reason));
        }
    }

    [Fact]
    public void TotalDropped_IsTheSum()
    {
        PeerCounters counters = new();
        counters.Drop(DropReason.None);
        counters.Drop(DropReason.Jumbo);
        counters.Drop(DropReason.TooOld, 4);
        Assert.Equal(5, counters.TotalDropped);
    }

    /// <summary>By reflection, so that a counter added later is not forgotten in the sum.</summary>
    [Fact]
    public void Add_EveryCounter_IsAdded()
    {
        PeerCounters one = Filled(1);
        one.Add(Filled(100));
        foreach (FieldInfo field in Fields())
        {
            Assert.Equal(101L + (2 * Array.IndexOf(Fields(), field)), field.GetValue(one));
        }

        Assert.Equal(101, one.Dropped(DropReason.Malformed));
    }

    internal static PeerCounters Filled(int start)
    {
        PeerCounters counters = new();
        FieldInfo[] fields = Fields();
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i].SetValue(counters, (long)start + i);
        }

        counters.Drop(DropReason.Malformed, start);
        return counters;
    }

    internal static FieldInfo[] Fields() => typeof(PeerCounters).GetFields(BindingFlags.Public | BindingFlags.Instance);
}
