namespace Softlan.Wire;

/// <summary>How long frames may wait for a link.</summary>
/// <param name="MaxAge">A frame that has waited longer is dropped as <see cref="DropReason.TooOld"/>: late Ethernet is worse than lost Ethernet. For
/// TCP, to which late is better than lost, it bounds what stands in the queue.</param>
/// <param name="RoundTrip">Of the link, as far as it is known. TCP needs a queue of a part of its round trip, or a hint to slow down leaves the link
/// idle; more only makes it slower.</param>
/// <param name="IsPaused">The link sends less than it could, for a moment and to measure something. No TCP is hinted to slow down for that.</param>
internal readonly record struct QueueLimits(TimeSpan MaxAge, TimeSpan RoundTrip = default, bool IsPaused = false)
{
    /// <summary>10 ms: less than a frame of a game at 60 Hz.</summary>
    public static readonly TimeSpan DefaultMaxAge = TimeSpan.FromMilliseconds(10);

    // What follows from these two is reckoned once, for it is asked with every frame; so neither can be changed alone.
    public TimeSpan MaxAge { get; } = MaxAge;

    public TimeSpan RoundTrip { get; } = RoundTrip;

    /// <summary>How long a TCP segment may wait, while a link that has become slow for a moment recovers: then it is dropped as
    /// <see cref="DropReason.TooOld"/> too. TCP has fewer in the queue than it may have on the way, so this is seldom reached.</summary>
    public TimeSpan MaxAgeOfTcp { get; } = 10 * MaxAge;

    /// <summary>Waiting that CoDel tolerates for ever in a flow of TCP: what the queue must hold so that TCP, slowed down to 0.7 (RFC 9438, section
    /// 4.6), still fills the link.</summary>
    public TimeSpan TcpTarget { get; } = TimeSpans.Clamp(RoundTrip / 2, MaxAge / 5, MaxAge);

    /// <summary>How long TCP's target may be exceeded (RFC 8289, section 4.3): longer than the time for which BBR sends at half the rate, every five
    /// seconds, to measure the round trip (ProbeRTT, 200 ms and a round trip). No TCP has to slow down for that, and nobody else waits for a queue of
    /// TCP's.</summary>
    public TimeSpan TcpInterval { get; } = 25 * MaxAge;

    /// <summary>What is tolerated for ever in any other flow. Half of what is allowed at all, so that the hint comes before the bound hits many
    /// packets at once.</summary>
    public TimeSpan Target { get; } = MaxAge / 2;

    /// <summary>How long that target may be exceeded: the bound leaves little room above it.</summary>
    public TimeSpan Interval { get; } = 4 * MaxAge;
}
