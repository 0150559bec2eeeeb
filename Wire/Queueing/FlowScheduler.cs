namespace Softlan.Wire;

// Which datagram leaves next, when several wait:
//
//   new flows        conversations that had nothing waiting: a game's packets, a ping, an acknowledgement. First come, first served, each for one quantum
//   stations         then every station in turn, for one quantum
//     flows          and within a station every conversation in turn, for one quantum
//   CoDel            the one that is chosen may be dropped, or marked, because its flow has kept a queue for too long
//
// A flow that has used its quantum up, or has emptied, joins the others of its station; so nobody stays new for long.

/// <summary>Takes turns between the datagrams of one link: deficit round robin over stations and their flows, new flows first (after FQ-CoDel, RFC 8290, with CAKE's fairness between hosts).</summary>
/// <remarks>Has no state worth keeping while it is empty, so links with a backlog borrow one from their <see cref="DatagramPool"/> and give it back. It is then as new.</remarks>
internal sealed class FlowScheduler(DatagramPool pool)
{
    /// <summary>Flows that are told apart; more share by hash. A power of two.</summary>
    private const int FlowCount = 256;

    /// <summary>Stations that are told apart; a room has 64 players by default. A power of two.</summary>
    private const int StationCount = 128;

    /// <summary>Bytes of one turn: the longest datagram, so that every turn sends at least one.</summary>
    private const int Quantum = FrameLimits.MaxDatagramLength;

    private const int None = -1;

    private readonly Flow[] _flows = Fill<Flow>(FlowCount, static flow => flow with { First = None, Last = None });
    private readonly Station[] _stations = Fill<Station>(StationCount, static station => station with { First = None, Last = None });
    private int _newFirst = None;
    private int _newLast = None;
    private int _ringFirst = None;
    private int _ringLast = None;
    private int _selected = None;

    /// <summary>The next scheduler of the pool's free list.</summary>
    public FlowScheduler? NextFree { get; set; }

    private enum Place : byte
    {
        Nowhere,
        AmongNew,
        WithStation,
    }

    /// <summary>What <see cref="Select"/> chose is of a flow that had nothing waiting before, and has its first turn.</summary>
    public bool IsSelectedNew => _selected != None && _flows[_selected].Place == Place.AmongNew;

    /// <summary>What <see cref="Select"/> chose is of TCP, which would rather be late than lost.</summary>
    public bool IsSelectedTcp => _selected != None && _flows[_selected].IsTcp;

    /// <summary>Adds a slot of the pool at the end of its flow.</summary>
    public void Add(int slot, FlowLabel label)
    {
        int index = (int)(label.Flow & (FlowCount - 1));
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
        if (flow.Place == Place.Nowhere)
        {
            flow.Station = (short)(label.Station & (StationCount - 1));
            flow.Deficit = Quantum;
            AppendNew(index);
        }
    }

    /// <summary>Drops what waits too long in the flow of <paramref name="label"/>: called before something is added, so that a link that cannot send holds no more than its time is worth.</summary>
    /// <returns>How many.</returns>
    public int DropOld(FlowLabel label, TimeSpan now, in QueueLimits limits, PeerCounters counters)
    {
        int index = (int)(label.Flow & (FlowCount - 1));
        return index == _selected ? 0 : DropOld(ref _flows[index], now, limits, counters);
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
            int index = _newFirst != None ? _newFirst : NextOfStations();
            if (index == None)
            {
                return None;
            }

            ref Flow flow = ref _flows[index];
            if (flow.First != None && flow.Deficit > 0)
            {
                dropped += DropOld(ref flow, now, limits, counters);
                dropped += Control(ref flow, now, limits, counters);
                if (flow.First != None)
                {
                    _selected = index;
                    return flow.First;
                }
            }

            Pass(index, ref flow);
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
            Forget(ref _flows[index]);
        }

        while (_ringFirst != None)
        {
            int station = _ringFirst;
            while (_stations[station].First is var index and not None)
            {
                RemoveFirstOfStation(ref _stations[station]);
                Forget(ref _flows[index]);
            }

            RemoveFirstOfRing();
            _stations[station] = new Station { First = None, Last = None };
        }

        _selected = None;
    }

    private static T[] Fill<T>(int count, Func<T, T> make)
        where T : struct
    {
        T[] all = new T[count];
        for (int i = 0; i < count; i++)
        {
            all[i] = make(all[i]);
        }

        return all;
    }

    private static void Forget(ref Flow flow) => flow = new Flow { First = None, Last = None };

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

    /// <summary>The flow at the front cannot send: it is empty, or has had its quantum.</summary>
    private void Pass(int index, ref Flow flow)
    {
        bool isEmpty = flow.First == None;
        if (flow.Place == Place.AmongNew)
        {
            RemoveFirstNew();
        }
        else
        {
            RemoveFirstOfStation(ref _stations[flow.Station]);
        }

        if (isEmpty && flow.Place == Place.WithStation)
        {
            Forget(ref flow);
            return;
        }

        // One that emptied while it was new goes through the others' round once before it is new again, or it could starve them.
        flow.Deficit += isEmpty ? 0 : Quantum;
        AppendToStation(index);
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

    private void AppendNew(int index)
    {
        _flows[index].Place = Place.AmongNew;
        _flows[index].Next = None;
        if (_newLast == None)
        {
            _newFirst = index;
        }
        else
        {
            _flows[_newLast].Next = (short)index;
        }

        _newLast = index;
    }

    private void RemoveFirstNew()
    {
        _newFirst = _flows[_newFirst].Next;
        _newLast = _newFirst == None ? None : _newLast;
    }

    private void AppendToStation(int index)
    {
        ref Flow flow = ref _flows[index];
        flow.Place = Place.WithStation;
        flow.Next = None;
        ref Station station = ref _stations[flow.Station];
        if (station.Last == None)
        {
            station.First = (short)index;
        }
        else
        {
            _flows[station.Last].Next = (short)index;
        }

        station.Last = (short)index;
        if (!station.IsInRing)
        {
            AppendToRing(flow.Station);
        }
    }

    private void RemoveFirstOfStation(ref Station station)
    {
        station.First = _flows[station.First].Next;
        station.Last = station.First == None ? (short)None : station.Last;
    }

    private void AppendToRing(int index)
    {
        _stations[index].IsInRing = true;
        _stations[index].Next = None;
        if (_ringLast == None)
        {
            _ringFirst = index;
        }
        else
        {
            _stations[_ringLast].Next = (short)index;
        }

        _ringLast = index;
    }

    private void RemoveFirstOfRing()
    {
        _stations[_ringFirst].IsInRing = false;
        _ringFirst = _stations[_ringFirst].Next;
        _ringLast = _ringFirst == None ? None : _ringLast;
    }

    /// <summary>One conversation: the slots that wait, oldest first, and where it stands in line.</summary>
    private struct Flow
    {
        public int First;
        public int Last;
        public int Count;
        public int Deficit;
        public CoDelState CoDel;
        public short Next;
        public short Station;
        public Place Place;
        public bool IsTcp;
    }

    /// <summary>The flows of one MAC address that are not new any more.</summary>
    private struct Station
    {
        public int Deficit;
        public short First;
        public short Last;
        public short Next;
        public bool IsInRing;
    }
}
