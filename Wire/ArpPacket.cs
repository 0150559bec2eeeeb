namespace Softlan.Wire;

/// <summary>Where things stand in an ARP packet of Ethernet and IPv4, in bytes from its start (RFC 826).</summary>
internal static class ArpPacket
{
    /// <summary>One byte: how long a hardware address is.</summary>
    public const int HardwareLength = 4;

    /// <summary>Who speaks: a MAC.</summary>
    public const int SenderMac = 8;

    /// <summary>The IPv4 address that the sender says it has.</summary>
    public const int SenderAddress = SenderMac + MacAddress.Length;

    /// <summary>Whom it is about: a MAC, zero in a request.</summary>
    public const int TargetMac = SenderAddress + sizeof(uint);

    /// <summary>The IPv4 address that a request asks for.</summary>
    public const int TargetAddress = TargetMac + MacAddress.Length;

    /// <summary>Of the whole packet.</summary>
    public const int Length = TargetAddress + sizeof(uint);
}
