using System.Diagnostics.CodeAnalysis;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Shared;

/// <summary>The other peers in the room, by id and by MAC. What the relay says last is what counts: it is never asked to be consistent.</summary>
internal sealed class RemotePeers
{
    /// <summary>Peers kept at once. A relay that names more than it could have admitted is broken or hostile; <see cref="TryAdd"/> refuses.</summary>
    public const int MaxPeers = 4096;

    private readonly Dictionary<ushort, PeerInfo> _byId = [];
    private readonly Dictionary<MacAddress, PeerInfo> _byMac = new(new MacComparer());

    public int Count => _byId.Count;

    public Dictionary<ushort, PeerInfo>.ValueCollection All => _byId.Values;

    /// <summary>The LAN gateway; null while there is none.</summary>
    public PeerInfo? Gateway { get; private set; }

    public bool TryGet(ushort id, [NotNullWhen(true)] out PeerInfo? peer) => _byId.TryGetValue(id, out peer);

    public bool TryGet(MacAddress mac, [NotNullWhen(true)] out PeerInfo? peer) => _byMac.TryGetValue(mac, out peer);

    /// <summary>Whether a client in the room announced this MAC. The first question about every frame on a busy LAN, so it is one look into a
    /// table.</summary>
    public bool IsClientMac(MacAddress mac) => _byMac.ContainsKey(mac);

    /// <summary>Adds a peer, in place of those with the same id, the same MAC, or the same job (a room has one gateway).</summary>
    /// <returns>False when the table is full or a client has no MAC that it may announce: the relay breaks the protocol.</returns>
    public bool TryAdd(PeerInfo peer)
    {
        if (peer.Role == PeerRole.Client && !peer.Mac.IsValidClientAddress)
        {
            return false;
        }

        Remove(peer.Id);
        if (peer.Role == PeerRole.Gateway)
        {
            if (Gateway is { } former)
            {
                Remove(former.Id);
            }
        }
        else if (_byMac.TryGetValue(peer.Mac, out PeerInfo? former))
        {
            Remove(former.Id);
        }

        if (_byId.Count >= MaxPeers)
        {
            return false;
        }

        _byId[peer.Id] = peer;
        if (peer.Role == PeerRole.Gateway)
        {
            Gateway = peer;
        }
        else
        {
            _byMac[peer.Mac] = peer;
        }

        return true;
    }

    /// <returns>The peer that was removed; null when there was none.</returns>
    public PeerInfo? Remove(ushort id)
    {
        if (!_byId.Remove(id, out PeerInfo? peer))
        {
            return null;
        }

        if (ReferenceEquals(peer, Gateway))
        {
            Gateway = null;
        }
        else
        {
            _byMac.Remove(peer.Mac);
        }

        return peer;
    }

    public void Clear()
    {
        _byId.Clear();
        _byMac.Clear();
        Gateway = null;
    }
}
