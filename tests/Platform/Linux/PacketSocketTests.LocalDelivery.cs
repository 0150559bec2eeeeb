using System.Net;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

/// <summary>What reaches this host and its guests, and comes back from them.</summary>
public sealed partial class PacketSocketTests
{
    private static readonly MacAddress Guest = MacAddress.Read([2, 0x42, 0, 0, 0, 5]);
    private static readonly IPAddress GuestAddress = IPAddress.Parse("10.9.0.5");

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

    /// <summary>As Docker's macvlan networks and libvirt's direct interfaces have it: a machine of its own on this host's card.</summary>
    [Fact]
    public void LocalDelivery_AGuestOnThisHostsCardAnswersAPlayer_UntilItMovesToTheLan()
    {
        InNamespace(rig =>
        {
            using NetworkNamespace guest = NetworkNamespace.Create();
            rig.Namespace.Ip($"link add guest0 link nic0 address {Guest} netns {guest.Name} type macvlan mode bridge");
            guest.Run(() => Sysctl.Write("guest0", Sysctl.DisableIPv6, 1));
            guest.Ip($"addr add {GuestAddress}/24 dev guest0");
            guest.Ip("link set guest0 up");

            rig.Gateway.Write(TestFrames.ArpRequest(Player, PlayerAddress, GuestAddress));
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.CountOf(EtherTypes.Arp) > 0), "no ARP reply");
            rig.Gateway.Write(TestFrames.Echo(Guest, Player, PlayerAddress, GuestAddress));
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.CountOf(EtherTypes.IPv4) > 0), "no echo reply");
            Assert.All(
                rig.AtGateway.Frames.Where(seen => PortRecorder.TypeOf(seen.Frame) == EtherTypes.IPv4),
                seen => Assert.Equal((Guest, FrameOrigin.SentByThisHost), (MacAddress.Read(seen.Frame.AsSpan(6)), seen.Origin)));
            Assert.DoesNotContain(rig.AtGateway.Frames, seen => MacAddress.Read(seen.Frame.AsSpan(6)) == Player);
            Assert.DoesNotContain(rig.OnLan.Frames, seen => MacAddress.Read(seen.Frame) == Guest);

            rig.Lan.Write(TestFrames.Silent(Player, Guest));
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.AtGateway.CountOf(TestFrames.SilentType) == 1));
            rig.Gateway.Write(TestFrames.Silent(Guest, Player));
            Assert.True(PortRecorder.TurnUntil(rig.Loop, () => rig.OnLan.CountOf(TestFrames.SilentType) == 1));
        });
    }
}
