namespace Softlan.Wire;

/// <summary>Gives places to hashes, a few places to each set: two that would collide in a plain table stand beside each other, as in CAKE
/// (Høiland-Jørgensen et al. 2018, section 3.3).</summary>
/// <remarks>With 256 places and a plain table, one game in 256 would share the queue of a given download, for as long as both go on; here it takes
/// nine busy ones in the same set.</remarks>
/// <param name="count">Places: a power of two, at least <see cref="Ways"/>.</param>
internal sealed class SetAssociativeTable(int count)
{
    /// <summary>Places of a set. When all are taken by others, <see cref="Find"/> names one of them, always the same: who shares it loses fairness,
    /// and if a place becomes free meanwhile, order.</summary>
    public const int Ways = 8;

    // As the slabs of the pool, and for the same reason: the first load of a room makes many.
    private readonly uint[] _hashes = GC.AllocateArray<uint>(count, pinned: true);
    private readonly ushort[] _users = GC.AllocateArray<ushort>(count, pinned: true);

    /// <summary>How many use it.</summary>
    public int Users(int place) => _users[place];

    /// <summary>It is taken, by this hash.</summary>
    public bool IsOf(int place, uint hash) => _users[place] > 0 && _hashes[place] == hash;

    /// <summary>The place of <paramref name="hash"/>: its own, if it has one; else a free one of its set; else one that it has to share.</summary>
    public int Find(uint hash)
    {
        int first = (int)(hash & (uint)(count - 1)) / Ways * Ways;
        int free = -1;
        for (int place = first; place < first + Ways; place++)
        {
            if (_users[place] == 0)
            {
                free = place;
            }
            else if (_hashes[place] == hash)
            {
                return place;
            }
        }

        return free >= 0 ? free : first + (int)(hash >> 16) % Ways;
    }

    /// <summary>One more uses the place. It is of the hash for which it was free.</summary>
    public void Take(int place, uint hash)
    {
        if (_users[place]++ == 0)
        {
            _hashes[place] = hash;
        }
    }

    /// <summary>One less uses it.</summary>
    /// <returns>It is free now.</returns>
    public bool Release(int place) => --_users[place] == 0;
}
