using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Wire.Packets;

namespace Softlan.Tests.Wire;

/// <summary>Section 7 of protocol.md: what a player must not say in IPv6, and the tricks of RFC 7113 to say it all the same.</summary>
public sealed class SafetyPolicyIPv6Tests
{
    private const byte HopByHop = 0;
    private const byte Udp17 = 17;
    private const byte Routing = 43;
    private const byte FragmentHeader = 44;
    private const byte Ah = 51;
    private const byte Icmp58 = 58;
    private const byte DestinationOptions = 60;
    private const byte SourceOption = 1;
    private const byte TargetOption = 2;

    private static readonly byte[] Advertisement = Icmp(134, 16, LinkLayerOption(SourceOption, PlayerMac));

    public static TheoryData<string, byte, byte[], string> Messages => new()
    {
        { "router advertisement", Icmp58, Advertisement, nameof(DropReason.RouterAdvertisement) },
        { "redirect", Icmp58, Icmp(137, 40), nameof(DropReason.RouterAdvertisement) },
        { "router advertisement, only its type", Icmp58, [134], nameof(DropReason.RouterAdvertisement) },
        { "router solicitation", Icmp58, Icmp(133), nameof(DropReason.None) },
        { "echo request", Icmp58, Icmp(128), nameof(DropReason.None) },
        { "multicast listener report", Icmp58, Icmp(143), nameof(DropReason.None) },
        { "DHCPv6 server", Udp17, Udp(547, 546), nameof(DropReason.DhcpServer) },
        { "DHCPv6 server from another port", Udp17, Udp(40000, 546), nameof(DropReason.DhcpServer) },
        { "DHCPv6 client", Udp17, DhcpV6(1, ClientDuid(0, 3, 0, 1)), nameof(DropReason.None) },
        { "DHCPv6 relay agent", Udp17, DhcpV6(12, new byte[40]), nameof(DropReason.DhcpServer) },
        { "multicast listener query", Icmp58, Icmp(130), nameof(DropReason.RouterAdvertisement) },
        { "multicast router advertisement", Icmp58, Icmp(151), nameof(DropReason.RouterAdvertisement) },
        { "multicast router termination", Icmp58, Icmp(153), nameof(DropReason.RouterAdvertisement) },
        { "OSPF", 89, new byte[16], nameof(DropReason.RouterAdvertisement) },
        { "PIM", 103, new byte[4], nameof(DropReason.RouterAdvertisement) },
        { "VRRP", 112, new byte[8], nameof(DropReason.RouterAdvertisement) },
        { "game", Udp17, Udp(27015, 27015), nameof(DropReason.None) },
        { "TCP", 6, new byte[20], nameof(DropReason.None) },
        { "nothing", 59, [], nameof(DropReason.None) },
        { "encrypted", 50, [134, 0, 0, 0, 0, 0, 0, 0], nameof(DropReason.None) },
        { "UDP without ports", Udp17, new byte[7], nameof(DropReason.Unjudgeable) },
        { "ICMPv6 without a type", Icmp58, [], nameof(DropReason.Unjudgeable) },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_BehindAnyHeaders_IsJudgedTheSame(string what, byte protocol, byte[] message, string reason)
    {
        DropReason expected = Enum.Parse<DropReason>(reason);
        byte[][] packets =
        [
            IPv6(protocol, message),
            IPv6(HopByHop, Extension(protocol, message)),
            IPv6(DestinationOptions, Extension(protocol, message, units: 5)),
            IPv6(Routing, Extension(protocol, message, units: 3)),
            IPv6(Ah, Authentication(protocol, message)),
            IPv6(135, Extension(protocol, message)),
            IPv6(139, Extension(protocol, message)),
            IPv6(140, Extension(protocol, message)),
            IPv6(
                HopByHop,
                Extension(DestinationOptions, Extension(Routing, Extension(Ah, Authentication(DestinationOptions, Extension(protocol, message)))))),
        ];
        foreach (byte[] packet in packets)
        {
            Assert.True(expected == FromClient(Ethernet(0x86dd, packet)), what);
            Assert.Equal(DropReason.None, FromGateway(Ethernet(0x86dd, packet)));
        }
    }

    [Fact]
    public void TooManyExtensionHeaders_AreUnjudgeable()
    {
        byte[] message = Udp(27015, 27015);
        byte next = Udp17;
        for (int headers = 1; headers <= IPv6Packet.MaxExtensionHeaders + 3; headers++)
        {
            message = Extension(next, message);
            next = DestinationOptions;
            Assert.Equal(
                headers <= IPv6Packet.MaxExtensionHeaders ? DropReason.None : DropReason.Unjudgeable,
                FromClient(Ethernet(0x86dd, IPv6(next, message))));
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void FirstOrAtomicFragment_IsJudgedLikeTheWhole(string what, byte protocol, byte[] message, string reason)
    {
        DropReason expected = Enum.Parse<DropReason>(reason);
        // Router solicitations, too, must not be fragmented (RFC 6980).
        expected = message is [133, ..] ? DropReason.Unjudgeable : expected;
        foreach (bool more in new[] { false, true })
        {
            // Nor need DHCPv6 requests be.
            expected = more && message is [_, _, 2, 35, ..] ? DropReason.Unjudgeable : expected;
            Assert.True(expected == FromClient(Ethernet(0x86dd, IPv6(FragmentHeader, Fragment(protocol, message, more: more)))), what);
            byte[] behind = IPv6(
                DestinationOptions,
                Extension(FragmentHeader, Fragment(DestinationOptions, Extension(protocol, message), more: more)));
            // Where more follows, headers in the part that is cut leave the upper layer open to what follows.
            Assert.True((more ? DropReason.Unjudgeable : expected) == FromClient(Ethernet(0x86dd, behind)), what);
            Assert.Equal(DropReason.None, FromGateway(Ethernet(0x86dd, behind)));
        }
    }

    [Theory]
    [InlineData(HopByHop)]
    [InlineData(Routing)]
    [InlineData(Ah)]
    [InlineData(DestinationOptions)]
    public void FirstFragment_WithHeadersInTheFragmentedPart_IsUnjudgeable(byte next)
    {
        byte[] message = Udp(27015, 27015, 480);
        byte[] inside = next == Ah ? Authentication(Udp17, message) : Extension(Udp17, message);
        byte[] fragment = Fragment(Udp17, message, more: true);
        byte[] before = next == Ah ? Authentication(FragmentHeader, fragment) : Extension(FragmentHeader, fragment);
        Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x86dd, IPv6(FragmentHeader, Fragment(next, inside, more: true)))));
        Assert.Equal(DropReason.None, FromClient(Ethernet(0x86dd, IPv6(FragmentHeader, Fragment(next, inside)))));
        Assert.Equal(DropReason.None, FromClient(Ethernet(0x86dd, IPv6(next, before))));
        Assert.Equal(DropReason.None, FromGateway(Ethernet(0x86dd, IPv6(FragmentHeader, Fragment(next, inside, more: true)))));
    }

