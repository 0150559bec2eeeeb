using System.Collections.Concurrent;
using System.Net;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>The mailbox: what msquic's thread leaves and the lane reads. Counters have one writer, so a plain increment with a volatile write is
/// enough.</summary>
internal sealed unsafe partial class MsQuicConnection
{
    /// <summary>Datagrams of one connection that may wait for the lane: 1.5 MiB, 10 ms of 1.2 Gbit/s. More are dropped as QueueFull.</summary>
    private const int MaxReceived = 1024;

    /// <summary>Control bytes that may wait for the lane. Beyond it msquic is told to hold the stream, and its flow control tells the peer.</summary>
    private const int MaxControlWaiting = 256 * 1024;

    /// <summary>Statistics are asked for at most this often; each time costs a copy inside msquic.</summary>
    private static readonly TimeSpan StatisticsInterval = TimeSpan.FromMilliseconds(100);

    private SlotList _received;
    private SlotList _canceled;
    private int _receivedCount;
    private long _overflow;
    private long _lost;
    private long _handedOver;
    private long _sent;
    private long _givenBack;
    private long _finished;
    private long _bytesInFlight;
    private ulong _lastAcknowledged;
    private long _largeLosses;
    private long _lastLargeLost;
    private long _largeAcknowledged;
    private long _lastLargeAcknowledged;
    private int _wantsNotice;
    private int _wantsSettled;
    private readonly ConcurrentQueue<byte[]> _control = new();
    private readonly ControlRoom _controlRoom = new(MaxControlWaiting);
    private long _controlBytesAcknowledged;
    private bool _isControlGivenUp;
    private int _controlSends;
    private bool _isConnected;
    private bool _isControlEnded;
    private bool _isComplete;
    private int _maxSendLength = -1;
    private int _announcedLength;
    private int _announcedMtu;
    private long _pathChanges;
    private IPEndPoint? _remote;
    private IPEndPoint? _local;
    private int _isRefreshing;
    private int _endStatus;
    private ulong _endError;
    private bool _isEndByPeer;
    private bool _hasEnd;

    public bool IsConnected => Volatile.Read(ref _isConnected);

    /// <summary>msquic has nothing more to say about it; the handles may be closed.</summary>
    public bool IsComplete => Volatile.Read(ref _isComplete);

    /// <summary>The peer ended its half of the control stream.</summary>
    public bool IsControlEnded => Volatile.Read(ref _isControlEnded);

    /// <summary>The longest datagram that fits now, according to path and peer; 0 when the peer takes none. Known once connected.</summary>
    public int MaxSendLength => Volatile.Read(ref _maxSendLength);

    /// <summary>How often the other side came from another address.</summary>
    public long PathChanges => Volatile.Read(ref _pathChanges);

    /// <summary>Where the other side was seen last; null where it is still what it was at first.</summary>
    public IPEndPoint? Remote => Volatile.Read(ref _remote);

    /// <summary>This side's address on the connection; null before it is known.</summary>
    public IPEndPoint? Local => Volatile.Read(ref _local);

    /// <summary>Datagrams that msquic wrote into packets.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Datagrams that msquic gave back unsent.</summary>
    public long GivenBack => Volatile.Read(ref _givenBack);

    /// <summary>Datagrams that msquic has neither written nor given back yet. On the lane.</summary>
    public long Unsettled => _handedOver - GivenBack - Sent;

    /// <summary>Datagrams that the peer acknowledged or that got lost: congestion control has room again.</summary>
    public long Finished => Volatile.Read(ref _finished);

    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Of datagrams that are sent and neither acknowledged nor lost.</summary>
    public long BytesInFlight => Volatile.Read(ref _bytesInFlight);

    /// <summary>Large datagrams that were declared lost, and the id of the last.</summary>
    public (long Count, ulong LastId) LargeLosses => (Volatile.Read(ref _largeLosses), (ulong)Volatile.Read(ref _lastLargeLost));

    /// <summary>Large datagrams that were acknowledged, also those that were thought to be lost, and the youngest one's id.</summary>
    public (long Count, ulong LastId) LargeAcknowledged => (Volatile.Read(ref _largeAcknowledged), (ulong)Volatile.Read(ref _lastLargeAcknowledged));

    /// <summary>Control bytes, from the beginning, that the peer has acknowledged. msquic does not read them any more.</summary>
    public long ControlBytesAcknowledged => Volatile.Read(ref _controlBytesAcknowledged);

    /// <summary>The connection or its control stream is on its way down, and msquic sends nothing more of what is unacknowledged.</summary>
    public bool IsControlGivenUp => Volatile.Read(ref _isControlGivenUp);

    /// <summary>How it ended, once <see cref="IsComplete"/>. Status, QUIC error code, whether the peer's application closed, and its words.</summary>
    public (int Status, ulong Error, bool IsByPeer, string Text) Ending { get; private set; } = (0, 0, false, "");

    /// <summary>Asks for an entry into the lane at the next final state; until then such states are only counted. On the lane: set it, then look at
    /// the counters once more.</summary>
    public void WantNotice() => Interlocked.Exchange(ref _wantsNotice, 1);

    /// <summary>Asks for an entry into the lane when nothing is <see cref="Unsettled"/>. On the lane: set it, then look once more.</summary>
    public void WantSettled() => Interlocked.Exchange(ref _wantsSettled, 1);

    /// <summary>Takes what has arrived, oldest first. On the lane, which returns the slots one by one.</summary>
    public DatagramSlot* TakeReceived() => _received.TakeAll();

    public void ReturnReceived(DatagramSlot* slot)
    {
        _engine.Slots.Return(slot);
        Interlocked.Decrement(ref _receivedCount);
    }

    /// <summary>Takes datagrams that msquic gave back unsent, oldest first. On the lane, which owns them now.</summary>
    public DatagramSlot* TakeCanceled() => _canceled.TakeAll();

    /// <summary>Datagrams that arrived and were dropped since the last call.</summary>
    public long TakeOverflow() => Volatile.Read(ref _overflow) == 0 ? 0 : Interlocked.Exchange(ref _overflow, 0);

    public bool TryTakeControl(out byte[] bytes)
    {
        if (!_control.TryDequeue(out bytes!))
        {
            bytes = [];
            return false;
        }

        // What had to be held comes in again once half of the room is free.
        if (_controlRoom.Take(bytes.Length) && Volatile.Read(ref _isShutdownIssued) == 0)
        {
            _ = _api->StreamReceiveSetEnabled(_stream, 1);
        }

        return true;
    }

    /// <summary>After the handles are closed: nobody adds any more.</summary>
    private void ReturnSlots()
    {
        ReturnAll(_received.TakeAll());
        ReturnAll(_canceled.TakeAll());
    }

    private void ReturnAll(DatagramSlot* slot)
    {
        while (slot is not null)
        {
            DatagramSlot* next = slot->Next;
            _engine.Slots.Return(slot);
            slot = next;
        }
    }
}
