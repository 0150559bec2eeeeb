namespace Softlan.Wire;

// Which datagram leaves next, when several wait:
//
//   new flows        conversations that had nothing waiting: a game's packets, a ping, an acknowledgement. First come, first served, each for one
//                    quantum. Not TCP's full segments: they are of somebody who sends as fast as he may, even where each of them finds its flow empty
//   stations         then every station in turn, for one quantum
//     flows          and within a station every conversation in turn, for one quantum
//   CoDel            the one that is chosen may be dropped, or marked, because its flow has kept a queue for too long
//
// A flow that has used its quantum up, or has emptied, joins the others of its station, and is forgotten when its turn comes and it is still empty.
// What comes before that is new again as long as something is left of the quantum: on a link that is held up, between two turns of the others, a game
// sends many of its packets. So no conversation sends more than one quantum out of turn, and no station more than four, however many conversations it
// begins: what a station sends out of turn is its debt, and with so much of it, new flows wait with the others.
//
// Nor can a station with hundreds of conversations (file sharing, a port scan) take the places of all others: what exceeds its number shares one
// place, which is its own.

/// <summary>Takes turns between the datagrams of one link: deficit round robin over stations and their flows, new flows first (after FQ-CoDel, RFC
/// 8290, with CAKE's fairness between hosts).</summary>
/// <remarks>Has no state worth keeping while it is empty, so links with a backlog borrow one from their <see cref="DatagramPool"/> and give it back.
/// It is then as new.</remarks>
internal sealed partial class FlowScheduler(DatagramPool pool)
{
    /// <summary>Flows that are told apart (<see cref="SetAssociativeTable"/>); further ones share one place of their station's. A power of
    /// two.</summary>
    private const int FlowCount = 256;

    /// <summary>Stations that are told apart; a room has 64 players by default. A power of two.</summary>
    private const int StationCount = 128;

    /// <summary>Bytes of one turn: the longest datagram, so that every turn sends at least one.</summary>
    private const int Quantum = FrameLimits.MaxDatagramLength;

    /// <summary>Flows of one station that are told apart. Further ones share a place of the station's own: they are fair to others, not to each
    /// other.</summary>
    private const int MaxFlowsOfStation = 32;

    /// <summary>Bytes that a station may owe for what it sent out of turn. With more, its new flows wait with the others for its turn.</summary>
    private const int MaxDebt = 4 * Quantum;

    /// <summary>Bytes of a datagram from which on a TCP segment is full: less than any path's MSS makes of one, more than a game that uses TCP sends
    /// at once.</summary>
    private const int FullSegment = 1000;

    private const int None = -1;

    private readonly Flow[] _flows = Fill<Flow>(FlowCount, static flow => flow with { First = None, Last = None });
    private readonly Station[] _stations = Fill<Station>(StationCount, static station => station with { First = None, Last = None });
    private readonly SetAssociativeTable _flowPlaces = new(FlowCount);
    private readonly SetAssociativeTable _stationPlaces = new(StationCount);
    private int _newFirst = None;
    private int _newLast = None;
    private int _ringFirst = None;
    private int _ringLast = None;
    private int _selected = None;

    /// <summary>The next scheduler of the pool's free list.</summary>
    public FlowScheduler? NextFree { get; set; }

    /// <summary>What <see cref="Select"/> chose is of a flow that had nothing waiting before, and has its first turn.</summary>
    public bool IsSelectedNew => _selected != None && _flows[_selected].IsAmongNew;

    /// <summary>There is a flow that goes before those that are not new.</summary>
    public bool HasNew => _newFirst != None;

    /// <summary>What <see cref="Select"/> chose is of TCP, which would rather be late than lost.</summary>
    public bool IsSelectedTcp => _selected != None && _flows[_selected].IsTcp;

    /// <summary>Adds a slot of the pool at the end of its flow.</summary>
    public void Add(int slot, FlowLabel label) => Append(slot, label, FindFlow(label, out uint hash), hash);

    /// <summary>The same, after what waits too long in that flow was dropped, so that a link that cannot send holds no more than its time is
    /// worth.</summary>
    /// <returns>How many were dropped.</returns>
    public int DropOldAndAdd(int slot, FlowLabel label, TimeSpan now, in QueueLimits limits, PeerCounters counters)
    {
        int index = FindFlow(label, out uint hash);
        int dropped = index == _selected ? 0 : DropOld(ref _flows[index], now, limits, counters);
        Append(slot, label, index, hash);
        return dropped;
    }

