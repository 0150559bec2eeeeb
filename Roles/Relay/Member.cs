using System.Net;
using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Relay;

/// <summary>Somebody who has a seat in a room: who it is to the others, how far it has come, and the way to it.</summary>
/// <remarks>Only its <see cref="Room"/> changes what is said of it here, and <see cref="MoveReport"/> where it is said to be.</remarks>
internal sealed class Member
{
    private readonly IFrameLink _link;
    private readonly FrameSender _sender;
    private readonly DeliveryWait _delivery;
    private long _rateLimitedTaken;

    /// <param name="room">Where it sits.</param>
    /// <param name="seat">Nobody else's from now on.</param>
    /// <param name="hello">What it announced.</param>
    /// <param name="limits">Of the seat.</param>
    /// <param name="link">To it.</param>
    /// <param name="lane">The room's.</param>
    public Member(Room room, Seat seat, HelloMessage hello, SendLimits limits, IFrameLink link, ILane lane)
    {
        _link = link;
        _sender = new FrameSender(link);
        _delivery = new DeliveryWait(lane);
        Room = room;
        Seat = seat;
        Limits = limits;
        Id = seat.Id;
        IsGateway = hello.Role == PeerRole.Gateway;
        Mac = IsGateway ? MacAddress.Zero : hello.Mac;
        Info = new PeerInfo(Id, hello.Role, Mac, hello.Name);
        ToldAddress = link.RemoteEndPoint.Address;
    }

    public Room Room { get; }

    public Seat Seat { get; }

    public SendLimits Limits { get; }

    public ushort Id { get; }

    public bool IsGateway { get; }

    /// <summary>Zero for a gateway, which speaks for every MAC of its LAN.</summary>
    public MacAddress Mac { get; }

    /// <summary>As the others know it.</summary>
    public PeerInfo Info { get; }

    public MemberState State { get; private set; }

    /// <summary>What it sends is forwarded, and it hears who comes and who goes.</summary>
    public bool IsJoined => State is MemberState.Welcomed or MemberState.Active;

    /// <summary>The players have been told of it, or are being told.</summary>
    public bool IsAnnounced { get; set; }

    /// <summary>A machine on the gateway's LAN has its MAC: nothing that it sends goes further, and what is for that MAC is for the LAN. To the
    /// players it has left.</summary>
    public bool IsOutside { get; set; }

    public PeerCounters Counters => _link.Counters;

    public IPEndPoint RemoteEndPoint => _link.RemoteEndPoint;

    /// <summary>Where the operator was last told that it is.</summary>
    public IPAddress ToldAddress { get; set; }

    /// <summary>How often it may be told: one who writes another address into each packet shall not be the only one of whom it is.</summary>
    public TokenBucket MoveLines { get; } = new(ratePerSecond: 1 / 30.0, burst: 4);

    public void BecomeWelcomed() => State = MemberState.Welcomed;

    public void BecomeActive() => State = MemberState.Active;

    /// <summary>It is no member any more, and waits for nothing.</summary>
    public void Leave()
    {
        State = MemberState.Left;
        _delivery.Cancel();
    }

    /// <summary>Ends the link, after it has left.</summary>
    public void Close(CloseReason reason, string text) => _link.Close(reason, text);

    public void SendControl(ReadOnlySpan<byte> message) => _link.SendControl(message);

    /// <summary>Calls <paramref name="delivered"/> once all that <paramref name="told"/> was sent on its control stream has arrived, unless this
    /// member leaves first.</summary>
    public void WaitForDelivery(Member told, Action delivered) => _delivery.Begin(told._link, delivered);

    /// <summary>Sends a frame of another member. Borrows it.</summary>
    /// <returns>Why it was not taken, counted by the link; None when it was.</returns>
    public DropReason SendFrame(ushort source, ReadOnlySpan<byte> frame) => _sender.Send(source, frame);

    /// <summary>Sends a probe or its reply.</summary>
    public void SendProbe(DatagramKind kind, ushort source, ReadOnlySpan<byte> body) => _link.Send(new DatagramHeader(kind, 0, source), body);

    /// <summary>Frames dropped as <see cref="DropReason.RateLimited"/> since the last call.</summary>
    public long TakeRateLimited()
    {
        long before = _rateLimitedTaken;
        _rateLimitedTaken = Counters.Dropped(DropReason.RateLimited);
        return _rateLimitedTaken - before;
    }
}
