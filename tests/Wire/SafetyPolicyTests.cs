using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Wire.Packets;

namespace Softlan.Tests.Wire;

/// <summary>Section 7 of protocol.md, row by row: link layer and ARP.</summary>
public sealed class SafetyPolicyTests
{
    [Theory]
    [InlineData("01:80:c2:00:00:00", nameof(DropReason.SwitchControl))] // spanning tree
    [InlineData("01:80:c2:00:00:01", nameof(DropReason.SwitchControl))] // pause
    [InlineData("01:80:c2:00:00:02", nameof(DropReason.SwitchControl))] // LACP
    [InlineData("01:80:c2:00:00:03", nameof(DropReason.SwitchControl))] // 802.1X
    [InlineData("01:80:c2:00:00:0e", nameof(DropReason.SwitchControl))] // LLDP
    [InlineData("01:80:c2:00:00:0f", nameof(DropReason.SwitchControl))]
    [InlineData("01:80:c2:00:00:10", nameof(DropReason.None))]
    [InlineData("01:80:c2:00:00:1f", nameof(DropReason.None))]
    [InlineData("01:80:c2:00:00:20", nameof(DropReason.SwitchControl))] // MMRP
    [InlineData("01:80:c2:00:00:21", nameof(DropReason.SwitchControl))] // MVRP
    [InlineData("01:80:c2:00:00:2f", nameof(DropReason.SwitchControl))]
    [InlineData("01:80:c2:00:00:30", nameof(DropReason.None))]
    [InlineData("01:80:c2:00:01:00", nameof(DropReason.None))]
    [InlineData("01:00:0c:cc:cc:cb", nameof(DropReason.None))]
    [InlineData("01:00:0c:cc:cc:cc", nameof(DropReason.SwitchControl))] // CDP
    [InlineData("01:00:0c:cc:cc:cd", nameof(DropReason.SwitchControl))] // PVST+
    [InlineData("01:00:0c:cc:cc:ce", nameof(DropReason.None))]
    [InlineData("01:00:5e:7f:ff:fa", nameof(DropReason.None))]
    [InlineData("33:33:00:00:00:01", nameof(DropReason.None))]
    [InlineData("ff:ff:ff:ff:ff:ff", nameof(DropReason.None))]
    [InlineData(OtherMac, nameof(DropReason.None))]
    public void Destination_OfSwitches_CrossesInNeitherDirection(string destination, string reason)
    {
        DropReason expected = Enum.Parse<DropReason>(reason);
        byte[] frame = Ethernet(0x1234, new byte[46], destination);
        Assert.Equal(expected, FromClient(frame));
        Assert.Equal(expected, FromGateway(frame));
    }

    [Theory]
    [InlineData(0x888e, nameof(DropReason.SwitchControl))]
    [InlineData(0x88cc, nameof(DropReason.SwitchControl))]
    [InlineData(0x8809, nameof(DropReason.SwitchControl))]
    [InlineData(0x8808, nameof(DropReason.SwitchControl))]
    [InlineData(0x8100, nameof(DropReason.VlanTagged))]
    [InlineData(0x88a8, nameof(DropReason.VlanTagged))]
    [InlineData(0x9100, nameof(DropReason.VlanTagged))]
    [InlineData(0x88b5, nameof(DropReason.None))]
    [InlineData(0x8137, nameof(DropReason.None))] // IPX over Ethernet II
    [InlineData(0x8035, nameof(DropReason.None))]
    [InlineData(0x0600, nameof(DropReason.None))]
    [InlineData(0xffff, nameof(DropReason.None))]
    public void EtherType_OfSwitchesAndTags_CrossesInNeitherDirection(int etherType, string reason)
    {
        DropReason expected = Enum.Parse<DropReason>(reason);
        byte[] frame = Ethernet(etherType, new byte[46]);
        Assert.Equal(expected, FromClient(frame));
        Assert.Equal(expected, FromGateway(frame));
        byte[] snap = Snap(etherType, new byte[46]);
        Assert.Equal(expected, FromClient(snap));
        Assert.Equal(expected, FromGateway(snap));
    }

