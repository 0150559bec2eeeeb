using System.Net;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>How often somebody from one address may join: so many at once, and one more each <see cref="Refill"/>. Without it, whoever connects again
/// and again with new MACs would have as many limits of his own, fill the switches' tables on the host's LAN and take all leases of its DHCP
/// server.</summary>
/// <remarks>
/// What is remembered of an address is when it may have the full burst again: a join puts that off by <see cref="Refill"/>, and one that would put it
/// off by more than the whole burst takes is one too many. Who is refused pays nothing, and may come in within <see cref="Refill"/>.
/// <para>Shared by the workers of a relay; asked when somebody joins, never for a frame. Their lanes read one clock, each once a turn; so time may go
/// back by a turn, and a join then comes that much later or earlier.</para>
/// </remarks>
/// <param name="burst">Joins at once from one IPv4 address or IPv6 /64; from one IPv6 /48 <see cref="AddressTally.NetworkFactor"/> times as
/// many.</param>
internal sealed class JoinLimit(int burst)
{
    /// <summary>An address that has used up its burst may have one join each so often, its IPv6 /48 <see cref="AddressTally.NetworkFactor"/>; others
    /// are rejected. The two hundred leases of a DHCP server then last for nine minutes instead of seconds, and 64 players behind one line can all
    /// come anew every four minutes.</summary>
    public static readonly TimeSpan Refill = TimeSpan.FromSeconds(4);

    /// <summary>Addresses that are remembered, and as many /48s. Those that have their full burst again are forgotten when one more would not fit,
    /// and where there are none, the one that lacks least of it: who comes from that many addresses gains a join or two by it, and never the burst of
    /// one that has used it up.</summary>
    public const int MaxAddresses = 4096;

    private readonly Lock _lock = new();
    private readonly TimeSpan _window = burst * Refill;
    private readonly Dictionary<ulong, TimeSpan> _fullAt = [];
    private readonly Dictionary<ulong, TimeSpan> _networkFullAt = [];

    /// <summary>Addresses that are remembered now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _fullAt.Count;
            }
        }
    }

    /// <summary>Takes one join for an address.</summary>
    /// <param name="from">IPv4 or IPv6.</param>
    /// <param name="now">The lane's time.</param>
    /// <returns>False when there were too many already.</returns>
    public bool TryTake(IPAddress from, TimeSpan now)
    {
        ulong address = AddressTally.KeyOf(from);
        lock (_lock)
        {
            TimeSpan ofAddress = Next(_fullAt, address, Refill, now);
            if (ofAddress - now > _window)
            {
                return false;
            }

            if (AddressTally.NetworkOf(address) is { } network)
            {
                // The /48 has more joins in its burst and gets them back faster by the same factor, so its window is as long.
                TimeSpan ofNetwork = Next(_networkFullAt, network, Refill / AddressTally.NetworkFactor, now);
                if (ofNetwork - now > _window)
                {
                    return false;
                }

                Set(_networkFullAt, network, ofNetwork, now);
            }

            Set(_fullAt, address, ofAddress, now);
            return true;
        }
    }

    /// <summary>When the burst is full again after one more join.</summary>
    private static TimeSpan Next(Dictionary<ulong, TimeSpan> table, ulong key, TimeSpan cost, TimeSpan now) =>
        TimeSpans.Max(table.GetValueOrDefault(key), now) + cost;

    private static void Set(Dictionary<ulong, TimeSpan> table, ulong key, TimeSpan full, TimeSpan now)
    {
        if (table.Count >= MaxAddresses && !table.ContainsKey(key))
        {
            MakeRoom(table, now);
        }

        table[key] = full;
    }

    private static void MakeRoom(Dictionary<ulong, TimeSpan> table, TimeSpan now)
    {
        (ulong fullest, TimeSpan soonest) = (0, TimeSpan.MaxValue);
        foreach ((ulong key, TimeSpan full) in table)
        {
            if (full <= now)
            {
                table.Remove(key); // Removing is allowed while enumerating.
            }
            else if (full < soonest)
            {
                (fullest, soonest) = (key, full);
            }
        }

        if (table.Count >= MaxAddresses)
        {
            table.Remove(fullest);
        }
    }
}
