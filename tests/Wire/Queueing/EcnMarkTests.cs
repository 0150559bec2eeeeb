using Softlan.Wire;
using Softlan.Wire.Offload;
using Xunit;
using static Softlan.Tests.Wire.Packets;

namespace Softlan.Tests.Wire.Queueing;

public sealed class EcnMarkTests
{
    [Theory]
    [InlineData(0x00, false, 0x00)]
    [InlineData(0x01, true, 0x03)]
    [InlineData(0x02, true, 0x03)]
    [InlineData(0x03, true, 0x03)]
    [InlineData(0xba, true, 0xbb)]
    [InlineData(0xb8, false, 0xb8)]
    public void IPv4_EctIsMarkedAndTheChecksumStaysRight(byte before, bool marked, byte after)
    {
        byte[] frame = Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Tcp, new byte[20]));
        frame[15] = before;
        InternetChecksum.WriteFinished(frame.AsSpan(24), InternetChecksum.Add(0, frame.AsSpan(14, 20)));
        Assert.Equal(marked, EcnMark.TryMark(frame));
        Assert.Equal(after, frame[15]);
        Assert.Equal(InternetChecksum.Intact, InternetChecksum.Fold(InternetChecksum.Add(0, frame.AsSpan(14, 20))));
    }

    [Theory]
    [InlineData(0x60, 0x00, false, 0x00)]
    [InlineData(0x60, 0x10, true, 0x30)]
    [InlineData(0x6b, 0x2f, true, 0x3f)]
    public void IPv6_EctIsMarked(byte first, byte second, bool marked, byte after)
    {
        byte[] frame = Ethernet(EtherTypes.IPv6, IPv6(IPProtocols.Tcp, new byte[20]));
        frame[14] = first;
        frame[15] = second;
        Assert.Equal(marked, EcnMark.TryMark(frame));
        Assert.Equal([first, after], frame[14..16]);
    }

    [Fact]
    public void OtherFrames_AreLeftAlone()
    {
        Assert.False(EcnMark.TryMark(Ethernet(EtherTypes.Arp, new byte[28])));
        Assert.False(EcnMark.TryMark(Ethernet(EtherTypes.IPv4, [0x45, 3])));
        Assert.False(EcnMark.TryMark(new byte[14]));
        Assert.False(EcnMark.TryMark([]));
    }
}
