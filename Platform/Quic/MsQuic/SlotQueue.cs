namespace Softlan.Platform.Quic.MsQuic;

/// <summary>Datagrams that msquic gave back and that wait on the lane, oldest first. It has no bound of its own: what it holds was in msquic's window
/// before, and grows too old.</summary>
internal unsafe struct SlotQueue
{
    private DatagramSlot* _first;
    private DatagramSlot* _last;

    /// <summary>Nothing waits.</summary>
    public readonly bool IsEmpty => _first is null;

    /// <summary>In its place by <see cref="DatagramSlot.Id"/>, which grows: msquic may give back in several goes, while some of what it gave back
    /// before was not tried again. The slot is the queue's from here on.</summary>
    public void Add(DatagramSlot* slot)
    {
        DatagramSlot* before = _last;
        if (before is not null && before->Id > slot->Id)
        {
            before = null;
            for (DatagramSlot* next = _first; next->Id < slot->Id; next = next->Next)
            {
                before = next;
            }
        }

        slot->Next = before is null ? _first : before->Next;
        _last = slot->Next is null ? slot : _last;
        if (before is null)
        {
            _first = slot;
        }
        else
        {
            before->Next = slot;
        }
    }

    /// <summary>The oldest, which is the caller's then; null: there is none.</summary>
    public DatagramSlot* Take()
    {
        DatagramSlot* slot = _first;
        if (slot is not null)
        {
            _first = slot->Next;
            _last = _first is null ? null : _last;
        }

        return slot;
    }
}
