namespace Softlan.Platform;

/// <summary>Several listeners on one port, each on a lane of its own: who is which, and how full each is. Shared by all of them.</summary>
internal sealed class ListenerShards(int count, LinkQuota quota)
{
    /// <summary>Below so many links a shard is never too full: a room's members are better together.</summary>
    private const int AlwaysWelcome = 64;

    private readonly int[] _links = new int[count];

    public int Count { get; } = count;

    public LinkQuota Quota { get; } = quota;

    public void Add(int shard, int links) => Interlocked.Add(ref _links[shard], links);

    /// <summary>Where a new client should go instead, because this shard has twice as many links as another; null: it may stay.</summary>
    public int? FindBetter(int shard)
    {
        int own = Volatile.Read(ref _links[shard]);
        int emptiest = shard;
        for (int i = 0; i < Count; i++)
        {
            emptiest = Volatile.Read(ref _links[i]) < Volatile.Read(ref _links[emptiest]) ? i : emptiest;
        }

        return own >= AlwaysWelcome && Volatile.Read(ref _links[emptiest]) * 2 < own ? emptiest : null;
    }
}