    [Theory]
    [InlineData(0x8863)] // PPPoE
    [InlineData(0x8864)]
    [InlineData(0x887b)] // HomePlug 1.0
    [InlineData(0x8899)] // Realtek
    [InlineData(0x88c7)] // 802.11 pre-authentication
    [InlineData(0x88e1)] // HomePlug AV
    [InlineData(0x8902)] // CFM
    [InlineData(0x890d)] // TDLS
    [InlineData(0x8912)] // Mediaxtreme
    [InlineData(0x893a)] // IEEE 1905.1
    public void EtherType_OfTheLansDevices_ComesFromTheLanOnly(int etherType)
    {
        foreach (byte[] frame in new[] { Ethernet(etherType, new byte[46]), Ethernet(etherType, [], OtherMac), Snap(etherType, new byte[46]) })
        {
            Assert.Equal(DropReason.SwitchControl, FromClient(frame));
            Assert.Equal(DropReason.None, FromGateway(frame));
        }
    }

    [Theory]
    [InlineData(0x0bad)] // Banyan VINES
    [InlineData(0x6003)] // DECnet
    [InlineData(0x809b)] // AppleTalk
    [InlineData(0x80f3)]
    [InlineData(0x8137)] // IPX
    [InlineData(0x8138)]
    [InlineData(0x8191)] // NetBEUI over Ethernet II
    [InlineData(0x8886)] // next to those of the LAN's devices
    [InlineData(0x8865)]
    [InlineData(0x88f7)] // PTP
    public void EtherType_OfGamesAndOthers_Passes(int etherType)
    {
        Assert.Equal(DropReason.None, FromClient(Ethernet(etherType, new byte[46])));
        Assert.Equal(DropReason.None, FromClient(Snap(etherType, new byte[46])));
    }

    [Theory]
    [InlineData(13, nameof(DropReason.Malformed))]
    [InlineData(14, nameof(DropReason.None))]
    [InlineData(1514, nameof(DropReason.None))]
    [InlineData(1518, nameof(DropReason.None))]
    [InlineData(1519, nameof(DropReason.Jumbo))]
    [InlineData(9014, nameof(DropReason.Jumbo))]
    public void Length_HasItsLimits(int length, string reason)
    {
        DropReason expected = Enum.Parse<DropReason>(reason);
        byte[] frame = Ethernet(0x1234, new byte[10_000])[..length];
        Assert.Equal(expected, FromClient(frame));
        Assert.Equal(expected, FromGateway(frame));
    }

    [Fact]
    public void FirstRuleThatSaysNo_NamesTheReason()
    {
        Assert.Equal(DropReason.SwitchControl, FromClient(Ethernet(0x8100, new byte[2000], "01:80:c2:00:00:00")));
        Assert.Equal(DropReason.SwitchControl, FromClient(Ethernet(0x888e, new byte[2000])));
        Assert.Equal(DropReason.Jumbo, FromClient(Ethernet(0x8100, new byte[2000])));
        Assert.Equal(DropReason.Jumbo, FromClient(Ethernet(0x0800, IPv4(17, Udp(67, 68, 2000)))));
    }

