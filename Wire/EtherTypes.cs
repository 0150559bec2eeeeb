namespace Softlan.Wire;

/// <summary>EtherTypes that softlan looks at (IEEE 802 Numbers, IANA).</summary>
internal static class EtherTypes
{
    public const ushort IPv4 = 0x0800;
    public const ushort Arp = 0x0806;
    public const ushort VlanCustomer = 0x8100;
    public const ushort IPv6 = 0x86dd;
    public const ushort Pause = 0x8808;
    public const ushort SlowProtocols = 0x8809;
    public const ushort Eapol = 0x888e;
    public const ushort VlanService = 0x88a8;

    /// <summary>Local Experimental EtherType 1 (IEEE 802, clause 9.2.4): softlan's CAM refresh frames.</summary>
    public const ushort LocalExperimental = 0x88b5;
    public const ushort Lldp = 0x88cc;

    /// <summary>Stacked tags as switches wrote them before 802.1ad.</summary>
    public const ushort VlanStacked = 0x9100;

    /// <summary>Values below this are an IEEE 802.3 length.</summary>
    public const ushort FirstType = 0x0600;
}
