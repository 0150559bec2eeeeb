using System.Runtime.Versioning;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>What one connection has carried since it began: ngtcp2 counts none of it.</summary>
[SupportedOSPlatform("linux")]
internal struct LinkTraffic
{
    public long PacketsSent;
    public long BytesSent;
    public long DatagramsSent;
    public long DatagramsLost;
    public long PacketsReceived;
    public long BytesReceived;

    /// <summary>Together with what ngtcp2 knows about the path.</summary>
    public readonly LinkStatistics ToStatistics(in NativeNgtcp2.ConnInfo info) => new(
        Nanoseconds.ToTimeSpan(info.LatestRtt),
        info.MinRtt == ulong.MaxValue ? default : Nanoseconds.ToTimeSpan(info.MinRtt),
        Nanoseconds.ToTimeSpan(info.SmoothedRtt),
        PacketsSent,
        PacketsReceived,
        BytesSent,
        BytesReceived,
        DatagramsLost,
        (long)info.CongestionWindow,
        (long)info.BytesInFlight);
}
