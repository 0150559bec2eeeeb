namespace Softlan.Wire;

/// <summary>How long frames may wait for a link.</summary>
/// <param name="MaxAge">A frame that has waited longer is dropped as <see cref="DropReason.TooOld"/>: late Ethernet is worse than lost Ethernet.</param>
internal readonly record struct QueueLimits(TimeSpan MaxAge)
{
    /// <summary>10 ms: less than a frame of a game at 60 Hz.</summary>
    public static readonly TimeSpan DefaultMaxAge = TimeSpan.FromMilliseconds(10);

    /// <summary>Waiting that CoDel tolerates for ever. Half of what is allowed at all, so that TCP gets its gentle hint before the hard bound hits many packets at once.</summary>
    public TimeSpan Target { get; } = MaxAge / 2;

    /// <summary>How long the target may be exceeded (RFC 8289, section 4.3: the longest usual round trip). A party's players are near, and the hard bound leaves little room above the target.</summary>
    public TimeSpan Interval { get; } = MaxAge * 4;
}
