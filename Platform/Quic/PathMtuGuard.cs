using Softlan.Wire;

namespace Softlan.Platform.Quic;

/// <summary>Notices that large packets no longer pass a path on which they used to pass (a black hole), and when they may be tried again.</summary>
/// <remarks>
/// ngtcp2 discovers how large packets may be but never takes a size back on the same path. A route change, a VPN or a PPPoE
/// reconnect can lower the path's MTU, and without this guard every full frame would then vanish while small ones arrive.
/// <para>A large datagram counts as evidence only if no large one that was sent later has been acknowledged: a burst lost to congestion is followed
/// by survivors, a black hole is not. When the path was gone altogether for a while, all that was under way is declared lost with the first packet
/// that arrives again, and often that is a small one; so one packet cannot show a black hole.</para>
/// </remarks>
internal sealed class PathMtuGuard
{
    /// <summary>Large datagrams in a row that must be lost. Fewer could be chance; more would prolong the outage.</summary>
    public const int LossesUntilFallback = 6;

    /// <summary>So many of them count that one packet, or one timer, has shown. What is lost beyond that counts for nothing; a black hole goes on
    /// losing.</summary>
    public const int MostLossesAtOnce = LossesUntilFallback - 1;

    /// <summary>First pause before large packets are tried again; it doubles with each failure.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    /// <summary>Pause after a try that congestion control or pacing did not let out.</summary>
    public static readonly TimeSpan Postponement = TimeSpan.FromMilliseconds(20);

    /// <summary>Longest pause between tries.</summary>
    public static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(2);

    private ulong _nextId = 2;
    private ulong _lastLargeAcknowledged;
    private int _losses;
    private int _lossesAtOnce;
    private TimeSpan _retryDelay = FirstRetry;

    /// <summary>Large packets do not pass: stay at 1200 bytes.</summary>
    public bool IsBlackHole { get; private set; }

    /// <summary>When a padding datagram of full size should be sent; meaningful while <see cref="IsBlackHole"/>.</summary>
    public TimeSpan RetryAt { get; private set; }

    /// <summary>Makes the id under which ngtcp2 reports a datagram's fate. Ids grow; the lowest bit says whether its packet is a large one.</summary>
    public ulong NextId(bool isLarge)
    {
        ulong id = _nextId | (isLarge ? 1UL : 0);
        _nextId += 2;
        return id;
    }

    /// <summary>The peer acknowledged a datagram.</summary>
    /// <returns>True when that ends a black hole.</returns>
    public bool OnAcknowledged(ulong id)
    {
        if ((id & 1) == 0)
        {
            return false;
        }

        bool ended = IsBlackHole;
        _lastLargeAcknowledged = Math.Max(_lastLargeAcknowledged, id);
        _losses = 0;
        IsBlackHole = false;
        return ended;
    }

    /// <summary>A packet has come, or a timer has run out: what is declared lost until the next is one observation.</summary>
    public void BeginObservation() => _lossesAtOnce = 0;

    /// <summary>A datagram was declared lost. ngtcp2 does so only when something else arrived, so the path is alive.</summary>
    /// <returns>True when that shows a black hole.</returns>
    public bool OnLost(ulong id, TimeSpan now)
    {
        if ((id & 1) == 0 || id < _lastLargeAcknowledged || IsBlackHole || _lossesAtOnce == MostLossesAtOnce)
        {
            return false;
        }

        _lossesAtOnce++;
        if (++_losses < LossesUntilFallback)
        {
            return false;
        }

        IsBlackHole = true;
        _retryDelay = FirstRetry;
        RetryAt = now + _retryDelay;
        return true;
    }

    /// <summary>A padding datagram could not be sent now, which says nothing about the path.</summary>
    public void OnPostponed(TimeSpan now) => RetryAt = now + Postponement;

    /// <summary>A padding datagram was sent to try again; the next one follows after twice the pause.</summary>
    public void OnRetried(TimeSpan now)
    {
        _retryDelay = TimeSpans.Min(_retryDelay * 2, LongestRetry);
        RetryAt = now + _retryDelay;
    }

    /// <summary>The path is another one: what was learnt about the old one is void.</summary>
    public void Reset()
    {
        IsBlackHole = false;
        _losses = 0;
        _lossesAtOnce = 0;
        _lastLargeAcknowledged = _nextId;
        _retryDelay = FirstRetry;
    }
}
