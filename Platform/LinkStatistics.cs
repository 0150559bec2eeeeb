namespace Softlan.Platform;

/// <summary>A snapshot of a link's path. Times are zero before the first measurement.</summary>
internal readonly record struct LinkStatistics(
    TimeSpan LatestRtt,
    TimeSpan MinRtt,
    TimeSpan SmoothedRtt,
    long PacketsSent,
    long PacketsReceived,
    long BytesSent,
    long BytesReceived,
    long DatagramsLost,
    long CongestionWindow,
    long BytesInFlight);
