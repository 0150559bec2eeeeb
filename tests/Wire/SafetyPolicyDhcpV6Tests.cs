using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Wire.Packets;

namespace Softlan.Tests.Wire;

/// <summary>Section 7 of protocol.md: what a player says to DHCPv6 servers is a client's, and read by all of them in the same way.</summary>
public sealed class SafetyPolicyDhcpV6Tests
{
    private const byte Udp17 = 17;

    private static readonly byte[] Duid = [0, 1, 0, 1, 0x2c, 0x5f, 0x11, 0x22, .. Mac(PlayerMac)];

    /// <summary>For one address: an IAID, and no wishes.</summary>
    private static readonly byte[] Association = OptionV6(3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);

    [Fact]
    public void MessageType_OnlyAClientsPasses()
    {
        byte[] ofClients = [1, 3, 4, 5, 6, 8, 9, 11];
        for (int type = 0; type < 256; type++)
        {
            byte[] frame = Frame(DhcpV6((byte)type, [.. ClientDuid(Duid), .. Association]));
            Assert.Equal((type, ofClients.Contains((byte)type) ? DropReason.None : DropReason.DhcpServer), (type, FromClient(frame)));
            Assert.Equal(DropReason.None, FromGateway(frame));
            Assert.Equal(ofClients.Contains((byte)type), DhcpClientMessage.TryFind(frame, out DhcpClientMessage message));
            Assert.Equal(type == 9, message.IsDecline);
        }
    }

    [Fact]
    public void Client_IsFoundWithItsDuid()
    {
        // networkd's Solicit: rapid commit, option request, elapsed time.
        byte[] options = [.. OptionV6(14), .. OptionV6(6, 0, 23, 0, 24), .. ClientDuid(Duid), .. Association, .. OptionV6(8, 0, 0)];
        Assert.True(DhcpClientMessage.TryFind(Frame(DhcpV6(1, options)), out DhcpClientMessage solicit));
        Assert.True(solicit.IsV6);
        Assert.Equal(Duid, solicit.Identifier);
        Assert.Equal(Duid, solicit.Name);
        Assert.Equal(options, solicit.Options);

        // Windows' Information-request may be nobody's.
        byte[] anonymous = Frame(DhcpV6(11, OptionV6(8, 0, 0)));
        Assert.Equal(DropReason.None, FromClient(anonymous));
        Assert.True(DhcpClientMessage.TryFind(anonymous, out DhcpClientMessage information));
        Assert.True(information.Identifier.IsEmpty);
    }

    [Fact]
    public void Name_OfAMachinesBothIdentifiers_IsItsDuid()
    {
        byte[] frame = Ethernet(0x0800, IPv4(Udp17, DhcpRequest([53, 1, 1, .. ClientId([255, 9, 8, 7, 6, .. Duid]), 255])));
        Assert.True(DhcpClientMessage.TryFind(frame, out DhcpClientMessage message));
        Assert.Equal(Duid, message.Name);
        frame = Ethernet(0x0800, IPv4(Udp17, DhcpRequest([53, 1, 4, .. ClientId([0, .. Duid]), 255])));
        Assert.True(DhcpClientMessage.TryFind(frame, out message));
        Assert.Equal((byte[])[0, .. Duid], message.Name);
        Assert.True(message.IsDecline);
    }

    [Fact]
    public void Options_ThatServersReadInDifferentWays_AreUnjudgeable()
    {
        byte[][] wrong =
        [
            [.. ClientDuid(Duid), .. ClientDuid(Duid)],
            ClientDuid(0, 1),
            ClientDuid(),
            ClientDuid(new byte[131]),
            [.. ClientDuid(Duid), 0, 3, 0, 12, 1, 2, 3], // cut off
            [.. ClientDuid(Duid), 0],
            [.. ClientDuid(Duid), .. OptionV6(3, 0, 0, 1)],
            [.. ClientDuid(Duid), .. OptionV6(4)],
            [.. ClientDuid(Duid), .. OptionV6(25, 1)],
        ];
        foreach (byte[] options in wrong)
        {
            byte[] frame = Frame(DhcpV6(1, options));
            Assert.Equal(DropReason.Unjudgeable, FromClient(frame));
            Assert.Equal(DropReason.None, FromGateway(frame));
            Assert.False(DhcpClientMessage.TryFind(frame, out _));
        }
    }

    [Fact]
    public void Length_ThatIsNotThere_IsUnjudgeable()
    {
        byte[] request = DhcpV6(3, [.. ClientDuid(Duid), .. Association]);
        foreach (int length in new[] { 0, 7, 11, request.Length - 1, request.Length + 1, 65535 })
        {
            U16(length).CopyTo(request, 4);
            Assert.Equal(DropReason.Unjudgeable, FromClient(Frame(request)));
        }

        Assert.Equal(DropReason.Unjudgeable, FromClient(Frame(Udp(546, 547, 3))));
    }

    [Fact]
    public void Fragments_OfARequest_AreUnjudgeable()
    {
        byte[] request = DhcpV6(3, [.. ClientDuid(Duid), .. Association]);
        Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x86dd, IPv6(44, Fragment(Udp17, request, more: true)))));
        Assert.Equal(DropReason.None, FromClient(Ethernet(0x86dd, IPv6(44, Fragment(Udp17, request)))));
    }

    private static byte[] Frame(byte[] udp) => Ethernet(0x86dd, IPv6(Udp17, udp));
}
