using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class EthernetFrameTests
{
    [Fact]
    public void TryParse_BareHeader_HasAnEmptyPayload()
    {
        byte[] bytes = Packets.Ethernet(0x0800, [], "01:02:03:04:05:06", "0a:0b:0c:0d:0e:0f");
        Assert.True(EthernetFrame.TryParse(bytes, out EthernetFrame frame));
        Assert.Equal("01:02:03:04:05:06", frame.Destination.ToString());
        Assert.Equal("0a:0b:0c:0d:0e:0f", frame.Source.ToString());
        Assert.Equal(0x0800, frame.EtherType);
        Assert.True(frame.Payload.IsEmpty);
        Assert.Equal(14, frame.Length);
    }

    [Fact]
    public void TryParse_Runts_AreRefused()
    {
        for (int length = 0; length < FrameLimits.MinLength; length++)
        {
            Assert.False(EthernetFrame.TryParse(new byte[length], out _));
        }
    }
}
