using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Wire.Packets;

namespace Softlan.Tests.Wire;

public sealed class PriorityTagTests
{
    private static readonly byte[] Plain = Ethernet(0x0800, IPv4(17, Udp(27015, 27015)));

    [Theory]
    [InlineData("8100a000")] // priority 5
    [InlineData("81000000")]
    [InlineData("8100f000")] // with the drop eligible bit
    [InlineData("88a8a000")]
    public void TagWithoutAVlan_IsTakenOff(string tag) => Assert.Equal(Plain, Remove(tag));

    [Theory]
    [InlineData("8100a001")]
    [InlineData("81000fff")]
    [InlineData("9100a000")]
    [InlineData("8100a00081000007", "81000007")] // a VLAN behind it
    [InlineData("8100000781000000")]
    public void OtherTag_Stays(string tags, string? left = null)
    {
        left ??= tags;
        Assert.Equal([.. Plain[..12], .. Convert.FromHexString(left), .. Plain[12..]], Remove(tags));
    }

    [Fact]
    public void FramesOfAnyLength_AreTakenAsTheyAre()
    {
        byte[] tagged = [.. Plain[..12], 0x81, 0, 0, 0, .. Plain[12..]];
        for (int length = 0; length <= tagged.Length; length++)
        {
            Assert.Equal(length < 18 ? length : length - 4, PriorityTag.Remove([.. tagged[..length]]).Length);
            Assert.Equal(Math.Min(length, Plain.Length), PriorityTag.Remove([.. Plain[..Math.Min(length, Plain.Length)]]).Length);
        }
    }

    private static byte[] Remove(string tags) => PriorityTag.Remove([.. Plain[..12], .. Convert.FromHexString(tags), .. Plain[12..]]).ToArray();
}
