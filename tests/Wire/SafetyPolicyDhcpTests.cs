using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Wire.Packets;

namespace Softlan.Tests.Wire;

/// <summary>Section 7 of protocol.md: DHCP servers go by the client identifier, wherever there is one.</summary>
public sealed class SafetyPolicyDhcpTests
{
    private const byte Udp17 = 17;

    /// <summary>What a thief of the other's lease says.</summary>
    private static readonly byte[] Stolen = ClientId([1, .. Mac(OtherMac)]);

    private static readonly byte[] Own = ClientId([1, .. Mac(PlayerMac)]);

    [Fact]
    public void RealClients_AskingForThemselves_Pass()
    {
        foreach ((string name, byte[] options) in DhcpClients.All())
        {
            byte[] frame = Ethernet(0x0800, IPv4(Udp17, DhcpRequest(options)));
            Assert.Equal((name, DropReason.None), (name, FromClient(frame)));
            Assert.Equal(DhcpClients.Identifiers[name.Split(' ')[0]], IdentifierOf(frame));
        }
    }

    [Theory]
    [InlineData(64)] // RFC 951
    [InlineData(0)]
    [InlineData(3)]
    public void Bootp_WithoutMagicCookie_Passes(int vendorBytes)
    {
        byte[] frame = Ethernet(0x0800, IPv4(Udp17, Bootp(new byte[vendorBytes])));
        Assert.Equal(DropReason.None, FromClient(frame));
        Assert.True(IdentifierOf(frame).IsEmpty);

        // No server sees options there.
        byte[] vendor = [1, 2, 3, 4, .. Stolen, .. Stolen, 255];
        Assert.Equal(DropReason.None, FromClient(Ethernet(0x0800, IPv4(Udp17, Bootp(vendor)))));
    }

    [Fact]
    public void Identifier_ThatIsAnothersMac_StaysOutside()
    {
        byte[][] requests = [[.. Stolen, 255], [53, 1, 7, .. Stolen, 255], [0, 0, 53, 1, 3, .. Stolen, 0, 255, .. Own], Stolen];
        foreach (byte[] options in requests)
        {
            byte[] packet = IPv4(Udp17, DhcpRequest(options));
            Assert.Equal(DropReason.ArpSpoof, FromClient(Ethernet(0x0800, packet)));
            Assert.Equal(DropReason.ArpSpoof, FromClient(Ethernet(0x0800, packet, OtherMac)));
            Assert.Equal(DropReason.ArpSpoof, FromClient(Snap(0x0800, packet)));
            Assert.Equal(DropReason.ArpSpoof, FromClient(Ethernet(0x0800, IPv4(Udp17, DhcpRequest(options), options: [1, 1, 1, 0]))));
            Assert.Equal(DropReason.None, FromGateway(Ethernet(0x0800, packet)));
        }
    }

    [Fact]
    public void Identifier_ThatNobodyReads_IsNotJudged()
    {
        byte[][] requests = [[.. Own, 255, .. Stolen], [43, 9, .. Stolen, 255], [255, .. Stolen, .. Stolen]];
        foreach (byte[] options in requests)
        {
            Assert.Equal(DropReason.None, FromClient(Ethernet(0x0800, IPv4(Udp17, DhcpRequest(options)))));
        }
    }

