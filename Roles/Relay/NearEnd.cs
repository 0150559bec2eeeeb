using System.Net;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>The near half of a <see cref="FarLink"/>: sits on the real link and passes on.</summary>
internal sealed class NearEnd : IFrameLinkHandler
{
    /// <summary>Bytes of control messages that may wait for the room's worker: more than a hundred of those that a peer sends. The link of a peer
    /// that says more is closed.</summary>
    /// <remarks>Its rate is judged only where the room is, and while that worker is busy it could fill the memory.</remarks>
    public const int MaxWaitingControl = 128 * 1024;

    /// <summary>What a message takes beside its own bytes while it waits, about.</summary>
    private const int WaitingMessageCost = 200;

    /// <summary>How often it looks whether control messages have arrived when nobody waits for it any more
    /// (<see cref="DeliveryWait.Longest"/>).</summary>
    private static readonly TimeSpan LateDeliveryPollInterval = TimeSpan.FromMilliseconds(250);

    private readonly FarGate _gate;
    private readonly IFrameLink _link;
    private readonly FarLink _far;
    private readonly Action<PeerCounters> _ended;
    private readonly ILaneTimer _deliveryTimer;
    private readonly UnreadControl _unread = new();
    private IPEndPoint? _movedTo; // The link's lane sets it, the room's takes it.
    private int _waitingControl; // The link's lane adds, the room's takes away.
    private bool _isFull;
    private long _controlNumber;
    private TimeSpan _sentAt;

    public NearEnd(FarGate gate, int id, IFrameLink link, FarLink far, Action<PeerCounters> ended)
    {
        _gate = gate;
        Id = id;
        _link = link;
        _far = far;
        _ended = ended;
        _deliveryTimer = gate.LinkLane.CreateTimer(LookForDelivery);
    }

    public int Id { get; }

    public PeerCounters Counters => _link.Counters;

    public void LimitDatagrams(int length) => _link.LimitDatagrams(length);

    public void Send(DatagramHeader header, ReadOnlySpan<byte> body) => _link.Send(header, body);

    public void SendControl(byte[] message, long number)
    {
        _link.SendControl(message);
        _controlNumber = number;
        _sentAt = _gate.LinkLane.Now;
        LookForDelivery();
    }

    public void Close(CloseReason reason, string text) => _link.Close(reason, text);

    /// <summary>As <see cref="RelayPeer.CloseIfUnread"/>, which cannot see it from the room's worker. The log has it as the reason of the peer's
    /// leaving.</summary>
    public void CloseIfUnread()
    {
        if (_unread.IsTooOld(_link.ControlProgress, _gate.LinkLane.Now))
        {
            _link.Close(CloseReason.ProtocolError, UnreadControl.Text);
        }
    }

    public void OnConnected(IFrameLink link)
    {
        // It was connected when it was handed over.
    }

    public void OnDatagram(IFrameLink link, ReadOnlySpan<byte> datagram)
    {
        if (!_gate.TrySendUp(Id, datagram))
        {
            _link.Counters.Drop(DropReason.QueueFull);
        }
    }

    public void OnControl(IFrameLink link, ReadOnlySpan<byte> message)
    {
        int cost = message.Length + WaitingMessageCost;
        if (_isFull || Interlocked.Add(ref _waitingControl, cost) > MaxWaitingControl)
        {
            _isFull = true;
            _link.Close(CloseReason.ProtocolError, "too many control messages");
            return;
        }

        byte[] copy = message.ToArray();
        _gate.RoomLane.Post(() =>
        {
            Interlocked.Add(ref _waitingControl, -cost);
            _far.OnControl(copy);
        });
    }

    /// <summary>Posted once however often the peer moves meanwhile: it may change its port with each packet.</summary>
    public void OnRemoteEndPointChanged(IFrameLink link)
    {
        if (Interlocked.Exchange(ref _movedTo, link.RemoteEndPoint) is null)
        {
            _gate.RoomLane.Post(() => _far.OnMoved(Interlocked.Exchange(ref _movedTo, null)!));
        }
    }

    public void OnClosed(IFrameLink link, LinkClosed closed)
    {
        _deliveryTimer.Dispose();
        _gate.Close(this);
        _ended(link.Counters);
        _gate.RoomLane.Post(() => _far.OnClosed(closed));
    }

    private void LookForDelivery()
    {
        if (_link.HasUndeliveredControl)
        {
            _deliveryTimer.Set(_gate.LinkLane.Now - _sentAt < DeliveryWait.Longest ? DeliveryWait.PollInterval : LateDeliveryPollInterval);
        }
        else
        {
            long number = _controlNumber;
            _gate.RoomLane.Post(() => _far.OnControlDelivered(number));
        }
    }
}
