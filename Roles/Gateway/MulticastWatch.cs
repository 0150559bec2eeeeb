using System.Buffers.Binary;
using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>Notices a group to which a machine on the LAN sends much for long, as television boxes do: a switch without IGMP snooping sends it to the
/// gateway's port as well, the gateway uploads it, and the relay sends it to each player. Pure; time is an argument. Allocates nothing.</summary>
/// <remarks>What never leaves a link is left out: 224.0.0.0/24, and IPv6 groups of the scope of a link or less.</remarks>
internal sealed class MulticastWatch
{
    /// <summary>A group with this much is told of after <see cref="Intervals"/> in a row. What finds games, printers and loudspeakers stays far below
    /// it, and a television channel is far above.</summary>
    public const double BitsPerSecond = 2_000_000;

    public const int Intervals = 10;

    /// <summary>Groups that are watched at once, and those that were told of, so that each is told of once. When there are more, the one with the
    /// fewest bytes in this interval gives way, but none that was told of or is about to be; where all are of these, further groups are not
    /// watched.</summary>
    public const int MaxGroups = 16;

    /// <summary>The rate is that of such a time. Twice as long without any frame, and all begins anew.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>33:33, with which the MACs of all groups of IPv6 begin (RFC 2464, section 7).</summary>
    private const ulong PrefixOfIPv6 = 0x3333;

    /// <summary>01:00:5e:00:00, with which the MACs of 224.0.0.0/24 begin (RFC 1112, section 6.4).</summary>
    private const ulong PrefixOfTheLink = 0x01005e0000;

    /// <summary>The second byte of the destination of an IPv6 packet, whose lower half is a group's scope (RFC 4291, section 2.7).</summary>
    private const int ScopeOffset = FrameLimits.HeaderLength + 25;
    private const int ScopeMask = 0x0f;
    private const int LinkScope = 2;

    /// <summary>Zero: free.</summary>
    private readonly ulong[] _keys = new ulong[MaxGroups];
    private readonly Group[] _groups = new Group[MaxGroups];
    private TimeSpan _began;

    /// <summary>A frame to a group goes to the relay.</summary>
    /// <param name="frame">From the LAN.</param>
    /// <param name="now">The lane's time.</param>
    /// <param name="flood">What there is to tell.</param>
    /// <returns>Whether there is something to tell.</returns>
    public bool Note(ReadOnlySpan<byte> frame, TimeSpan now, out MulticastFlood flood)
    {
        flood = default;
        MacAddress group = MacAddress.Read(frame);
        if (group == MacAddress.Broadcast || StaysOnTheLink(group, frame))
        {
            return false;
        }

        TimeSpan elapsed = now - _began;
        bool tells = elapsed >= Interval && EndInterval(elapsed, out flood);
        _began = elapsed >= Interval ? now : _began;
        Count(group.ToUInt64(), frame);
        return tells;
    }

    private static bool StaysOnTheLink(MacAddress group, ReadOnlySpan<byte> frame)
    {
        ulong key = group.ToUInt64();
        return key >> 8 == PrefixOfTheLink
            || (key >> 32 == PrefixOfIPv6
                && frame.Length > ScopeOffset
                && BinaryPrimitives.ReadUInt16BigEndian(frame[(2 * MacAddress.Length)..]) == EtherTypes.IPv6
                && (frame[ScopeOffset] & ScopeMask) <= LinkScope);
    }

    private bool EndInterval(TimeSpan elapsed, out MulticastFlood flood)
    {
        flood = default;
        bool tells = false;
        for (int i = 0; i < MaxGroups; i++)
        {
            ref Group group = ref _groups[i];
            double rate = 8 * group.Bytes / elapsed.TotalSeconds;
            group.High = rate >= BitsPerSecond && elapsed < 2 * Interval ? group.High + 1 : 0;
            group.Bytes = 0;
            if (group.IsTold)
            {
                continue;
            }

            if (!tells && group.High >= Intervals)
            {
                tells = group.IsTold = true;
                flood = new MulticastFlood(MacAddress.FromUInt64(_keys[i]), group.Source, rate);
            }
            else if (group.High == 0)
            {
                _keys[i] = 0;
            }
        }

        return tells;
    }

    private void Count(ulong key, ReadOnlySpan<byte> frame)
    {
        int index = _keys.AsSpan().IndexOf(key);
        if (index < 0)
        {
            index = FindPlace();
            if (index < 0)
            {
                return;
            }

            _keys[index] = key;
            _groups[index] = default;
        }

        _groups[index].Bytes += frame.Length;
        _groups[index].Source = MacAddress.Read(frame[MacAddress.Length..]);
    }

    /// <summary>A free place, or that of the group with the fewest bytes; -1: none gives way.</summary>
    private int FindPlace()
    {
        int best = -1;
        for (int i = 0; i < MaxGroups; i++)
        {
            if (_keys[i] == 0)
            {
                return i;
            }

            if (!_groups[i].IsTold && _groups[i].High == 0 && (best < 0 || _groups[i].Bytes < _groups[best].Bytes))
            {
                best = i;
            }
        }

        return best;
    }

    private struct Group
    {
        public long Bytes;
        public MacAddress Source;

        /// <summary>Intervals in a row with too much.</summary>
        public int High;
        public bool IsTold;
    }
}
