namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>What one connection has carried since it began: ngtcp2 counts none of it.</summary>
internal struct LinkTraffic
{
    public long PacketsSent;
    public long BytesSent;
    public long DatagramsSent;
    public long DatagramsLost;
    public long PacketsReceived;
    public long BytesReceived;
}
