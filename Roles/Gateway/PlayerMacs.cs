using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Gateway;

// Whose is a MAC, the LAN's or a player's? Whoever had it first keeps it:
//
//   heard from the LAN, then announced by a client    the LAN's: the client is refused until the LAN was silent for LanAddresses.Lifetime
//   announced by a client, then heard from the LAN    the client's: the frame came back, which is a loop (LoopGuard). But the LAN's when again and
//                                                     again it is not what this gateway has written (EchoMemory)
//   of this host's cards                              the LAN's
//   in a CamRefresh of another gateway of this LAN    a player's, who may come into this room next
//
// A client's own frames that come back must never make its MAC the LAN's, or a loop would shut out the players instead of being told. They come
//
//   while it is in the room        its MAC is not learned
//   after it has left              nor for Memory: switches and second bridges may hold frames for a while
//   before it is known here        the relay tells a gateway of a client before that may send (Room.Enter); only the rest of a long roster comes
//                                  behind the welcome. What was heard for the first time since then, within RosterTime, is the client's
//   while the relay is away        who is in the room is not known then, so that nothing new is learned; what is known is refreshed, and who was a
//                                  player stays one until the next roster says otherwise
//   before this process began      it hears nothing before it is in the room
//
// What remains: a client that has taken a machine's MAC while that machine was silent, or before this gateway came, has it until the machine has sent
// twenty frames in ten seconds. The other way round, a player whose own machine has just left the LAN with the same MAC waits for
// LanAddresses.Lifetime.

/// <summary>Which clients' MACs may be used on the LAN. Used on the gateway's lane.</summary>
/// <param name="port">Its address is this host's.</param>
/// <param name="hostAddresses">Further MACs of this host.</param>
internal sealed class PlayerMacs(IFramePort port, IReadOnlyCollection<MacAddress> hostAddresses)
{
    /// <summary>The rest of a roster comes right behind the welcome; this is a few round trips of a bad path, with losses.</summary>
    public static readonly TimeSpan RosterTime = TimeSpan.FromSeconds(2);

    /// <summary>How long the MAC of a client that has left is not taken for the LAN's, and what it may still do there is remembered: leaving and
    /// coming back gives nobody another <see cref="DhcpQuota.MaxIdentifiers"/>.</summary>
    public static readonly TimeSpan Memory = LanAddresses.Lifetime;

    /// <summary>Players of other gateways that are noted, a second and at once: within <see cref="Memory"/> not as many as are kept
    /// (<see cref="LanAddresses.Capacity"/>). One beyond it is noted with its next <see cref="CamRefresh"/>; should it come into this room before,
    /// it may have to wait until the LAN was silent with its MAC.</summary>
    public const int OthersPerSecond = 16;
    public const int OthersBurst = 256;

    private readonly LanAddresses _lan = new();
    private readonly DhcpGuard _dhcp = new();
    private readonly Dictionary<MacAddress, LanPlayer> _players = new(new MacComparer());
    private readonly DepartedPlayers _left = new();

    /// <summary>Players of other gateways: any machine on the LAN can name as many as it likes, so they have a table of their own.</summary>
    private readonly LanAddresses _others = new();
    private readonly TokenBucket _newOthers = new(OthersPerSecond, OthersBurst);
    private TimeSpan _joinedAt;
    private int _refused;

    /// <summary>This gateway is in the room.</summary>
    /// <param name="peers">Who is there, as far as it has been told.</param>
    /// <param name="now">The lane's time.</param>
    /// <param name="refused">Called for each client that is (still) refused.</param>
    public void EnterRoom(RemotePeers peers, TimeSpan now, Action<PeerInfo> refused)
    {
        _joinedAt = now;
        ForgetOthers(peers, now);
        foreach (LanPlayer player in _players.Values)
        {
            player.IsToldRefused = false; // The relay begins anew with its gateway.
        }

        foreach (PeerInfo peer in peers.All)
        {
            if (!Add(peer, peers, now))
            {
                refused(peer);
            }
        }
    }

