using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>Says how much of one connection may be in flight, besides what ngtcp2's congestion control says, and who may send it.</summary>
/// <remarks>Each turn begins with <see cref="Measure"/>; what it finds holds until the next.</remarks>
[SupportedOSPlatform("linux")]
internal sealed unsafe class SendBudget
{
    /// <summary>With so few bytes in flight the other side would acknowledge most of the window at once or wait for more that cannot come: a game's
    /// packets would then wait for up to a round trip. So it is asked.</summary>
    private const long SmallWindow = 2 * AckSchedule.AtOnce * NativeNgtcp2.NGTCP2_MAX_UDP_PAYLOAD_SIZE;

    /// <summary>So often in a round trip, if the window is small.</summary>
    private const int AsksInRoundTrip = 4;

    /// <summary>The share of the congestion window that is for those who send little. When packets were lost, or when BBR pauses, the window is no
    /// larger than what is in flight, and who has filled it gets on with every acknowledgement; a game's packet would wait up to a round trip for
    /// one, and then be too old.</summary>
    private const int ReservedShare = 8;

    /// <summary>Bytes of it, at least: the packet by which the others may exceed what is theirs.</summary>
    private const long SmallestReserve = Ngtcp2Engine.MaxUdpPayload;

    /// <summary>Before a pause of BBR the others fill so many eighths of half of the window. In the pause nothing leaves before what is in flight has
    /// shrunk to a few packets: the less that is, the sooner those who send little go on.</summary>
    private const int EasedEighths = 3;

    private readonly DatagramQueue _queue;
    private readonly BbrPauses _pauses;
    private readonly LossMeter _losses = new();
    private readonly CongestionWindow _window;
    private DelayGuard _delay = new();

    /// <summary>Bytes that this turn may still send.</summary>
    private long _left;

    /// <summary><see cref="BbrPauses"/> has nothing to say.</summary>
    private bool _isGuarded;

    /// <summary>The budget is what <see cref="DelayGuard"/> allows, since that is less than the window; or it has not said anything yet, and has to
    /// know that more was to be sent: on a slow path ten packets are a queue.</summary>
    private bool _isDelayBound;

    /// <summary>In this turn the probe of <see cref="BbrPauses"/> leaves.</summary>
    private bool _probes;

    /// <summary>Bytes in flight at the start of the turn.</summary>
    private long _inFlightBefore;

    /// <summary><see cref="LinkTraffic.BytesSent"/> when the last packet asked for an acknowledgement.</summary>
    private long _askedAt;

    /// <param name="queue">What waits to be sent; hears what the path is like.</param>
    /// <param name="now">In nanoseconds.</param>
    /// <param name="logger">See <see cref="CongestionWindow"/>; may be null.</param>
    public SendBudget(DatagramQueue queue, long now, ILogger? logger)
    {
        _queue = queue;
        _pauses = new BbrPauses(now, Ngtcp2Internals.AreKnown);
        _window = new CongestionWindow(Ngtcp2Internals.AreKnown, logger);
    }

    /// <summary>Nothing that must be acknowledged may leave, except what <see cref="Asks"/> says.</summary>
    public bool Holds { get; private set; }

    /// <summary>The next packet is to ask for an acknowledgement.</summary>
    public bool Asks { get; private set; }

    /// <summary>The time for ngtcp2 (<see cref="BbrPauses.Clock"/>).</summary>
    /// <param name="now">The true one, in nanoseconds.</param>
    public long Clock(long now) => _pauses.Clock(now);

    /// <summary>When to wake up for what is due at <paramref name="expiry"/> by that clock: where it would stand still, when it goes on.</summary>
    public long Defer(long expiry, long now) => !_pauses.IsWaiting(now) || expiry <= _pauses.ClockStops ? expiry : _pauses.WaitEnds;

    /// <summary>The path is another one: what was learnt about the old one is void.</summary>
    /// <param name="now">In nanoseconds.</param>
    public void Reset(long now)
    {
        _delay = new DelayGuard();
        _pauses.Reset(now);
        _losses.Reset();
    }

    /// <summary>A packet was read.</summary>
    /// <param name="connection">ngtcp2_conn.</param>
    /// <param name="now">In nanoseconds.</param>
    public void OnRead(nint connection, long now)
    {
        NativeNgtcp2.ConnInfo info;
        NativeNgtcp2.ConnGetConnInfo(connection, NativeNgtcp2.NGTCP2_CONN_INFO_V1, &info);
        _pauses.OnRead((long)info.LatestRtt, (long)info.BytesInFlight, (long)info.CongestionWindow, now);
    }

