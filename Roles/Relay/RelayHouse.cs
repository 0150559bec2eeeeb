using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>What the workers of one relay share: which worker has which room, and how many of everything there are.</summary>
/// <remarks>Asked and told when somebody joins or leaves, never for a frame; so a lock does not matter.</remarks>
internal sealed class RelayHouse
{
    private readonly Lock _lock = new();
    private readonly Dictionary<RoomCode, int> _homes = [];
    private readonly FarGate?[,] _gates;
    private int _peers;
    private int _openRooms;
    private int _otherRooms;
    private int _otherPeers;

    /// <param name="options">Its limits are those of the whole house. With several workers a limit may be exceeded by those who join in the same
    /// instant, one for each worker.</param>
    /// <param name="workers">How many there are.</param>
    public RelayHouse(RelayOptions options, int workers)
    {
        Options = options;
        Joins = new JoinLimit(options.MaxLinksPerAddress);
        Lobbies = new Lobby[workers];
        _gates = new FarGate?[workers, workers];
    }

    public RelayOptions Options { get; }

    /// <summary>How often one address may join, on all workers together.</summary>
    public JoinLimit Joins { get; }

    /// <summary>What may be logged of rooms other than <see cref="KeptRoom"/>, on all workers together.</summary>
    public StrangerLines StrangerLines { get; } = new();

    /// <summary>The room that the join command names: it always finds a place among the rooms, and its peers among the peers, whoever else is
    /// there, strangers or players who mistype its code. Set before the first worker listens; null: there is none.</summary>
    public RoomCode? KeptRoom { get; set; }

    /// <summary>One for each worker; filled before the first listens.</summary>
    public Lobby[] Lobbies { get; }

    /// <summary>Makes the lobby of a worker.</summary>
    public Lobby OpenLobby(int worker, IEnterableLane lane, ILogger logger)
    {
        Lobby lobby = new(this, worker, lane, logger);
        Lobbies[worker] = lobby;
        return lobby;
    }

    public int Peers => Volatile.Read(ref _peers);

    public int OpenRooms => Volatile.Read(ref _openRooms);

    /// <summary>Whether one more room may open. One place is for <see cref="KeptRoom"/> alone, open or not.</summary>
    public bool HasPlaceFor(RoomCode room) =>
        room == KeptRoom || Volatile.Read(ref _otherRooms) + (KeptRoom is null ? 0 : 1) < Options.MaxRooms;

    /// <summary>Places among the peers that are for <see cref="KeptRoom"/> alone, whoever is in it: a full room and its gateway. Where these are more
    /// than half of all places, half, so that a small relay stays open to other rooms. Peers of other rooms are rejected beyond the rest.</summary>
    public int KeptPlaces => KeptRoom is null ? 0 : Math.Min(Options.MaxClientsPerRoom + 1, Options.MaxPeers / 2);

    /// <summary>Whether one more peer may come into a room.</summary>
    public bool HasPlaceForPeer(RoomCode room) =>
        Peers < Options.MaxPeers && (room == KeptRoom || Volatile.Read(ref _otherPeers) < Options.MaxPeers - KeptPlaces);

    /// <summary>Open rooms and as many that somebody may still come back to. At the bound the longest empty ones are forgotten;
    /// <see cref="KeptRoom"/> may be one more.</summary>
    public int MaxKnownRooms => 2 * Options.MaxRooms;

    /// <summary>Rooms that somebody may still come back to, the open ones included.</summary>
    public int KnownRooms
    {
        get
        {
            lock (_lock)
            {
                return _homes.Count;
            }
        }
    }

    /// <param name="room">Which one somebody came into or left.</param>
    /// <param name="change">1 or -1.</param>
    public void CountPeer(RoomCode room, int change)
    {
        Interlocked.Add(ref _peers, change);
        if (room != KeptRoom)
        {
            Interlocked.Add(ref _otherPeers, change);
        }
    }

    /// <param name="room">Which one opened or closed.</param>
    /// <param name="change">1 or -1.</param>
    public void CountRoom(RoomCode room, int change)
    {
        Interlocked.Add(ref _openRooms, change);
        if (room != KeptRoom)
        {
            Interlocked.Add(ref _otherRooms, change);
        }
    }

    /// <summary>The worker that has the room; where none has, <paramref name="claimant"/> has it from now on.</summary>
    /// <returns>Null: too many rooms are known for one more.</returns>
    public int? FindOrClaimHome(RoomCode room, int claimant)
    {
        lock (_lock)
        {
            if (_homes.TryGetValue(room, out int home))
            {
                return home;
            }

            if (_homes.Count >= MaxKnownRooms && room != KeptRoom)
            {
                return null;
            }

            _homes.Add(room, claimant);
            return claimant;
        }
    }

    /// <summary>Nobody can come back to the room of this worker any more.</summary>
    public void Forget(RoomCode room, int worker)
    {
        lock (_lock)
        {
            if (_homes.TryGetValue(room, out int home) && home == worker)
            {
                _homes.Remove(room);
            }
        }
    }

    /// <summary>The way from links of one worker to rooms of another; made when it is first needed.</summary>
    public FarGate Gate(int linkWorker, int roomWorker)
    {
        lock (_lock)
        {
            (Lobby links, Lobby rooms) = (Lobbies[linkWorker], Lobbies[roomWorker]);
            return _gates[linkWorker, roomWorker] ??= new FarGate(links.Lane, links.Departed, rooms.Lane, rooms.Departed);
        }
    }

    /// <summary>The gates by which this worker's links have left.</summary>
    public IEnumerable<FarGate> GatesFrom(int linkWorker)
    {
        for (int i = 0; i < Lobbies.Length; i++)
        {
            FarGate? gate;
            lock (_lock)
            {
                gate = _gates[linkWorker, i];
            }

            if (gate is not null)
            {
                yield return gate;
            }
        }
    }
}