    /// <summary>A peer is in the room.</summary>
    /// <returns>False: it is a client that must not use its MAC on the LAN.</returns>
    public bool Add(PeerInfo peer, RemotePeers peers, TimeSpan now)
    {
        if (peer.Role != PeerRole.Client)
        {
            return true;
        }

        if (!_players.TryGetValue(peer.Mac, out LanPlayer? player))
        {
            if (_players.Count >= RemotePeers.MaxPeers)
            {
                ForgetOthers(peers, now); // A relay may put one peer in the place of another without saying that this has left.
            }

            player = _left.Find(peer.Mac, now) ?? new LanPlayer();
            _players.Add(peer.Mac, player);
            Set(player, IsOfTheLan(peer.Mac, now));
        }

        if (!player.IsRefused)
        {
            _left.Remove(peer.Mac);
        }

        return !player.IsRefused;
    }

    /// <summary>A peer has left the room.</summary>
    public void Remove(PeerInfo peer, TimeSpan now)
    {
        if (peer.Role == PeerRole.Client)
        {
            Remove(peer.Mac, now);
        }
    }

    /// <summary>Judges everybody anew: a machine may have left the LAN, this host's card may have another MAC.</summary>
    /// <param name="peers">Of the room that this gateway is in.</param>
    /// <param name="now">The lane's time.</param>
    /// <param name="changed">Called for each client that is refused from now on, or is not any more.</param>
    public void Reconsider(RemotePeers peers, TimeSpan now, Action<PeerInfo> changed)
    {
        ForgetOthers(peers, now);
        foreach ((MacAddress mac, LanPlayer player) in _players)
        {
            bool isRefused = IsOwn(mac) || (player.IsRefused && _lan.Knows(mac, now));
            if (isRefused != player.IsRefused && peers.TryGet(mac, out PeerInfo? peer))
            {
                Set(player, isRefused);
                changed(peer);
            }
        }
    }

    /// <summary>Whether a client has this MAC that must not use it on the LAN.</summary>
    public bool IsRefused(MacAddress mac) => _refused > 0 && _players.TryGetValue(mac, out LanPlayer? player) && player.IsRefused;

    /// <summary>The client in the room that has this MAC; null: none.</summary>
    public LanPlayer? Find(MacAddress mac) => _players.GetValueOrDefault(mac);

    /// <summary>Whether the MAC is this host's own.</summary>
    public bool IsOwn(MacAddress mac) => mac == port.Address || hostAddresses.Contains(mac);

    /// <summary>How long ago the LAN was heard with this MAC; null: not lately.</summary>
    public TimeSpan? HeardAgo(MacAddress mac, TimeSpan now) => _lan.TryGet(mac, now, out _, out TimeSpan last) ? now - last : null;

    /// <summary>A frame came from the LAN that is not a player's.</summary>
    /// <param name="source">Where it came from.</param>
    /// <param name="isInRoom">Whether this gateway knows who is in the room.</param>
    /// <param name="now">The lane's time.</param>
    public void OnHeard(MacAddress source, bool isInRoom, TimeSpan now)
    {
        if (!_lan.Refresh(source, now) && isInRoom && source.IsUsableSource && source != port.Address && !IsOrWasAPlayers(source, now))
        {
            _lan.Add(source, now);
        }
    }

    /// <summary>A frame to all came from the LAN that is not a player's.</summary>
    public void OnHeardByAll(ReadOnlySpan<byte> frame, MacAddress source, TimeSpan now) => _dhcp.OnHeard(frame, source, this, now);

    /// <summary>Whether a machine of the LAN's, or this host, has the MAC, and was heard lately.</summary>
    public bool IsOnLan(MacAddress mac, TimeSpan now) => IsOwn(mac) || _lan.Knows(mac, now);

