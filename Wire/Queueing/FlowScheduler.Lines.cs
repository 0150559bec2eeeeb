namespace Softlan.Wire;

/// <summary>The lines in which flows and stations stand: lists that are linked through the tables, so that nothing is allocated.</summary>
internal sealed partial class FlowScheduler
{
    private void AppendNew(int index)
    {
        _flows[index].IsAmongNew = true;
        _flows[index].NextNew = None;
        if (_newLast == None)
        {
            _newFirst = index;
        }
        else
        {
            _flows[_newLast].NextNew = (short)index;
        }

        _newLast = index;
    }

    private void RemoveFirstNew()
    {
        _flows[_newFirst].IsAmongNew = false;
        _newFirst = _flows[_newFirst].NextNew;
        _newLast = _newFirst == None ? None : _newLast;
    }

    private void AppendToStation(int index)
    {
        ref Flow flow = ref _flows[index];
        flow.IsWithStation = true;
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
        _flows[station.First].IsWithStation = false;
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
        public short NextNew;
        public short Station;
        public bool IsAmongNew;
        public bool IsWithStation;
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