    /// <summary>At the start of a turn: how many bytes may join those that are in flight.</summary>
    /// <param name="connection">ngtcp2_conn.</param>
    /// <param name="traffic">So far.</param>
    /// <param name="now">The lane's.</param>
    /// <param name="nanoseconds">The same for BBR.</param>
    public void Measure(nint connection, in LinkTraffic traffic, TimeSpan now, long nanoseconds)
    {
        NativeNgtcp2.ConnInfo info;
        NativeNgtcp2.ConnGetConnInfo(connection, NativeNgtcp2.NGTCP2_CONN_INFO_V1, &info);
        long inFlight = (long)info.BytesInFlight;
        _losses.Update(traffic.DatagramsSent, traffic.DatagramsLost);
        if (!_losses.IsByChance)
        {
            _delay.NoteOverflow(now);
        }

        DelaySample sample = new(
            Nanoseconds.ToTimeSpan((ulong)_pauses.Correct((long)info.LatestRtt)), Nanoseconds.ToTimeSpan(info.SmoothedRtt),
            inFlight, traffic.BytesSent - inFlight, (long)info.CongestionWindow, now);
        _delay.Update(in sample);
        long window = RaiseWindow(connection, in info);
        _queue.RoundTrip = _delay.RoundTrip;

        long usable = window - Math.Max(window / ReservedShare, SmallestReserve);
        long limit = Math.Min(_delay.Limit, usable);
        BbrPauses.Advice advice = _pauses.Ask(Nanoseconds.From(_delay.RoundTrip), _delay.IsBusy, nanoseconds);
        _isGuarded = advice == BbrPauses.Advice.None;
        _queue.IsPaused = advice == BbrPauses.Advice.Ease;
        _probes = advice == BbrPauses.Advice.Probe;
        Holds = _probes || advice == BbrPauses.Advice.Wait;
        _inFlightBefore = inFlight;
        _isDelayBound = _isGuarded && (_delay.Limit <= usable || _delay.Limit == DelayGuard.NoLimit);
        if (advice == BbrPauses.Advice.Ease)
        {
            // What is left is for those who send little: they need not wait for the budget.
            limit = _pauses.IsPaused ? usable : Math.Min(limit, window / 2) / 8 * EasedEighths;
        }

        _left = Holds ? 0 : limit - inFlight;

        // On a near path nothing waits yet with half of it free, and each acknowledgement costs both sides a wake-up.
        bool fillsSmallWindow = limit < SmallWindow && (!_delay.IsNear || inFlight >= limit / 2);
        Asks = _probes || (!Holds && _queue.Count > 0 && fillsSmallWindow && traffic.BytesSent - _askedAt >= limit / AsksInRoundTrip);
        if (_left <= 0)
        {
            _queue.Settle();
        }
    }

    /// <summary>The datagram to send next, if it may be sent now.</summary>
    /// <param name="now">The lane's.</param>
    /// <param name="maxLength">Bytes that it may have.</param>
    /// <param name="datagram">See <see cref="DatagramQueue.TryPeek"/>.</param>
    public bool TryPeek(TimeSpan now, int maxLength, out Span<byte> datagram)
    {
        datagram = default;
        return !Holds && _queue.TryPeek(now, out datagram, maxLength)
            && (_left > 0 || _queue.IsNextSparse || (_isGuarded && _delay.IsNear && _queue.IsNextLate(now)));
    }

    /// <summary>A packet of so many bytes was written.</summary>
    public void Spend(int length) => _left -= length;

    /// <summary>It asks for an acknowledgement.</summary>
    /// <param name="bytesSent">Before it (<see cref="LinkTraffic.BytesSent"/>).</param>
    /// <param name="now">In nanoseconds.</param>
    public void OnAsked(long bytesSent, long now)
    {
        Asks = false;
        _askedAt = bytesSent;
        if (Holds)
        {
            _pauses.OnProbeSent(Nanoseconds.From(_delay.RoundTrip), now);
        }
    }

    /// <summary>The turn ends with something left to send.</summary>
    public void OnStopped()
    {
        if (_left <= 0 && _isDelayBound)
        {
            _delay.NoteInTheWay();
        }
    }

    /// <summary>At the end of a turn: while a probe of <see cref="BbrPauses"/> is alone on its way, ngtcp2 may still have had something of its own to
    /// send.</summary>
    /// <param name="connection">ngtcp2_conn.</param>
    public void GuardProbe(nint connection)
    {
        if (Holds && !_probes)
        {
            NativeNgtcp2.ConnInfo info;
            NativeNgtcp2.ConnGetConnInfo(connection, NativeNgtcp2.NGTCP2_CONN_INFO_V1, &info);
            if ((long)info.BytesInFlight > _inFlightBefore)
            {
                _pauses.Abandon();
            }
        }
    }

    /// <summary>The connection is about to be deleted.</summary>
    public void Forget() => _window.Forget();

    /// <summary>What the path has carried without a queue it carries still, whatever BBR makes of packets that were lost by chance; a quarter more,
    /// or it would never be seen to carry more. A near path has no such losses, and when BBR pauses it is to measure the round trip.</summary>
    /// <returns>The window, in bytes.</returns>
    private long RaiseWindow(nint connection, in NativeNgtcp2.ConnInfo info)
    {
        long window = (long)info.CongestionWindow;
        long carried = _delay.Proven / 4 * 5;
        if (carried <= window || _delay.IsNear || _pauses.IsPaused || !_losses.IsByChance)
        {
            return window;
        }

        if (!_window.TryFind(connection, in info))
        {
            return window;
        }

        _window.Raise(carried);
        return carried;
    }
}
