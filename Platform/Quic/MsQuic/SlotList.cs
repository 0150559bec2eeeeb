namespace Softlan.Platform.Quic.MsQuic;

/// <summary>Datagrams that one thread hands to another: added one by one, taken all at once in the order in which they were added. No lock, no
/// allocation.</summary>
internal unsafe struct SlotList
{
    // A stack of which only the top is shared; taking everything leaves nothing for others to trip over, so there is no ABA.
    private nint _newest;

    /// <returns>Whether the list was empty: then the taker has to be told.</returns>
    public bool Add(DatagramSlot* slot)
    {
        nint newest = Volatile.Read(ref _newest);
        while (true)
        {
            slot->Next = (DatagramSlot*)newest;
            nint found = Interlocked.CompareExchange(ref _newest, (nint)slot, newest);
            if (found == newest)
            {
                return newest == 0;
            }

            newest = found;
        }
    }

    /// <returns>The oldest, with the others behind it; null when there is none.</returns>
    public DatagramSlot* TakeAll()
    {
        DatagramSlot* reversed = Volatile.Read(ref _newest) == 0 ? null : (DatagramSlot*)Interlocked.Exchange(ref _newest, 0);
        DatagramSlot* oldest = null;
        while (reversed is not null)
        {
            DatagramSlot* slot = reversed;
            reversed = slot->Next;
            slot->Next = oldest;
            oldest = slot;
        }

        return oldest;
    }
}