    [Theory]
    [InlineData("ffff0022")]     // IPX, raw 802.3 as Novell's servers write it
    [InlineData("e0e003ffff")]   // IPX behind LLC
    [InlineData("f0f003")]       // NetBEUI
    [InlineData("424203")]       // LLC of spanning tree, but not to a switch
    [InlineData("aaaa03080007809b")] // AppleTalk behind SNAP
    [InlineData("aaaa0300")]
    [InlineData("")]
    public void LengthFrames_Pass(string payload)
    {
        byte[] bytes = Convert.FromHexString(payload);
        for (int length = 0; length < 0x600; length += 17)
        {
            Assert.Equal(DropReason.None, FromClient(Ethernet(length, bytes)));
            Assert.Equal(DropReason.None, FromGateway(Ethernet(length, bytes)));
        }
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xf8)]
    public void BehindSnap_TheSameRulesHold(byte lastOfOui)
    {
        Assert.Equal(DropReason.DhcpServer, FromClient(Snap(0x0800, IPv4(17, Udp(67, 68)), lastOfOui)));
        Assert.Equal(DropReason.RouterAdvertisement, FromClient(Snap(0x86dd, IPv6(58, Icmp(134, 16)), lastOfOui)));
        Assert.Equal(DropReason.ArpSpoof, FromClient(Snap(0x0806, Arp(2, OtherMac, PlayerMac), lastOfOui)));
        Assert.Equal(DropReason.None, FromClient(Snap(0x0800, IPv4(17, DhcpRequest()), lastOfOui)));
        Assert.Equal(DropReason.None, FromGateway(Snap(0x86dd, IPv6(58, Icmp(134, 16)), lastOfOui)));
    }

    [Fact]
    public void SnapWithinSnap_IsUnjudgeableFromAClient()
    {
        byte[] offer = IPv4(17, Udp(67, 68));
        byte[] inner = [0xaa, 0xaa, 3, 0, 0, 0, .. U16(0x0800), .. offer];
        foreach (int length in new[] { 0, inner.Length, 0x05ff })
        {
            foreach (byte lastOfOui in new byte[] { 0x00, 0xf8 })
            {
                Assert.Equal(DropReason.Unjudgeable, FromClient(Snap(length, inner, lastOfOui)));
                Assert.Equal(DropReason.None, FromGateway(Snap(length, inner, lastOfOui)));
            }
        }
    }

    [Theory]
    [InlineData(1, PlayerMac, nameof(DropReason.None))]
    [InlineData(2, PlayerMac, nameof(DropReason.None))]
    [InlineData(1, OtherMac, nameof(DropReason.ArpSpoof))]
    [InlineData(2, OtherMac, nameof(DropReason.ArpSpoof))]
    [InlineData(2, "ff:ff:ff:ff:ff:ff", nameof(DropReason.ArpSpoof))]
    [InlineData(1, "00:00:00:00:00:00", nameof(DropReason.ArpSpoof))]
    public void Arp_FromAClient_SpeaksForItselfOnly(int operation, string sender, string reason)
    {
        DropReason expected = Enum.Parse<DropReason>(reason);
        byte[] frame = Ethernet(0x0806, Arp(operation, sender, "00:00:00:00:00:00"));
        Assert.Equal(expected, FromClient(frame));
        Assert.Equal(expected, FromClient([.. frame, .. new byte[18]]));
        Assert.Equal(DropReason.None, FromGateway(frame));
    }

    [Fact]
    public void Arp_ProbesAndAnnouncements_Pass()
    {
        Assert.Equal(DropReason.None, FromClient(Ethernet(0x0806, Arp(1, PlayerMac, "00:00:00:00:00:00", senderIp: [0, 0, 0, 0]))));
        Assert.Equal(DropReason.None, FromClient(Ethernet(0x0806, Arp(2, PlayerMac, "ff:ff:ff:ff:ff:ff"))));
        Assert.Equal(DropReason.None, FromClient(Ethernet(0x0806, Arp(2, PlayerMac, OtherMac), OtherMac)));
    }

    [Fact]
    public void Arp_ThatCannotBeRead_IsUnjudgeableFromAClient()
    {
        byte[] arp = Arp(1, PlayerMac, OtherMac);
        for (int length = 0; length < 14; length++)
        {
            Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x0806, arp[..length])));
            Assert.Equal(DropReason.None, FromGateway(Ethernet(0x0806, arp[..length])));
        }

        arp[4] = 8;
        Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x0806, arp)));
    }
}
