namespace Softlan.Wire;

/// <summary>Where things stand in a BOOTP message, the fixed part of DHCP, in bytes from its start (RFC 2131, section 2).</summary>
internal static class BootpMessage
{
    /// <summary>One byte: <see cref="Request"/>, or a server's reply.</summary>
    public const int Operation = 0;

    /// <summary>One byte: <see cref="Ethernet"/>, where <see cref="HardwareLength"/> is that of a MAC.</summary>
    public const int HardwareType = 1;

    /// <summary>One byte: how long a hardware address is.</summary>
    public const int HardwareLength = 2;

    /// <summary>Four bytes: the IPv4 address of the relay agent that the message came through; zero: none.</summary>
    public const int RelayAgent = 24;

    /// <summary>Who asks: a MAC.</summary>
    public const int ClientMac = 28;

    /// <summary>Bytes up to the end of the MAC.</summary>
    public const int JudgedLength = ClientMac + MacAddress.Length;

    /// <summary>Where the options begin, with their magic cookie of four bytes.</summary>
    public const int Options = 236;

    public const byte Request = 1;

    public const byte Ethernet = 1;

    /// <summary>The UDP port of servers and relay agents.</summary>
    public const ushort ServerPort = 67;

    /// <summary>Finds the message in a UDP datagram to <see cref="ServerPort"/>, as long as the UDP header says.</summary>
    /// <param name="udp">The payload of an IPv4 packet, which is no later fragment. Of any length.</param>
    /// <param name="message">At least <see cref="JudgedLength"/> bytes.</param>
    /// <returns>False: it goes elsewhere, is too short, or says that it is longer than what is there.</returns>
    public static bool TryFind(ReadOnlySpan<byte> udp, out ReadOnlySpan<byte> message) =>
        UdpDatagram.TryTake(udp, ServerPort, JudgedLength, out message);
}
