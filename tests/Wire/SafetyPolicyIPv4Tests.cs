using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Wire.Packets;

namespace Softlan.Tests.Wire;

/// <summary>Section 7 of protocol.md: what a player must not say in IPv4.</summary>
public sealed class SafetyPolicyIPv4Tests
{
    private const byte Udp17 = 17;

    [Theory]
    [InlineData(67, 68, nameof(DropReason.DhcpServer))]
    [InlineData(1234, 68, nameof(DropReason.DhcpServer))] // clients do not look at the server's port
    [InlineData(68, 68, nameof(DropReason.DhcpServer))]
    [InlineData(67, 69, nameof(DropReason.None))]
    [InlineData(547, 546, nameof(DropReason.None))]
    [InlineData(27015, 27015, nameof(DropReason.None))]
    public void Udp_ToADhcpClient_ComesFromTheLanOnly(int from, int to, string reason)
    {
        DropReason expected = Enum.Parse<DropReason>(reason);
        foreach (byte[] options in new byte[][] { [], [1, 1, 1, 0], new byte[40] })
        {
            byte[] frame = Ethernet(0x0800, IPv4(Udp17, Udp(from, to, 240), options: options));
            Assert.Equal(expected, FromClient(frame));
            Assert.Equal(expected, FromClient([.. frame[..6], .. Mac(PlayerMac), .. frame[12..], .. new byte[8]]));
            Assert.Equal(DropReason.None, FromGateway(frame));
        }
    }

    [Fact]
    public void DhcpRequest_ForItself_Passes()
    {
        foreach (string destination in new[] { "ff:ff:ff:ff:ff:ff", OtherMac })
        {
            foreach (int from in new[] { 67, 68, 40000 })
            {
                byte[] request = DhcpRequest();
                U16(from).CopyTo(request, 0);
                Assert.Equal(DropReason.None, FromClient(Ethernet(0x0800, IPv4(Udp17, request), destination)));
                byte[] withOptions = IPv4(Udp17, DhcpRequest(new byte[300]), options: [1, 1, 1, 0]);
                Assert.Equal(DropReason.None, FromClient(Ethernet(0x0800, withOptions, destination)));
                request[8 + 10] = 0; // the broadcast flag
                Assert.Equal(DropReason.None, FromClient(Ethernet(0x0800, IPv4(Udp17, request), destination)));
            }
        }
    }

    [Fact]
    public void DhcpRequest_ForAnother_StaysOutside()
    {
        byte[][] requests = [DhcpRequest(OtherMac), DhcpRequest("00:00:00:00:00:00"), DhcpRequest(hardwareType: 6), DhcpRequest(hardwareLength: 16)];
        foreach (byte[] request in requests)
        {
            Assert.Equal(DropReason.ArpSpoof, FromClient(Ethernet(0x0800, IPv4(Udp17, request))));
            Assert.Equal(DropReason.ArpSpoof, FromClient(Snap(0x0800, IPv4(Udp17, request))));
            Assert.Equal(DropReason.None, FromGateway(Ethernet(0x0800, IPv4(Udp17, request))));
        }
    }

    [Theory]
    [InlineData(2, "00000000")] // a server's answer, to a relay agent
    [InlineData(0, "00000000")]
    [InlineData(1, "0a000007")] // a relay agent's question
    [InlineData(2, "0a000007")]
    public void DhcpAtTheServersPort_OfServersAndAgents_ComesFromTheLanOnly(byte operation, string agent)
    {
        byte[] frame = Ethernet(0x0800, IPv4(Udp17, DhcpRequest(operation: operation, agent: agent)));
        Assert.Equal(DropReason.DhcpServer, FromClient(frame));
        Assert.Equal(DropReason.None, FromGateway(frame));
    }

