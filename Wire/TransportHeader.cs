namespace Softlan.Wire;

/// <summary>Where things stand in TCP (RFC 9293, section 3.1) and UDP (RFC 768) headers, in bytes from the header's start.</summary>
internal static class TransportHeader
{
    /// <summary>Source and destination port, in both.</summary>
    public const int PortsLength = 4;

    /// <summary>In both.</summary>
    public const int DestinationPort = 2;

    public const int MinTcpLength = 20;
    public const int TcpSequence = 4;
    public const int TcpDataOffset = 12;
    public const int TcpFlags = 13;
    public const int TcpChecksum = 16;

    public const byte Fin = 0x01;
    public const byte Syn = 0x02;
    public const byte Rst = 0x04;
    public const byte Psh = 0x08;
    public const byte Ack = 0x10;
    public const byte Urg = 0x20;
    public const byte Cwr = 0x80;

    /// <summary>Of the UDP header.</summary>
    public const int UdpLength = 8;

    /// <summary>Of header and payload.</summary>
    public const int UdpLengthField = 4;

    public const int UdpChecksum = 6;

    /// <summary>Bytes of the TCP header, from the upper four bits of its data offset byte; below <see cref="MinTcpLength"/> where it lies.</summary>
    public static int TcpLength(byte dataOffset) => (dataOffset >> 4) * 4;
}
