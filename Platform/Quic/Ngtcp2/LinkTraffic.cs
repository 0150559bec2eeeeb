using System.Runtime.Versioning;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>What one connection has carried since it began: ngtcp2 counts none of it.</summary>
[SupportedOSPlatform("linux")]
internal unsafe struct LinkTraffic
{
    public long PacketsSent;
    public long BytesSent;
    public long DatagramsSent;
    public long DatagramsLost;
    public long PacketsReceived;
    public long BytesReceived;

    /// <summary>Together with what ngtcp2 knows about the path.</summary>
    /// <param name="connection">ngtcp2_conn; 0: it is gone, and what it knew with it.</param>
    public readonly LinkStatistics ToStatistics(nint connection)
    {
        NativeNgtcp2.ConnInfo info = default;
        if (connection != 0)
        {
            NativeNgtcp2.ConnGetConnInfo(connection, NativeNgtcp2.NGTCP2_CONN_INFO_V1, &info);
        }

        return new LinkStatistics(
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
}