    /// <summary>Drops what waits too long, in every flow.</summary>
    /// <returns>How many.</returns>
    public int DropOld(TimeSpan now, in QueueLimits limits, PeerCounters counters)
    {
        _selected = None;
        int dropped = 0;
        foreach (ref Flow flow in _flows.AsSpan())
        {
            dropped += DropOld(ref flow, now, limits, counters);
        }

        return dropped;
    }

    /// <summary>Chooses the datagram to send next.</summary>
    /// <param name="dropped">How many were dropped on the way, counted by reason.</param>
    /// <returns>Its slot, which stays where it is until <see cref="Take"/>; -1: nothing is left.</returns>
    public int Select(TimeSpan now, in QueueLimits limits, PeerCounters counters, out int dropped)
    {
        dropped = 0;
        _selected = None;
        while (true)
        {
            bool isNew = _newFirst != None;
            int index = isNew ? _newFirst : NextOfStations();
            if (index == None)
            {
                return None;
            }

            ref Flow flow = ref _flows[index];
            if (flow.First != None && flow.Deficit > 0 && !(isNew && MustWait(in flow)))
            {
                dropped += DropOld(ref flow, now, limits, counters);
                dropped += Control(ref flow, now, limits, counters);
                if (flow.First != None)
                {
                    _selected = index;
                    return flow.First;
                }
            }

            if (isNew)
            {
                PassNew(index, ref flow);
            }
            else
            {
                Pass(index, ref flow);
            }
        }
    }

    /// <summary>Removes what <see cref="Select"/> chose. The slot is the caller's.</summary>
    public void Take()
    {
        ref Flow flow = ref _flows[_selected];
        int length = pool[flow.First].Length;
        flow.Deficit -= length;

        // What a station sends out of turn it has had; so many new flows do not make a larger share.
        _stations[flow.Station].Deficit -= length;
        RemoveFirst(ref flow);
        _selected = None;
    }

    /// <summary>Makes room: removes the oldest datagram of the flow with the longest queue, for the caller to return.</summary>
    public int TakeFromLongest()
    {
        int longest = 0;
        for (int i = 1; i < _flows.Length; i++)
        {
            longest = _flows[i].Count > _flows[longest].Count ? i : longest;
        }

        ref Flow flow = ref _flows[longest];
        int slot = flow.First;
        RemoveFirst(ref flow);
        _selected = None;
        return slot;
    }

    /// <summary>Forgets which flows and stations there were; nothing may be waiting any more.</summary>
    public void Reset()
    {
        while (_newFirst != None)
        {
            int index = _newFirst;
            RemoveFirstNew();
            if (!_flows[index].IsWithStation)
            {
                Forget(index);
            }
        }

        while (_ringFirst != None)
        {
            int station = _ringFirst;
            while (_stations[station].First is var index and not None)
            {
                RemoveFirstOfStation(ref _stations[station]);
                Forget(index);
            }

            RemoveFirstOfRing();
        }

        _selected = None;
    }

    private static T[] Fill<T>(int count, Func<T, T> make)
        where T : struct
    {
        T[] all = GC.AllocateArray<T>(count, pinned: true); // As the slabs of the pool, and for the same reason: the first load of a room makes many.
        for (int i = 0; i < count; i++)
        {
            all[i] = make(all[i]);
        }

        return all;
    }

    /// <summary>The place of a flow: its own, or a free one, or the one that further flows of its station share.</summary>
    /// <param name="label">Of the flow.</param>
    /// <param name="hash">For which the place is.</param>
    private int FindFlow(FlowLabel label, out uint hash)
    {
        hash = label.Flow;
        int own = _flowPlaces.Find(hash);
        if (_flowPlaces.IsOf(own, hash))
        {
            return own;
        }

        // As long as something waits there, others follow it, or they would overtake what is theirs. TCP has one of its own, since it has more time.
        uint sharedHash = label.IsTcp ? ~label.Station : label.Station;
        int shared = _flowPlaces.Find(sharedHash);
        if (!_flowPlaces.IsOf(shared, sharedHash) && _flowPlaces.Users(own) == 0
            && _stationPlaces.Users(_stationPlaces.Find(label.Station)) < MaxFlowsOfStation)
        {
            return own;
        }

        hash = sharedHash;
        return shared;
    }

