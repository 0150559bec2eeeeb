using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>The MACs that were heard from the LAN lately. Asked and told about every frame, so it is a flat table of a fixed size.</summary>
internal sealed class LanAddresses
{
    /// <summary>MACs kept at once: several times what a LAN without routers can have. When a MAC's places are all taken, the one that was silent for
    /// the longest time gives way, and is learned again with its next frame.</summary>
    public const int Capacity = 8192;

    /// <summary>How long a silent MAC is kept: as long as switches commonly do. What they have forgotten, nobody can take from its port.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(300);

    /// <summary>Slots of a bucket, one behind the other. A MAC may lie in two buckets, so that its places are as good as never all taken before the
    /// table nearly is full.</summary>
    private const int BucketSize = 8;

    /// <summary>There are 2^10 buckets.</summary>
    private const int BucketBits = 10;

    private readonly MacHash _hash = MacHash.Random();

    /// <summary>Zero: free.</summary>
    private readonly ulong[] _keys = new ulong[Capacity];
    private readonly TimeSpan[] _first = new TimeSpan[Capacity];
    private readonly TimeSpan[] _last = new TimeSpan[Capacity];

    /// <summary>A frame of this MAC came from the LAN.</summary>
    /// <returns>False: it is not known (any more), and <see cref="Add"/> is to be thought about.</returns>
    public bool Refresh(MacAddress mac, TimeSpan now)
    {
        int index = Find(mac, now);
        if (index >= 0)
        {
            _last[index] = now;
        }

        return index >= 0;
    }

    /// <summary>Learns a MAC.</summary>
    /// <param name="mac">Not zero; <see cref="Refresh"/> did not know it.</param>
    /// <param name="now">When it was heard.</param>
    public void Add(MacAddress mac, TimeSpan now)
    {
        ulong key = mac.ToUInt64();
        int index = Find(key);
        if (index < 0)
        {
            (int first, int second) = Buckets(key);
            (int inFirst, int freeInFirst) = Look(first);
            (int inSecond, int freeInSecond) = Look(second);
            bool isFirst = freeInFirst == freeInSecond ? _last[inFirst] <= _last[inSecond] : freeInFirst > freeInSecond;
            index = isFirst ? inFirst : inSecond;
        }

        _keys[index] = key;
        _first[index] = now;
        _last[index] = now;
    }

    public bool Knows(MacAddress mac, TimeSpan now) => Find(mac, now) >= 0;

    /// <param name="since">When it was heard for the first time since it was learned.</param>
    /// <param name="last">When it was heard for the last time.</param>
    public bool TryGet(MacAddress mac, TimeSpan now, out TimeSpan since, out TimeSpan last)
    {
        int index = Find(mac, now);
        since = index >= 0 ? _first[index] : default;
        last = index >= 0 ? _last[index] : default;
        return index >= 0;
    }

    public void Forget(MacAddress mac)
    {
        int index = Find(mac.ToUInt64());
        if (index >= 0)
        {
            _keys[index] = 0;
            _last[index] = default;
        }
    }

    /// <summary>Where the two buckets of a MAC begin.</summary>
    private (int First, int Second) Buckets(ulong key)
    {
        int both = _hash.Slot(key, 64 - (2 * BucketBits));
        return ((both >> BucketBits) * BucketSize, (both & ((1 << BucketBits) - 1)) * BucketSize);
    }

    /// <summary>A free slot of a bucket, or else the one whose MAC was silent for the longest time; and how many are free.</summary>
    private (int Index, int Free) Look(int bucket)
    {
        int best = bucket;
        int free = 0;
        for (int i = bucket; i < bucket + BucketSize; i++)
        {
            free += _keys[i] == 0 ? 1 : 0;
            best = _keys[i] == 0 || (_keys[best] != 0 && _last[i] < _last[best]) ? i : best;
        }

        return (best, free);
    }

    private int Find(MacAddress mac, TimeSpan now)
    {
        int index = Find(mac.ToUInt64());
        return index >= 0 && now - _last[index] < Lifetime ? index : -1;
    }

    private int Find(ulong key)
    {
        if (key == 0)
        {
            return -1; // What is free has it.
        }

        (int first, int second) = Buckets(key);
        int index = _keys.AsSpan(first, BucketSize).IndexOf(key);
        if (index >= 0)
        {
            return first + index;
        }

        index = _keys.AsSpan(second, BucketSize).IndexOf(key);
        return index >= 0 ? second + index : -1;
    }
}
