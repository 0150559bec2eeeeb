namespace Softlan.Platform.Quic;

/// <summary>What a connection has measured since <see cref="DelayGuard"/> was last told.</summary>
/// <param name="RoundTrip">Of the latest packet that was acknowledged; zero before the first.</param>
/// <param name="Smoothed">The average of the latest, without the time that the other side took to acknowledge (RFC 9002, section 5.3).</param>
/// <param name="InFlight">Bytes.</param>
/// <param name="Gone">Bytes that have been sent and are not in flight any more, since the connection began.</param>
/// <param name="Window">Bytes that congestion control allows in flight.</param>
/// <param name="Now">Monotonic.</param>
internal readonly record struct DelaySample(TimeSpan RoundTrip, TimeSpan Smoothed, long InFlight, long Gone, long Window, TimeSpan Now);
