using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire.Queueing;

public sealed class SetAssociativeTableTests
{
    private const int Count = 32;

    private readonly SetAssociativeTable _table = new(Count);

    [Fact]
    public void Find_ForHashesOfOneSet_GivesEachItsOwnPlace_UntilAllAreTaken()
    {
        int[] places = [.. Enumerable.Range(0, SetAssociativeTable.Ways).Select(i => Take(HashOfSet(i)))];
        Assert.Distinct(places);
        Assert.All(places, (place, i) => Assert.Equal(place, _table.Find(HashOfSet(i))));

        int shared = _table.Find(HashOfSet(100));
        Assert.Contains(shared, places);
        Assert.Equal(shared, _table.Find(HashOfSet(100)));
    }

    [Fact]
    public void Find_AfterRelease_GivesThePlaceAway()
    {
        int[] places = [.. Enumerable.Range(0, SetAssociativeTable.Ways).Select(i => Take(HashOfSet(i)))];
        Assert.True(_table.Release(places[3]));
        Assert.Equal(places[3], Take(HashOfSet(200)));
        Assert.Equal(places[3], _table.Find(HashOfSet(200)));
        Assert.NotEqual(places[3], _table.Find(HashOfSet(5)));
    }

    [Fact]
    public void Place_ThatManyUse_StaysTakenUntilTheLastReleasesIt()
    {
        int place = Take(7);
        _table.Take(place, 7);
        Assert.False(_table.Release(place));
        Assert.Equal(place, _table.Find(7));
        Assert.True(_table.Release(place));
    }

    [Fact]
    public void Find_ForEveryHash_StaysInTheTable()
    {
        uint[] hashes = [0, 1, Count - 1, Count, uint.MaxValue, uint.MaxValue - 1, 0x8000_0000];
        Assert.All(hashes, hash => Assert.InRange(_table.Find(hash), 0, Count - 1));
        for (uint i = 0; i < Count; i++)
        {
            Take(i * 0x9e37_79b9);
        }

        Assert.All(hashes, hash => Assert.InRange(_table.Find(hash), 0, Count - 1));
    }

    private static uint HashOfSet(int number) => ((uint)number * Count) + 9;

    private int Take(uint hash)
    {
        int place = _table.Find(hash);
        _table.Take(place, hash);
        return place;
    }
}
