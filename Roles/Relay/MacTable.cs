using System.Numerics;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>Which client has a MAC. Looked up once or twice a frame, so it is a flat table with open addressing: three multiplications and, as
/// a rule, one comparison.</summary>
internal sealed class MacTable
{
    private const int SmallestCapacity = 16;

    private readonly MacHash _hash = MacHash.Random();
    private ulong[] _keys = new ulong[SmallestCapacity];
    private Member?[] _clients = new Member?[SmallestCapacity];
    private int _shift = ShiftFor(SmallestCapacity);

    public int Count { get; private set; }

    /// <summary>The client with this MAC, or null.</summary>
    public Member? Find(MacAddress address)
    {
        ulong key = address.ToUInt64();
        ulong[] keys = _keys;
        int index = _hash.Slot(key, _shift);
        while (true)
        {
            ulong found = keys[index];
            if (found == key)
            {
                // The zero MAC equals an empty slot, whose client is null.
                return _clients[index];
            }

            if (found == 0)
            {
                return null;
            }

            index = (index + 1) & (keys.Length - 1);
        }
    }

    /// <param name="address">Not zero, and not in the table.</param>
    /// <param name="client">Who has it.</param>
    public void Add(MacAddress address, Member client)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(address, MacAddress.Zero);

        // At most half full: a search that fails looks at two and a half slots on average.
        if ((Count + 1) * 2 > _keys.Length)
        {
            Rebuild(_keys.Length * 2, without: 0);
        }

        Place(address.ToUInt64(), client);
        Count++;
    }

    public void Remove(MacAddress address)
    {
        if (Find(address) is not null)
        {
            Rebuild(_keys.Length, without: address.ToUInt64());
            Count--;
        }
    }

    private static int ShiftFor(int capacity) => 64 - BitOperations.Log2((uint)capacity);

    private void Place(ulong key, Member client)
    {
        int index = _hash.Slot(key, _shift);
        while (_keys[index] != 0)
        {
            index = (index + 1) & (_keys.Length - 1);
        }

        _keys[index] = key;
        _clients[index] = client;
    }

    // Leaving is rare and a table small, so that removing needs no tombstones that every later search would pass.
    private void Rebuild(int capacity, ulong without)
    {
        ulong[] keys = _keys;
        Member?[] clients = _clients;
        _keys = new ulong[capacity];
        _clients = new Member?[capacity];
        _shift = ShiftFor(capacity);
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] != 0 && keys[i] != without)
            {
                Place(keys[i], clients[i]!);
            }
        }
    }
}
