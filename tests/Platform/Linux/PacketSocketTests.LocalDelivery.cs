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

    [Fact]
    public void LocalDelivery_AnswerThatInheritsTheMark_IsHeard()
    {
        InNamespace(rig =>
        {
            rig.Gateway.Write(TestFrames.ArpRequest(Player, PlayerAddress, NicAddress));
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.CountOf(EtherTypes.Arp) > 0), "no ARP reply");
            File.WriteAllText("/proc/sys/net/ipv4/fwmark_reflect", "1");
            rig.Gateway.Write(TestFrames.Echo(Nic, Player, PlayerAddress, NicAddress));
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.CountOf(EtherTypes.IPv4) > 0), "no echo reply");
            PortRecorder.Settle(rig.Loop);

            // What was delivered with the mark is still not heard again.
            Assert.DoesNotContain(rig.AtGateway.Frames, seen => MacAddress.Read(seen.Frame.AsSpan(6)) == Player);
        });
    }
}