    /// <summary>A frame with a client's MAC came from the LAN, and it was not the client's.</summary>
    /// <param name="source">The MAC.</param>
    /// <param name="at">When it came; never back.</param>
    /// <returns>Whether the client is refused from now on: a machine on the LAN has its MAC.</returns>
    public bool OnStranger(MacAddress source, TimeSpan at)
    {
        if (!_players.TryGetValue(source, out LanPlayer? player) || player.IsRefused || !player.NoteStranger(at))
        {
            return false;
        }

        _lan.Add(source, at);
        Set(player, isRefused: true);
        return true;
    }

    /// <summary>Whether the relay does not know yet that this client is refused, or is not any more.</summary>
    public bool HasNews(MacAddress mac) => _players.TryGetValue(mac, out LanPlayer? player) && player.IsToldRefused != player.IsRefused;

    /// <summary>The relay is told now whether this client, of whom there is news, is refused.</summary>
    public bool TakeNews(MacAddress mac) => _players[mac].IsToldRefused = _players[mac].IsRefused;

    /// <summary>Another gateway on this LAN keeps a place for a player of its room. Whoever could pretend that is on the LAN and could take the MAC
    /// anyway.</summary>
    public void OnPlayerOfAnotherGateway(MacAddress mac, TimeSpan now)
    {
        if (!mac.IsValidClientAddress || IsOwn(mac) || _players.ContainsKey(mac))
        {
            return;
        }

        if (!_others.Refresh(mac, now))
        {
            if (!_newOthers.TryTake(1, now))
            {
                return;
            }

            _others.Add(mac, now);
        }

        _lan.Forget(mac);
    }

    /// <summary>Judges a frame of a client to the LAN.</summary>
    /// <param name="floods">The LAN's switches send it everywhere.</param>
    public DropReason Check(MacAddress source, ReadOnlySpan<byte> frame, TimeSpan now, out bool floods)
    {
        MacAddress destination = MacAddress.Read(frame);
        floods = destination.IsMulticast;

        // This host's other MACs do not change, so a player with one of them is refused since it came.
        if (source == port.Address || !_players.TryGetValue(source, out LanPlayer? player) || player.IsRefused)
        {
            return DropReason.LanSourceMac;
        }

        bool isKnown = floods || _lan.Knows(destination, now) || IsOwn(destination);
        floods |= !isKnown;
        DropReason reason = isKnown || player.MayLookFor(now) ? _dhcp.Check(frame, player.Dhcp, this, now) : DropReason.RateLimited;
        if (!player.IsShown && reason == DropReason.None)
        {
            player.IsShown = !IsOwn(destination);
        }

        return reason;
    }

    private bool IsOfTheLan(MacAddress mac, TimeSpan now)
    {
        if (IsOwn(mac))
        {
            return true;
        }

        if (!_lan.TryGet(mac, now, out TimeSpan since, out _))
        {
            return false;
        }

        if (since >= _joinedAt && now - _joinedAt < RosterTime)
        {
            _lan.Forget(mac);
            return false;
        }

        return true;
    }

    private bool IsOrWasAPlayers(MacAddress mac, TimeSpan now) =>
        (_players.TryGetValue(mac, out LanPlayer? player) && !player.IsRefused)
        || _left.Find(mac, now) is not null
        || _others.Knows(mac, now);

    private void Set(LanPlayer player, bool isRefused)
    {
        _refused += (isRefused ? 1 : 0) - (player.IsRefused ? 1 : 0);
        player.IsRefused = isRefused;
    }

    private void ForgetOthers(RemotePeers peers, TimeSpan now)
    {
        foreach (MacAddress mac in _players.Keys)
        {
            if (!peers.IsClientMac(mac))
            {
                Remove(mac, now);
            }
        }
    }

    private void Remove(MacAddress mac, TimeSpan now)
    {
        if (!_players.Remove(mac, out LanPlayer? player))
        {
            return;
        }

        player.IsToldRefused = false; // Should it come back, it is somebody new to the relay.
        if (player.IsRefused)
        {
            Set(player, isRefused: false);
            return;
        }

        _left.Add(mac, player, now);
    }
}