    [Theory]
    [InlineData(133)]
    [InlineData(135)]
    [InlineData(136)]
    public void NeighbourMessages_InFragments_AreUnjudgeable(byte type) =>
        Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x86dd, IPv6(FragmentHeader, Fragment(Icmp58, Icmp(type, 24))))));

    [Fact]
    public void FirstFragment_WithoutTheUpperLayer_IsUnjudgeable()
    {
        // The classic: the first fragment holds nothing but a large options header, the advertisement starts in the second.
        byte[] whole = Extension(DestinationOptions, Extension(Icmp58, Advertisement, units: 4), units: 4);
        for (int length = 0; length <= 64; length += 8)
        {
            byte[] first = IPv6(FragmentHeader, Fragment(DestinationOptions, whole[..length], more: true));
            Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x86dd, first)));
            Assert.Equal(DropReason.None, FromGateway(Ethernet(0x86dd, first)));
        }
    }

    [Theory]
    [InlineData(Udp17, nameof(DropReason.None))]
    [InlineData(6, nameof(DropReason.None))]
    [InlineData(Icmp58, nameof(DropReason.None))]  // a big echo
    [InlineData(DestinationOptions, nameof(DropReason.Unjudgeable))]
    [InlineData(HopByHop, nameof(DropReason.Unjudgeable))]
    [InlineData(Routing, nameof(DropReason.Unjudgeable))]
    [InlineData(FragmentHeader, nameof(DropReason.Unjudgeable))]
    [InlineData(Ah, nameof(DropReason.Unjudgeable))]
    public void LaterFragment_PassesUnlessHeadersLieInTheFragmentedPart(byte next, string reason)
    {
        DropReason expected = Enum.Parse<DropReason>(reason);
        foreach (int offset in new[] { 1, 2, 185, 8191 })
        {
            byte[] packet = IPv6(FragmentHeader, Fragment(next, new byte[64], offset, more: offset < 8000));
            Assert.Equal(expected, FromClient(Ethernet(0x86dd, packet)));
            Assert.Equal(DropReason.None, FromGateway(Ethernet(0x86dd, packet)));
        }
    }

    [Fact]
    public void TwoFragmentHeaders_AreUnjudgeable() =>
        Assert.Equal(
            DropReason.Unjudgeable,
            FromClient(Ethernet(0x86dd, IPv6(FragmentHeader, Fragment(FragmentHeader, Fragment(Udp17, Udp(1, 2)))))));

    [Theory]
    [InlineData(133, 8, SourceOption)]
    [InlineData(135, 24, SourceOption)]
    [InlineData(136, 24, TargetOption)]
    [InlineData(136, 24, SourceOption)]
    public void NeighbourMessages_SpeakForTheirSenderOnly(byte type, int fixedLength, byte option)
    {
        byte[] nonce = [14, 1, 1, 2, 3, 4, 5, 6];
        byte[] own = LinkLayerOption(option, PlayerMac);
        byte[] foreign = LinkLayerOption(option, OtherMac);
        Assert.Equal(DropReason.None, Judge([]));
        Assert.Equal(DropReason.None, Judge(own));
        Assert.Equal(DropReason.None, Judge([.. nonce, .. own]));
        Assert.Equal(DropReason.ArpSpoof, Judge(foreign));
        Assert.Equal(DropReason.ArpSpoof, Judge([.. nonce, .. foreign]));
        Assert.Equal(DropReason.ArpSpoof, Judge([.. own, .. foreign]));
        Assert.Equal(DropReason.Unjudgeable, Judge([option, 0, .. Mac(OtherMac)]));
        Assert.Equal(DropReason.Unjudgeable, Judge([option, 2, .. Mac(PlayerMac)]));
        Assert.Equal(DropReason.Unjudgeable, Judge([option]));
        Assert.Equal(DropReason.None, FromGateway(Ethernet(0x86dd, IPv6(Icmp58, Icmp(type, fixedLength, foreign)))));
        Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x86dd, IPv6(Icmp58, Icmp(type, fixedLength - 1)))));

        DropReason Judge(byte[] options) => FromClient(Ethernet(0x86dd, IPv6(Icmp58, Icmp(type, fixedLength, options))));
    }

    [Fact]
    public void HeadersCutOffAnywhere_AreUnjudgeableFromAClient()
    {
        byte[] packet = IPv6(HopByHop, Extension(DestinationOptions, Extension(Udp17, Udp(27015, 27015), units: 3)));
        for (int length = 0; length < packet.Length - 8; length++)
        {
            Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x86dd, packet[..length])));
            Assert.Equal(DropReason.None, FromGateway(Ethernet(0x86dd, packet[..length])));
        }

        Assert.Equal(DropReason.None, FromClient(Ethernet(0x86dd, packet)));
    }

    [Fact]
    public void PayloadLengthThatHidesTheMessage_IsUnjudgeable()
    {
        byte[] packet = IPv6(Icmp58, Advertisement);
        packet[5] = 0;
        Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x86dd, packet)));
    }

    [Fact]
    public void OtherVersion_IsUnjudgeable()
    {
        byte[] packet = IPv6(Udp17, Udp(1, 2));
        packet[0] = 0x45;
        Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x86dd, packet)));
    }
}
