namespace Softlan.Roles.Relay;

/// <summary>The seats of one room: hands out ids that rest before they are used again, and finds a seat by its token.</summary>
internal sealed class SeatBook
{
    /// <summary>How long an empty seat can be taken again, and its id is given to nobody else (protocol.md, section 3).</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(60);

    /// <summary>Empty seats that are remembered. Beyond it the oldest is forgotten: its owner gets a new id, its old id still rests.</summary>
    private const int MaxVacant = 256;

    private readonly List<Seat> _occupied = [];
    private readonly LinkedList<Seat> _vacant = []; // The one that was left first stands first.
    private readonly Dictionary<ushort, TimeSpan> _busyUntil = []; // Ids in use are busy for ever.
    private readonly Queue<(ushort Id, TimeSpan Until)> _resting = new();
    private ushort _lastId;

    /// <summary>Nobody sits here and nobody can come back.</summary>
    public bool IsForgotten(TimeSpan now)
    {
        Forget(now);
        return _busyUntil.Count == 0;
    }

    /// <summary>The seat with this token: occupied, or left less than <see cref="Memory"/> ago. Looks at all of them, so that time tells
    /// nothing.</summary>
    public Seat? Find(ResumeToken token, TimeSpan now)
    {
        Forget(now);
        Seat? found = null;
        foreach (Seat seat in _occupied)
        {
            found = seat.Token.Matches(token) ? seat : found;
        }

        foreach (Seat seat in _vacant)
        {
            found = seat.Token.Matches(token) ? seat : found;
        }

        return found;
    }

    /// <summary>Makes a seat with a fresh id, or null when all 65535 ids are in use or rest.</summary>
    public Seat? TryCreate(TimeSpan now)
    {
        Forget(now);
        for (int tried = 0; tried < ushort.MaxValue; tried++)
        {
            _lastId = _lastId == ushort.MaxValue ? (ushort)1 : (ushort)(_lastId + 1);
            if (!_busyUntil.ContainsKey(_lastId))
            {
                return new Seat(_lastId, ResumeToken.Create());
            }
        }

        return null;
    }

    /// <summary>Seats a member where nobody sits.</summary>
    public void Occupy(Seat seat, Member member)
    {
        seat.Occupant = member;
        _vacant.Remove(seat);
        _occupied.Add(seat);
        _busyUntil[seat.Id] = TimeSpan.MaxValue;
    }

    public void Vacate(Seat seat, TimeSpan now)
    {
        seat.Occupant = null;
        seat.VacantSince = now;
        _occupied.Remove(seat);
        _busyUntil[seat.Id] = now + Memory;
        _resting.Enqueue((seat.Id, now + Memory));
        _vacant.AddLast(seat);
        if (_vacant.Count > MaxVacant)
        {
            _vacant.RemoveFirst();
        }
    }

    private void Forget(TimeSpan now)
    {
        while (_vacant.First is { } oldest && oldest.Value.VacantSince + Memory <= now)
        {
            _vacant.RemoveFirst();
        }

        while (_resting.TryPeek(out (ushort Id, TimeSpan Until) rested) && rested.Until <= now)
        {
            _resting.Dequeue();
            if (_busyUntil.TryGetValue(rested.Id, out TimeSpan until) && until == rested.Until)
            {
                _busyUntil.Remove(rested.Id); // Otherwise its owner came back meanwhile.
            }
        }
    }
}
