namespace Softlan.Wire;

/// <summary>EtherTypes that softlan looks at (IEEE 802 Numbers, IANA).</summary>
internal static class EtherTypes
{
    public const ushort IPv4 = 0x0800;
    public const ushort Arp = 0x0806;
    public const ushort VlanCustomer = 0x8100;
    public const ushort IPv6 = 0x86dd;
    public const ushort PppoeDiscovery = 0x8863;
    public const ushort PppoeSession = 0x8864;

    /// <summary>Management of HomePlug 1.0 adapters, which carry the LAN over power lines.</summary>
    public const ushort HomePlug = 0x887b;
    public const ushort Pause = 0x8808;
    public const ushort SlowProtocols = 0x8809;
    public const ushort Eapol = 0x888e;

    /// <summary>Realtek's: remote control of unmanaged switches (RRCP), and their loop detection.</summary>
    public const ushort Realtek = 0x8899;
    public const ushort VlanService = 0x88a8;

    /// <summary>Local Experimental EtherType 1 (IEEE 802, clause 9.2.4): softlan's CAM refresh frames.</summary>
    public const ushort LocalExperimental = 0x88b5;
    public const ushort PreAuthentication = 0x88c7;
    public const ushort Lldp = 0x88cc;

    /// <summary>Management of HomePlug AV adapters.</summary>
    public const ushort HomePlugAv = 0x88e1;

    /// <summary>Connectivity fault management (IEEE 802.1Q, clause 20).</summary>
    public const ushort FaultManagement = 0x8902;

    /// <summary>What wireless stations and access points say to each other by way of the LAN: TDLS, fast transition (IEEE 802.11, annex H).</summary>
    public const ushort WirelessControl = 0x890d;

    /// <summary>Management of power line adapters with Broadcom's chips (Mediaxtreme).</summary>
    public const ushort Mediaxtreme = 0x8912;

    /// <summary>How access points and power line adapters of one household set each other up.</summary>
    public const ushort Ieee1905 = 0x893a;

    /// <summary>Stacked tags as switches wrote them before 802.1ad.</summary>
    public const ushort VlanStacked = 0x9100;

    /// <summary>Values below this are an IEEE 802.3 length.</summary>
    public const ushort FirstType = 0x0600;
}
