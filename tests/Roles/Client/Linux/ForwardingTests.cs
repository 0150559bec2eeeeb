using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Roles.Client.Linux;
using Xunit;

namespace Softlan.Tests.Roles.Client.Linux;

[SupportedOSPlatform("linux")]
public sealed class ForwardingTests : LinuxClientFixture
{
    [Fact]
    public void MachineThatForwards_PassesNothingOfThePartysOn_AlsoWhereThatComesLater()
    {
        InNamespace((ns, loop) =>
        {
            Forward(1);
            ns.Ip($"tuntap add {Tap} mode tap");
            ns.Ip("link add guests0 type bridge");
            using LinuxClientHost host = Open(loop, "10.73.42.50/24");
            host.OpenPort(Own);
            host.OnJoined(1400);
            AssertForwards(tap: 0, others: 1);
            host.OnJoined(1400);
            Forward(0);
            Forward(1);
            AssertForwards(tap: 1, others: 1);
            host.Maintain();
            AssertForwards(tap: 0, others: 1);
            host.Changes.UndoAll();
            AssertForwards(tap: 1, others: 1);
        });
    }

    [Fact]
    public void MachineThatForwards_InterfaceIsTheOwnersAffair_SoIsThat()
    {
        InNamespace((ns, loop) =>
        {
            Forward(1);
            ns.Ip("link add guests0 type bridge");
            using LinuxClientHost host = Open(loop, "none");
            host.OpenPort(Own);
            host.OnJoined(1400);
            host.Maintain();
            AssertForwards(tap: 1, others: 1);
            host.Changes.UndoAll();
        });
    }

    private static void Forward(int value) => File.WriteAllText("/proc/sys/net/ipv4/ip_forward", $"{value}\n");

    private static void AssertForwards(int tap, int others)
    {
        Assert.Equal(others, Sysctl.Read("guests0", Sysctl.Forwarding));
        Assert.Equal(tap, Sysctl.Read(Tap, Sysctl.Forwarding));
    }
}
