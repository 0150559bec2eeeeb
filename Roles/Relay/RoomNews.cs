using Softlan.Platform;

namespace Softlan.Roles.Relay;

/// <summary>Tells the players of a room who came and who went: a few players at once, then a few more, so that frames never wait for a long list.</summary>
/// <remarks>
/// One message to 200 players is half a millisecond of encryption, and 200 acknowledgements of sleeping peers, at 20 us each, come back together.
/// A player who is behind is told all that it missed in one go, in the order in which it happened.
/// What is sent to one player only (its welcome) says how the room is at that moment; nobody is behind who has just been told that.
/// </remarks>
internal sealed class RoomNews
{
    /// <summary>Players who are told at once. A party of this size never waits for news.</summary>
    public const int PlayersAtOnce = 8;

    /// <summary>Between one group of players and the next.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1);

    /// <summary>Nobody is behind for longer than this many intervals: in a room where <see cref="PlayersAtOnce"/> are too few for that, more are told at once.</summary>
    public const int MaxIntervals = 50;

    private readonly ILaneTimer _timer;
    private readonly List<byte[]> _items = []; // As long as somebody is behind by them: what happens in a room within MaxIntervals.
    private readonly Queue<RelayPeer> _behind = new(); // Whoever is behind by most stands first.
    private long _first; // The number of _items[0].
    private int _playersAtOnce;

    public RoomNews(ILane lane)
    {
        _timer = lane.CreateTimer(TellSome);
    }

    /// <summary>Something happened that <paramref name="listeners"/> have to be told.</summary>
    /// <param name="message">Kept until all have been told.</param>
    /// <param name="listeners">Joined players.</param>
    public void Tell(byte[] message, IEnumerable<RelayPeer> listeners)
    {
        bool wasIdle = _behind.Count == 0;
        long number = _first + _items.Count;
        foreach (RelayPeer listener in listeners)
        {
            if (listener.NextNews is null)
            {
                listener.NextNews = number;
                _behind.Enqueue(listener);
            }
        }

        if (_behind.Count > 0)
        {
            _items.Add(message);
        }

        int needed = Math.Max(PlayersAtOnce, (_behind.Count + MaxIntervals - 1) / MaxIntervals);
        _playersAtOnce = wasIdle ? needed : Math.Max(_playersAtOnce, needed);
        if (wasIdle)
        {
            TellSome();
        }
    }

    private void TellSome()
    {
        int players = _playersAtOnce;
        while (players > 0 && _behind.TryDequeue(out RelayPeer? listener))
        {
            int from = (int)(listener.NextNews!.Value - _first);
            listener.NextNews = null;
            if (listener.State != RelayPeerState.Joined)
            {
                continue; // It has left meanwhile.
            }

            for (int i = from; i < _items.Count; i++)
            {
                listener.SendControl(_items[i]);
            }

            players--;
        }

        long kept = _behind.TryPeek(out RelayPeer? next) ? next.NextNews!.Value : _first + _items.Count;
        _items.RemoveRange(0, (int)(kept - _first));
        _first = kept;
        if (next is not null)
        {
            _timer.Set(Interval);
        }
    }
}
