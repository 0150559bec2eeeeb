using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>The players that have left the room within <see cref="PlayerMacs.Memory"/>. Each call takes the same time, however many there are, as the
/// relay says who leaves.</summary>
internal sealed class DepartedPlayers
{
    /// <summary>Players that are remembered. When there are more, the one that left first is forgotten: should one of its frames come back in a loop,
    /// its MAC becomes the LAN's for a while. With the identifiers that they asked DHCP under, at most 6 MB.</summary>
    public const int MaxCount = RemotePeers.MaxPeers;

    private readonly Dictionary<MacAddress, LinkedListNode<Departed>> _byMac = new(new MacComparer());

    /// <summary>The one that left first stands first.</summary>
    private readonly LinkedList<Departed> _inOrder = [];

    /// <summary>What the player was here; null: it is not remembered (any more).</summary>
    public LanPlayer? Find(MacAddress mac, TimeSpan now) =>
        _byMac.TryGetValue(mac, out LinkedListNode<Departed>? node) && now - node.Value.At < PlayerMacs.Memory ? node.Value.Player : null;

    /// <summary>A player leaves, perhaps not for the first time.</summary>
    public void Add(MacAddress mac, LanPlayer player, TimeSpan now)
    {
        Remove(mac);
        while (_inOrder.First is { } first && (_byMac.Count >= MaxCount || now - first.Value.At >= PlayerMacs.Memory))
        {
            Remove(first.Value.Mac);
        }

        _byMac[mac] = _inOrder.AddLast(new Departed(mac, player, now));
    }

    /// <summary>It is there again, or it never was.</summary>
    public void Remove(MacAddress mac)
    {
        if (_byMac.Remove(mac, out LinkedListNode<Departed>? node))
        {
            _inOrder.Remove(node);
        }
    }

    /// <param name="At">When it left.</param>
    private readonly record struct Departed(MacAddress Mac, LanPlayer Player, TimeSpan At);
}
