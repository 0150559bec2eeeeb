using System.Diagnostics.CodeAnalysis;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

// A peer's link lives on the worker that its connection id names, its room on another worker. Between them:
//
//   link's worker                      room's worker
//   real link --> NearEnd  --ring-->    FarLink --> RelayPeer      datagrams of the peer
//   real link <-- NearEnd  <--ring--    FarLink <-- Member         datagrams for the peer
//                          <--posts-->                             control messages, the peer's address, the end
//
// So everything about a room happens on one lane, and the work that costs most, the cryptography, is done where the link is. Datagrams and messages
// have no common order here, as they have none on the wire: a message may be as long as 64 KiB and must not be lost, and a ring is full at times.

/// <summary>Carries links of one worker to rooms of another.</summary>
internal sealed class FarGate
{
    private readonly Dictionary<int, NearEnd> _ends = [];
    private readonly Dictionary<int, FarLink> _links = [];
    private readonly FrameRing _up;
    private readonly FrameRing _down;
    private readonly PeerCounters _departedLinks;
    private readonly PeerCounters _departedPeers;
    private int _lastId;

    /// <param name="linkLane">Where the links are.</param>
    /// <param name="departedLinks">The link lane's counters for what was still on its way to a link that has ended.</param>
    /// <param name="roomLane">Where the rooms are.</param>
    /// <param name="departedPeers">The room lane's counters for what was still on its way from a peer that has left.</param>
    public FarGate(IEnterableLane linkLane, PeerCounters departedLinks, IEnterableLane roomLane, PeerCounters departedPeers)
    {
        LinkLane = linkLane;
        RoomLane = roomLane;
        _departedLinks = departedLinks;
        _departedPeers = departedPeers;
        _up = new FrameRing(roomLane, OnUp);
        _down = new FrameRing(linkLane, OnDown);
    }

    public IEnterableLane LinkLane { get; }

    public IEnterableLane RoomLane { get; }

    /// <summary>The links that pass here; the link lane's to look at.</summary>
    public IEnumerable<NearEnd> Ends => _ends.Values;

    /// <summary>Makes both halves, on the link's lane. The far half is then handed to the room's lane.</summary>
    /// <param name="link">Reports to the near half from now on.</param>
    /// <param name="ended">Called on the link's lane with the link's counters when it has ended.</param>
    public FarLink Pass(IFrameLink link, Action<PeerCounters> ended)
    {
        int id = ++_lastId;
        FarLink far = new(this, id, link.RemoteEndPoint);
        NearEnd end = new(this, id, link, far, ended);
        _ends.Add(id, end);
        link.HandOver(end);
        return far;
    }

    /// <summary>The far half has arrived on the room's lane.</summary>
    public void Open(FarLink link) => _links.Add(link.Id, link);

    public void Close(FarLink link) => _links.Remove(link.Id);

    public void Close(NearEnd end) => _ends.Remove(end.Id);

    public bool TryFind(int id, [NotNullWhen(true)] out NearEnd? end) => _ends.TryGetValue(id, out end);

    /// <summary>From the peer to its room.</summary>
    public bool TrySendUp(int id, ReadOnlySpan<byte> datagram) => _up.TryWrite(id, datagram, default);

    /// <summary>From the room to the peer.</summary>
    public bool TrySendDown(int id, DatagramHeader header, ReadOnlySpan<byte> body)
    {
        Span<byte> bytes = stackalloc byte[DatagramHeader.Length];
        header.Write(bytes);
        return _down.TryWrite(id, bytes, body);
    }

    private void OnUp(int id, ReadOnlySpan<byte> datagram)
    {
        if (_links.TryGetValue(id, out FarLink? link))
        {
            link.OnDatagram(datagram);
        }
        else
        {
            _departedPeers.Drop(DropReason.NotConnected);
        }
    }

    private void OnDown(int id, ReadOnlySpan<byte> datagram)
    {
        if (_ends.TryGetValue(id, out NearEnd? end) && DatagramHeader.TryParse(datagram, out DatagramHeader header, out ReadOnlySpan<byte> body))
        {
            end.Send(header, body);
        }
        else
        {
            _departedLinks.Drop(DropReason.NotConnected);
        }
    }
}
