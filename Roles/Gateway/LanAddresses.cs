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

    /// <summary>Neighbouring slots in which a MAC may lie.</summary>
    private const int Places = 8;

    /// <summary><see cref="Capacity"/> is 2^13.</summary>
    private const int Shift = 64 - 13;

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
        int start = Start(key);
        int best = start;
        for (int i = 0; i < Places; i++)
        {
            int index = (start + i) & (Capacity - 1);
            if (_keys[index] == 0 || _keys[index] == key)
            {
                best = index;
                break;
            }

            if (_last[index] < _last[best])
            {
                best = index;
            }
        }

        _keys[best] = key;
        _first[best] = now;
        _last[best] = now;
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
        ulong key = mac.ToUInt64();
        for (int i = 0, start = Start(key); i < Places; i++)
        {
            int index = (start + i) & (Capacity - 1);
            if (_keys[index] == key)
            {
                _keys[index] = 0;
            }
        }
    }

    private int Start(ulong key) => _hash.Slot(key, Shift);

    private int Find(MacAddress mac, TimeSpan now)
    {
        ulong key = mac.ToUInt64();
        ulong[] keys = _keys;
        int start = Start(key);
        for (int i = 0; i < Places; i++)
        {
            int index = (start + i) & (keys.Length - 1);
            if (keys[index] == key)
            {
                return key != 0 && now - _last[index] < Lifetime ? index : -1;
            }
        }

        return -1;
    }
}
