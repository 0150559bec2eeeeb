using Softlan.Platform;

namespace Softlan.Roles.Relay;

/// <summary>Tells the players of a room who came and who went: a few players at once, then a few more, so that frames never wait for a long
/// list.</summary>
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

    /// <summary>Nobody is behind for longer than this many intervals: in a room where <see cref="PlayersAtOnce"/> are too few for that, more are told
    /// at once.</summary>
    public const int MaxIntervals = 50;

    /// <summary>Messages that somebody has yet to be told. So many can only come within <see cref="MaxIntervals"/> when everybody comes and goes at
    /// once; then all are told at once.</summary>
    public const int MaxItems = 256;

    private readonly ILaneTimer _timer;
    private readonly List<Item> _items = [];
    private readonly Queue<(Member Listener, long From)> _behind = new(); // Whoever is behind by most stands first.
    private readonly HashSet<Member> _isBehind = []; // The same listeners.
    private long _first; // The number of _items[0].
    private int _playersAtOnce;

    public RoomNews(ILane lane)
    {
        _timer = lane.CreateTimer(OnTimer);
    }

    /// <summary>Something happened that <paramref name="listeners"/> have to be told.</summary>
    /// <param name="message">Kept until all have been told.</param>
    /// <param name="about">Is not told it, even when it is behind.</param>
    /// <param name="listeners">Joined players.</param>
    /// <param name="told">Called when all have been told, from here if that is now.</param>
    public void Tell(byte[] message, Member about, IEnumerable<Member> listeners, Action? told = null)
    {
        bool wasIdle = _behind.Count == 0;
        long number = _first + _items.Count;
        _items.Add(new Item(message, about, told));
        foreach (Member listener in listeners)
        {
            if (_isBehind.Add(listener))
            {
                _behind.Enqueue((listener, number));
            }
        }

        int needed = Math.Max(PlayersAtOnce, (_behind.Count + MaxIntervals - 1) / MaxIntervals);
        _playersAtOnce = wasIdle ? needed : Math.Max(_playersAtOnce, needed);
        if (_items.Count >= MaxItems)
        {
            TellAll();
        }
        else if (wasIdle)
        {
            OnTimer();
        }
    }

    /// <summary>Leaves nobody behind.</summary>
    public void TellAll() => TellSome(int.MaxValue);

    private void OnTimer() => TellSome(_playersAtOnce);

    private void TellSome(int players)
    {
        _timer.Set(Interval);
        while (players > 0 && _behind.TryDequeue(out (Member Listener, long From) slowest))
        {
            Member listener = slowest.Listener;
            _isBehind.Remove(listener);
            if (!listener.IsJoined)
            {
                continue; // It has left meanwhile.
            }

            for (int i = (int)(slowest.From - _first); i < _items.Count; i++)
            {
                if (!ReferenceEquals(_items[i].About, listener))
                {
                    listener.SendControl(_items[i].Message);
                }
            }

            players--;
        }

        if (_behind.Count == 0)
        {
            _timer.Cancel();
        }

        // Who is called may have news of its own, which is added behind these.
        long kept = _behind.TryPeek(out (Member Listener, long From) next) ? next.From : _first + _items.Count;
        while (_first < kept)
        {
            Item item = _items[0];
            _items.RemoveAt(0);
            _first++;
            item.Told?.Invoke();
        }
    }

    private readonly record struct Item(byte[] Message, Member About, Action? Told);
}
