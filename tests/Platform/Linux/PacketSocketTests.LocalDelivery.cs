using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

/// <summary>What reaches this host and its guests, and comes back from them.</summary>
public sealed partial class PacketSocketTests
{
    /// <summary>It may be a program's of this host; only its sender knows that it is a CAM refresh.</summary>
    [Fact]
    public void Write_OfTheCamRefreshsTypeToThisHost_StaysInIt()
    {
        InNamespace(rig =>
        {
            byte[] frame = TestFrames.Silent(Nic, Player);
            frame[13] = EtherTypes.LocalExperimental & 0xff;
            rig.Gateway.Write(frame);
            rig.Gateway.Write(TestFrames.Silent(MacAddress.Broadcast, Player));
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.OnLan.CountOf(TestFrames.SilentType) == 1));
            Assert.Equal(0, rig.OnLan.CountOf(EtherTypes.LocalExperimental));
        });
    }
}
