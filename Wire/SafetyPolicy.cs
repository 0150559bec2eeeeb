using Softlan.Wire.Control;

namespace Softlan.Wire;

/// <summary>What may cross the party, decided from the frame alone (protocol.md, section 7). The relay asks before it forwards; gateway and client
/// ask again about what they receive.</summary>
/// <remarks>
/// Bridge and switch control, jumbo frames and VLAN tags cross in neither direction. Beyond that a LAN may say what it likes, but a player must not
/// pretend to be the LAN or somebody else: no DHCP answers, no router messages, no DHCP requests and no neighbours with another's MAC, no control of
/// the LAN's devices, and nothing that is cut so that these could hide in it. What is not understood passes: old games speak IPX.
/// </remarks>
internal static class SafetyPolicy
{
    // IEEE 802.1Q-2018, tables 8-1 to 8-3: 01:80:C2:00:00:00-0F never leave their link.
    private const ulong BridgeGroup = 0x0180c2000000;

    // IEEE 802.1Q-2018, table 10-1: 01:80:C2:00:00:20-2F are GVRP, MVRP and their kin, which would ask the LAN's switches for VLANs.
    private const ulong RegistrationGroup = 0x0180c2000020;

    // CDP, VTP, DTP, UDLD, PAgP; and per-VLAN spanning tree.
    private const ulong CiscoControl = 0x01000ccccccc;
    private const ulong CiscoSpanningTree = 0x01000ccccccd;

    /// <param name="frame">A frame of any length; shorter than an Ethernet header is <see cref="DropReason.Malformed"/>.</param>
    /// <param name="sender">Who put it into the room: what a LAN may say, a player may not always.</param>
    /// <returns><see cref="DropReason.None"/>: it may pass.</returns>
    public static DropReason Check(ReadOnlySpan<byte> frame, PeerRole sender)
    {
        if (!EthernetFrame.TryParse(frame, out EthernetFrame ethernet))
        {
            return DropReason.Malformed;
        }

        ushort etherType = ethernet.EtherType;
        ReadOnlySpan<byte> payload = ethernet.Payload;
        bool isSnap = SnapHeader.TryRemove(ref etherType, ref payload);
        if (IsSwitchControl(ethernet.Destination) || etherType is EtherTypes.Eapol or EtherTypes.Lldp or EtherTypes.SlowProtocols or EtherTypes.Pause)
        {
            return DropReason.SwitchControl;
        }

        if (frame.Length > FrameLimits.MaxLength)
        {
            return DropReason.Jumbo;
        }

        if (etherType is EtherTypes.VlanCustomer or EtherTypes.VlanService or EtherTypes.VlanStacked)
        {
            return DropReason.VlanTagged;
        }

        if (sender == PeerRole.Gateway)
        {
            return DropReason.None;
        }

        if (isSnap && etherType < EtherTypes.FirstType)
        {
            // No EtherType but a length: behind an access point this would be an 802.3 frame again, whose next SNAP header a second one unwraps.
            return DropReason.Unjudgeable;
        }

        if (IsLanControl(etherType))
        {
            return DropReason.SwitchControl;
        }

        return etherType switch
        {
            EtherTypes.IPv4 => PlayerIPv4Policy.Check(payload, ethernet.Source),
            EtherTypes.IPv6 => PlayerIPv6Policy.Check(payload, ethernet.Source),
            EtherTypes.Arp => CheckPlayerArp(payload, ethernet.Source),
            _ => DropReason.None,
        };
    }

    private static bool IsSwitchControl(MacAddress destination)
    {
        ulong value = destination.ToUInt64();
        return (value & ~0xful) is BridgeGroup or RegistrationGroup || value is CiscoControl or CiscoSpanningTree;
    }

    /// <summary>By these a LAN's own devices find and configure each other, mostly without asking who speaks: power line adapters, access points,
    /// Realtek's switches, a modem with its dial-in. No game uses them.</summary>
    private static bool IsLanControl(ushort etherType) => etherType is EtherTypes.PppoeDiscovery or EtherTypes.PppoeSession
        or EtherTypes.HomePlug or EtherTypes.HomePlugAv or EtherTypes.Mediaxtreme or EtherTypes.Ieee1905
        or EtherTypes.Realtek or EtherTypes.PreAuthentication or EtherTypes.WirelessControl or EtherTypes.FaultManagement;

    /// <summary>Requests, replies, probes and announcements alike: the sender's hardware address is the frame's (RFC 826).</summary>
    private static DropReason CheckPlayerArp(ReadOnlySpan<byte> arp, MacAddress source)
    {
        if (arp.Length < ArpPacket.SenderMac + MacAddress.Length || arp[ArpPacket.HardwareLength] != MacAddress.Length)
        {
            return DropReason.Unjudgeable;
        }

        return MacAddress.Read(arp[ArpPacket.SenderMac..]) == source ? DropReason.None : DropReason.ArpSpoof;
    }
}