    [Fact]
    public void Options_ThatServersReadInDifferentWays_AreUnjudgeable()
    {
        byte[][] requests =
        [
            [.. Own, .. Own, 255],             // spliced by some (RFC 3396), the first or the last for others
            [.. Own, 53, 1, 3, .. Stolen, 255],
            [61, 0, .. Own, 255],
            [61, 1, 1, 255],
            [61, 0, 255],
            [53, 1, 3, 61],                    // cut off behind the code,
            [53, 1, 3, 61, 7, 1, 2],           // and in the value
            [53, 1, 3, 12, 200, .. Stolen, 255],
            [53, 1, 3, 12],
            [52, 1, 1, .. Own, 255],           // overload: more of them in 'file',
            [52, 1, 2, 255],                   // in 'sname',
            [52, 1, 3, 255],
            [52, 2, 3, 3, 255],                // and in whatever a server makes of that
            [52, 0, 255],
        ];
        foreach (byte[] options in requests)
        {
            byte[] packet = IPv4(Udp17, DhcpRequest(options));
            Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x0800, packet)));
            Assert.Equal(DropReason.Unjudgeable, FromClient(Snap(0x0800, packet)));
            Assert.Equal(DropReason.None, FromGateway(Ethernet(0x0800, packet)));
        }
    }

    /// <summary>A server that reads raw frames may go by another of the three lengths than one with a socket.</summary>
    [Fact]
    public void OptionsBehindTheLengthOfAHeader_AreUnjudgeable_UnlessNobodyReadsOn()
    {
        byte[] open = DhcpRequest([53, 1, 3, .. Own]);
        byte[] ended = DhcpRequest([53, 1, 3, .. Own, 255]);
        byte[] bootp = Bootp([]);
        byte[] cookie = [99, 130, 83, 99, .. Stolen, 255];
        foreach (byte[] behind in new byte[][] { [.. Stolen, 255], [0], cookie })
        {
            Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x0800, IPv4(Udp17, [.. open, .. behind]))));
            Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x0800, [.. IPv4(Udp17, open), .. behind])));
            Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x0800, [.. IPv4(Udp17, bootp), .. behind])));
            Assert.Equal(DropReason.None, FromClient(Ethernet(0x0800, IPv4(Udp17, [.. ended, .. behind]))));
            Assert.Equal(DropReason.None, FromClient(Ethernet(0x0800, [.. IPv4(Udp17, ended), .. behind])));
        }

        Assert.Equal(DropReason.None, FromClient(Ethernet(0x0800, IPv4(Udp17, open))));
    }

    [Fact]
    public void UdpLength_BeyondWhatIsThere_IsUnjudgeable()
    {
        byte[] request = DhcpRequest([53, 1, 3, .. Own, 255]);
        foreach (int length in new[] { 0, 7, 8, 8 + 33, request.Length + 1, 65535 })
        {
            U16(length).CopyTo(request, 4);
            Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x0800, IPv4(Udp17, request))));
        }

        // A shorter one ends the options before the end option that stands behind it.
        U16(request.Length - 1).CopyTo(request, 4);
        Assert.Equal(DropReason.Unjudgeable, FromClient(Ethernet(0x0800, IPv4(Udp17, request))));
    }

    [Theory]
    [InlineData("0006020000000002")]         // another type, or another length, is no Ethernet MAC
    [InlineData("00020000000002")]
    [InlineData("01020000000002ff")]
    [InlineData("010200000000")]
    [InlineData("0102")]
    public void Identifier_OfAnotherKind_Passes(string identifier)
    {
        byte[] id = Convert.FromHexString(identifier);
        byte[] frame = Ethernet(0x0800, IPv4(Udp17, DhcpRequest([.. ClientId(id), 255])));
        Assert.Equal(DropReason.None, FromClient(frame));
        Assert.Equal(id, IdentifierOf(frame));
        Assert.Equal(id, IdentifierOf(Snap(0x0800, IPv4(Udp17, DhcpRequest([.. ClientId(id), 255])))));
    }

    [Fact]
    public void Identifier_OfOtherTraffic_IsNone()
    {
        byte[] request = DhcpRequest([.. Own, 255]);
        U16(68).CopyTo(request, 2);
        Assert.True(IdentifierOf(Ethernet(0x0800, IPv4(Udp17, request))).IsEmpty);
        U16(67).CopyTo(request, 2);
        Assert.True(IdentifierOf(Ethernet(0x0800, IPv4(6, request))).IsEmpty);
        Assert.True(IdentifierOf(Ethernet(0x88b6, IPv4(Udp17, request))).IsEmpty);
        Assert.True(IdentifierOf(Ethernet(0x0800, IPv4(Udp17, request, fragmentOffset: 2))).IsEmpty);
        Assert.True(IdentifierOf([]).IsEmpty);
        Assert.False(IdentifierOf(Ethernet(0x0800, IPv4(Udp17, request))).IsEmpty);
    }

    private static ReadOnlySpan<byte> IdentifierOf(byte[] frame) =>
        DhcpClientMessage.TryFind(frame, out DhcpClientMessage request) ? request.Identifier : default;
}