    [Fact]
    public void DhcpRequest_TooShortToName_IsUnjudgeable()
    {
        byte[] request = DhcpRequest();
        for (int length = 8; length < 8 + 34; length++)
        {
            U16(length).CopyTo(request, 4);
            Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x0800, IPv4(Udp17, request[..length]))));
        }

        U16(8 + 34).CopyTo(request, 4);
        Assert.Equal(DropReason.None, FromClient(Ethernet(0x0800, IPv4(Udp17, request[..(8 + 34)]))));
    }

    [Fact]
    public void DhcpRequest_InFragments_IsUnjudgeable()
    {
        byte[] first = Ethernet(0x0800, IPv4(Udp17, DhcpRequest(), more: true)); // the second may put another MAC over this one's
        Assert.Equal(DropReason.Unjudgeable, FromClient(first));
        Assert.Equal(DropReason.None, FromGateway(first));
    }

    [Fact]
    public void Dhcp_ToOneHostOnly_IsTheSame() =>
        Assert.Equal(DropReason.DhcpServer, FromClient(Ethernet(0x0800, IPv4(Udp17, Udp(67, 68)), OtherMac)));

    [Fact]
    public void Dhcp_InAFirstFragment_IsTheSame() =>
        Assert.Equal(DropReason.DhcpServer, FromClient(Ethernet(0x0800, IPv4(Udp17, Udp(67, 68, 480), more: true))));

    [Theory]
    [InlineData(5, nameof(DropReason.RouterAdvertisement))]  // redirect
    [InlineData(9, nameof(DropReason.RouterAdvertisement))]
    [InlineData(10, nameof(DropReason.None))]
    [InlineData(8, nameof(DropReason.None))]
    [InlineData(0, nameof(DropReason.None))]
    [InlineData(3, nameof(DropReason.None))]
    public void Icmp_OfRouters_ComesFromTheLanOnly(byte type, string reason)
    {
        DropReason expected = Enum.Parse<DropReason>(reason);
        byte[] frame = Ethernet(0x0800, IPv4(1, Icmp(type)));
        Assert.Equal(expected, FromClient(frame));
        Assert.Equal(DropReason.None, FromGateway(frame));
    }

    /// <summary>Who asks for listeners becomes the router to which switches send what they hear.</summary>
    [Theory]
    [InlineData(0x11, nameof(DropReason.RouterAdvertisement))] // query
    [InlineData(0x13, nameof(DropReason.RouterAdvertisement))] // DVMRP
    [InlineData(0x14, nameof(DropReason.RouterAdvertisement))] // PIM version 1
    [InlineData(0x30, nameof(DropReason.RouterAdvertisement))]
    [InlineData(0x32, nameof(DropReason.RouterAdvertisement))]
    [InlineData(0x12, nameof(DropReason.None))] // reports
    [InlineData(0x16, nameof(DropReason.None))]
    [InlineData(0x17, nameof(DropReason.None))] // leave
    [InlineData(0x22, nameof(DropReason.None))]
    public void Igmp_OfRouters_ComesFromTheLanOnly(byte type, string reason)
    {
        byte[] packet = IPv4(2, [type, 0, 0, 0, 0, 0, 0, 0], options: [0x94, 4, 0, 0]); // router alert
        Assert.Equal(Enum.Parse<DropReason>(reason), FromClient(Ethernet(0x0800, packet)));
        Assert.Equal(Enum.Parse<DropReason>(reason), FromClient(Snap(0x0800, packet)));
        Assert.Equal(DropReason.None, FromGateway(Ethernet(0x0800, packet)));
    }

    [Theory]
    [InlineData(89)] // OSPF
    [InlineData(103)] // PIM
    [InlineData(112)] // VRRP
    public void RoutersAmongThemselves_TalkOnTheLanOnly(byte protocol)
    {
        Assert.Equal(DropReason.RouterAdvertisement, FromClient(Ethernet(0x0800, IPv4(protocol, new byte[8]))));
        Assert.Equal(DropReason.RouterAdvertisement, FromClient(Ethernet(0x0800, IPv4(protocol, new byte[8], more: true))));
        Assert.Equal(DropReason.None, FromGateway(Ethernet(0x0800, IPv4(protocol, new byte[8]))));
    }

    [Theory]
    [InlineData(0, true, 8, nameof(DropReason.None))]
    [InlineData(0, true, 1480, nameof(DropReason.None))]
    [InlineData(1, true, 1480, nameof(DropReason.Unjudgeable))]  // overlaps the first, or follows one that is too short
    [InlineData(1, false, 8, nameof(DropReason.Unjudgeable))]
    [InlineData(2, false, 8, nameof(DropReason.None))]
    [InlineData(185, true, 1480, nameof(DropReason.None))]
    [InlineData(8191, false, 8, nameof(DropReason.None))]
    public void Fragments_OfBigDatagrams_PassUnlessTheyReachTheHeader(int offset, bool more, int length, string reason)
    {
        DropReason expected = Enum.Parse<DropReason>(reason);
        byte[] payload = offset == 0 ? Udp(27015, 27015, length - 8) : new byte[length];
        foreach (byte protocol in new byte[] { 17, 6, 1, 99 })
        {
            byte[] frame = Ethernet(0x0800, IPv4(protocol, payload, offset, more));
            Assert.Equal(expected, FromClient(frame));
            Assert.Equal(DropReason.None, FromGateway(frame));
        }
    }

    [Fact]
    public void Udp_WithoutPorts_IsUnjudgeableFromAClient()
    {
        for (int length = 0; length < 8; length++)
        {
            foreach (bool more in new[] { false, true })
            {
                byte[] frame = Ethernet(0x0800, IPv4(Udp17, Udp(27015, 27015)[..length], more: more));
                Assert.Equal(DropReason.Unjudgeable, FromClient(frame));
                Assert.Equal(DropReason.Unjudgeable, FromClient([.. frame, .. new byte[20]]));
                Assert.Equal(DropReason.None, FromGateway(frame));
            }
        }

        Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x0800, IPv4(1, []))));
    }

    [Fact]
    public void HeadersCutOffAnywhere_AreUnjudgeableFromAClient()
    {
        byte[] packet = IPv4(Udp17, Udp(27015, 27015), options: [1, 1, 1, 0]);
        for (int length = 0; length < 24 + 8; length++)
        {
            Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x0800, packet[..length])));
            Assert.Equal(DropReason.None, FromGateway(Ethernet(0x0800, packet[..length])));
        }

        Assert.Equal(DropReason.None, FromClient(Ethernet(0x0800, packet)));
    }

    [Theory]
    [InlineData(0, 0x65)]  // version 6 under IPv4's type
    [InlineData(0, 0x44)]  // header of 16 bytes
    [InlineData(0, 0x40)]
    [InlineData(3, 19)]    // total length within the header
    [InlineData(3, 0)]
    public void NonsensicalHeaders_AreUnjudgeableFromAClient(int at, byte value)
    {
        byte[] packet = IPv4(Udp17, Udp(27015, 27015));
        packet[at] = value;
        Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x0800, packet)));
        Assert.Equal(DropReason.None, FromGateway(Ethernet(0x0800, packet)));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(2)]
    [InlineData(47)]
    [InlineData(255)]
    public void OtherProtocols_Pass(byte protocol) =>
        Assert.Equal(DropReason.None, FromClient(Ethernet(0x0800, IPv4(protocol, []))));
}
