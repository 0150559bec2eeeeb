namespace Softlan.Platform.Quic.Ngtcp2;

// An acknowledgement of its own costs both sides a packet and a wake-up. It rides on whatever else is sent (OnWrite); where nothing is, it waits for
// company, but never so long that a sender whose window is small must wait for it:
//
//   a packet that asks, or the 16th         at once
//   the fourth and later, after 16 ms       with that packet; where none comes, at the same time without
//   fewer, which nobody waits for           after 45 ms, unless a game's next packet takes it along

/// <summary>Decides when what a link has received is acknowledged. Times are nanoseconds of the loop's clock.</summary>
internal sealed class AckSchedule
{
    /// <summary>Packets in flight that every congestion control allows (RFC 9002, section 7.2, and BBR's minimum): with fewer unacknowledged the
    /// other side does not wait for us.</summary>
    public const int SmallestWindow = 4;

    /// <summary>So many packets are acknowledged at once: a bulk transfer's clock.</summary>
    public const int AtOnce = 16;

    /// <summary>In nanoseconds: a little less than the max_ack_delay that we announce, so that the other side never probes for it. Longer than the
    /// pause between two packets of a game at 30 Hz, on which the acknowledgement then rides.</summary>
    public const long LongDelay = 45_000_000;

    /// <summary>In nanoseconds: some 60 acknowledgements a second for a flow that is neither sparse nor bulk; each costs both sides a wake-up, and a
    /// sender whose window is small asks when it wants one. What has waited for so long is acknowledged with the next packet that comes: that needs
    /// no wake-up of its own, and the round trip of that packet has no waiting in it. Where none comes, soon after.</summary>
    public const long ShortDelay = 16_000_000;

    /// <summary>The same where the other side has never asked for one: it may be of another engine, which does not.</summary>
    public const long UnaskedDelay = 8_000_000;

    /// <summary>The other side asks for acknowledgements when it needs one.</summary>
    private bool _isAsked;

    /// <summary>What the packet that is being read has brought.</summary>
    private Received _brought;

    /// <summary>It has brought something of the control stream.</summary>
    private bool _hasControl;

    /// <summary>What packets of this turn brought that no write has dealt with.</summary>
    private Received _postponed;

    /// <summary>Packets with datagrams since the last write. What comes on the stream is answered at once.</summary>
    private int _unacknowledged;

    /// <summary>When the first of them came.</summary>
    private long _since;

    [Flags]
    private enum Received
    {
        Nothing = 0,

        /// <summary>Datagrams.</summary>
        Data = 1,

        /// <summary>Only the QUIC library knows what: acknowledgements, which need no answer, or probes of the path, which are waited for.</summary>
        Other = 2,

        /// <summary>Whoever sent it waits for the acknowledgement.</summary>
        AckRequest = 4,
    }

    /// <summary>When a write must follow at the latest; <see cref="long.MaxValue"/>: nothing waits.</summary>
    public long Due { get; private set; } = long.MaxValue;

    private long Delay => _isAsked ? ShortDelay : UnaskedDelay;

    /// <summary>A packet is going to be read.</summary>
    public void BeginPacket()
    {
        _brought = Received.Nothing;
        _hasControl = false;
    }

    /// <summary>It has something of the control stream. Whoever sent that may wait until it has arrived
    /// (<see cref="QuicConnection.HasUndeliveredControl"/>), and an acknowledgement alone would wait for company.</summary>
    /// <returns>The first of the packet, of however many frames it is made: something is to be sent that takes the acknowledgement along.</returns>
    public bool OnControl()
    {
        bool isFirst = !_hasControl;
        _hasControl = true;
        return isFirst;
    }

    /// <summary>It has a datagram.</summary>
    /// <param name="asks">Which asks for an acknowledgement.</param>
    public void OnDatagram(bool asks) => _brought |= asks ? Received.Data | Received.AckRequest : Received.Data;

    /// <summary>It was read.</summary>
    /// <returns>What came is to be acknowledged in this turn.</returns>
    public bool EndPacket(long now)
    {
        if (_brought == Received.Nothing)
        {
            return false;
        }

        _since = _unacknowledged == 0 ? now : _since;
        _unacknowledged++;
        bool asks = (_brought & Received.AckRequest) != 0;
        _isAsked |= asks;
        return asks || _unacknowledged >= AtOnce || (_unacknowledged >= SmallestWindow && now - _since >= Delay);
    }

    /// <summary>Nothing is to be written for this packet now: <see cref="Settle"/> follows at the end of the turn.</summary>
    public void Postpone() => _postponed |= _brought == Received.Nothing ? Received.Other : _brought;

    /// <summary>The turn ends, and nothing was written in it.</summary>
    /// <returns>A packet brought something else than datagrams: the library's own timers may have changed.</returns>
    public bool Settle(long now)
    {
        Received received = _postponed;
        _postponed = Received.Nothing;
        if ((received & Received.Data) != 0)
        {
            Due = Math.Min(Due, now + (_unacknowledged < SmallestWindow ? LongDelay : Delay));
        }

        return (received & Received.Other) != 0;
    }

    /// <summary>Packets are going to be written, and the first takes the acknowledgements along.</summary>
    public void OnWrite()
    {
        _unacknowledged = 0;
        _postponed = Received.Nothing;
        Due = long.MaxValue;
    }
}
