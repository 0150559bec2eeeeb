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

    public const byte Request = 1;

    public const byte Ethernet = 1;
}