    private void Append(int slot, FlowLabel label, int index, uint hash)
    {
        ref Flow flow = ref _flows[index];
        pool[slot].Next = None;
        if (flow.Last == None)
        {
            flow.First = slot;
            flow.IsTcp = label.IsTcp;
        }
        else
        {
            pool[flow.Last].Next = slot;
        }

        flow.Last = slot;
        flow.Count++;
        if (!flow.IsAmongNew && !flow.IsWithStation)
        {
            int station = _stationPlaces.Find(label.Station);
            _flowPlaces.Take(index, hash);
            _stationPlaces.Take(station, label.Station);
            flow.Station = (short)station;
            flow.Deficit = Quantum;
        }

        if (flow.Count == 1 && !flow.IsAmongNew && flow.Deficit > 0 && !IsFullSegment(in flow))
        {
            AppendNew(index);
        }
        else if (!flow.IsAmongNew && !flow.IsWithStation)
        {
            AppendToStation(index);
        }
    }

    private void Forget(int index)
    {
        _flowPlaces.Release(index);
        int station = _flows[index].Station;
        if (_stationPlaces.Release(station))
        {
            _stations[station].Deficit = 0; // The next in this place may be somebody else.
        }

        _flows[index] = new Flow { First = None, Last = None };
    }

    /// <summary>The flow whose turn it is at the station whose turn it is; -1: none has one.</summary>
    private int NextOfStations()
    {
        while (_ringFirst != None)
        {
            ref Station station = ref _stations[_ringFirst];
            if (station.First == None)
            {
                RemoveFirstOfRing();
            }
            else if (station.Deficit <= 0)
            {
                station.Deficit += Quantum;
                int index = _ringFirst;
                RemoveFirstOfRing();
                AppendToRing(index);
            }
            else
            {
                return station.First;
            }
        }

        return None;
    }

    private bool IsFullSegment(in Flow flow) => flow.IsTcp && pool[flow.First].Length >= FullSegment;

    /// <summary>It is new, but others have a right to go first.</summary>
    private bool MustWait(in Flow flow) => IsFullSegment(in flow) || _stations[flow.Station].Deficit <= -MaxDebt;

    /// <summary>The first of the new ones is empty, has had its quantum, or <see cref="MustWait"/>: it is not new any longer.</summary>
    private void PassNew(int index, ref Flow flow)
    {
        RemoveFirstNew();
        if (!flow.IsWithStation)
        {
            // One that has emptied gets nothing, or it could go on sending out of turn.
            flow.Deficit += flow.First == None || flow.Deficit > 0 ? 0 : Quantum;
            AppendToStation(index);
        }
    }

    /// <summary>The flow whose turn it is at its station is empty, or has had its quantum. There are no new ones.</summary>
    private void Pass(int index, ref Flow flow)
    {
        RemoveFirstOfStation(ref _stations[flow.Station]);
        if (flow.First == None)
        {
            Forget(index);
        }
        else
        {
            flow.Deficit += Quantum;
            AppendToStation(index);
        }
    }

    private int DropOld(ref Flow flow, TimeSpan now, in QueueLimits limits, PeerCounters counters)
    {
        int dropped = 0;
        TimeSpan maxAge = flow.IsTcp ? limits.MaxAgeOfTcp : limits.MaxAge;
        while (flow.First != None && now - pool[flow.First].EnqueuedAt > maxAge)
        {
            DropFirst(ref flow, DropReason.TooOld, counters);
            dropped++;
        }

        return dropped;
    }

    private int Control(ref Flow flow, TimeSpan now, in QueueLimits limits, PeerCounters counters)
    {
        if (flow.IsTcp && limits.IsPaused)
        {
            flow.CoDel = default; // What stands now goes by itself when the pause is over, if it is given the time.
            return 0;
        }

        int dropped = 0;
        (TimeSpan target, TimeSpan interval) = flow.IsTcp ? (limits.TcpTarget, limits.TcpInterval) : (limits.Target, limits.Interval);
        while (flow.First != None && flow.CoDel.ShouldDrop(now - pool[flow.First].EnqueuedAt, now, flow.Count == 1, target, interval))
        {
            Span<byte> datagram = pool.Bytes(flow.First)[..pool[flow.First].Length];
            if (DatagramHeader.KindOf(datagram) is DatagramKind.Frame or DatagramKind.Head && EcnMark.TryMark(datagram[DatagramHeader.Length..]))
            {
                break;
            }

            DropFirst(ref flow, DropReason.Congested, counters);
            dropped++;
        }

        return dropped;
    }

    private void DropFirst(ref Flow flow, DropReason reason, PeerCounters counters)
    {
        int slot = flow.First;
        RemoveFirst(ref flow);
        pool.Return(slot);
        counters.Drop(reason);
    }

    private void RemoveFirst(ref Flow flow)
    {
        flow.First = pool[flow.First].Next;
        if (--flow.Count == 0)
        {
            flow.First = None;
            flow.Last = None;
        }
    }
}
