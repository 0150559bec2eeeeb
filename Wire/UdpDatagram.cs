using System.Buffers.Binary;

namespace Softlan.Wire;

/// <summary>What is read from a UDP datagram (RFC 768).</summary>
internal static class UdpDatagram
{
    /// <summary>Takes the payload of a datagram to a port. The UDP header says how long it is, as it does to the port's socket.</summary>
    /// <param name="udp">The payload of an IP packet, which is no later fragment. Of any length.</param>
    /// <param name="port">Where it must go.</param>
    /// <param name="minLength">What the payload must have, in bytes.</param>
    /// <param name="message">At least <paramref name="minLength"/> bytes.</param>
    /// <returns>False: it goes elsewhere, is too short, or says that it is longer than what is there.</returns>
    public static bool TryTake(ReadOnlySpan<byte> udp, ushort port, int minLength, out ReadOnlySpan<byte> message)
    {
        message = default;
        if (udp.Length < TransportHeader.UdpLength + minLength
            || BinaryPrimitives.ReadUInt16BigEndian(udp[TransportHeader.DestinationPort..]) != port)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(udp[TransportHeader.UdpLengthField..]);
        if (length > udp.Length || length < TransportHeader.UdpLength + minLength)
        {
            return false;
        }

        message = udp[TransportHeader.UdpLength..length];
        return true;
    }
}
