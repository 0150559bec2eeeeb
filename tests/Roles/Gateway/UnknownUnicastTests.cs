using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

/// <summary>What a player sends to a MAC that nobody has goes to every port of the LAN's switches, so there is a limit to it.</summary>
public sealed class UnknownUnicastTests
{
    private const int AtOnce = 512;
    private const int PerSecond = 256;

    private static readonly MacAddress Nobody = MacAddress.FromUInt64(0x3c_00_00_00_00_99);

    [Fact]
    public void ToMacsThatNobodyHas_PassAsManyAsAPlayerMayBroadcast()
    {
        using GatewayBench bench = Joined();
        for (ulong i = 0; i < 4000; i++)
        {
            Send(bench, MacAddress.FromUInt64(0x3c_00_00_10_00_00 + i));
        }

        Assert.Equal(AtOnce, bench.ToLan.Count);
        Assert.Equal(4000 - AtOnce, bench.Counters.Dropped(DropReason.RateLimited));

        bench.Receive(GatewayBench.Ben, TestFrames.Plain(Nobody, GatewayBench.Ben.Mac));
        Assert.Equal(AtOnce + 1, bench.ToLan.Count);

        bench.Pass(TimeSpan.FromSeconds(1));
        Send(bench, Nobody, 1000);
        Assert.Equal(AtOnce + 1 + PerSecond, bench.ToLan.Count);
    }

    [Fact]
    public void ToMacsThatNobodyHas_LeavingAndComingBack_GivesNoMore()
    {
        using GatewayBench bench = Joined();
        for (int i = 0; i < 10; i++)
        {
            Send(bench, Nobody, 1000);
            bench.Say(new LeftMessage(GatewayBench.Anna.Id, CloseReason.Normal));
            bench.Say(new JoinedMessage(GatewayBench.Anna));
        }

        Assert.Equal(AtOnce, bench.ToLan.Count);
    }

    [Fact]
    public void ToAMachineThatWasHeard_PassesWhatTheLineCarries()
    {
        using GatewayBench bench = Joined();
        bench.Port.Inject(TestFrames.Plain(GatewayBench.Printer, GatewayBench.Server));
        Send(bench, GatewayBench.Server, 4000);
        Assert.Equal(4000, bench.ToLan.Count);
    }

    [Fact]
    public void ToASilentMachine_FirstFramesPass_AndFromItsAnswerOnAllDo()
    {
        using GatewayBench bench = Joined();
        Send(bench, GatewayBench.Server, 10);
        Assert.Equal(10, bench.ToLan.Count);
        bench.Port.Inject(TestFrames.Plain(GatewayBench.Anna.Mac, GatewayBench.Server));
        Send(bench, GatewayBench.Server, 4000);
        Assert.Equal(4010, bench.ToLan.Count);
    }

    [Fact]
    public void ToThisHostAndToGroups_IsNotUnknown()
    {
        using GatewayBench bench = new(hostAddresses: [GatewayBench.Printer]);
        bench.Join(GatewayBench.Anna);
        foreach (MacAddress to in new[] { GatewayBench.Card, GatewayBench.Printer, MacAddress.Broadcast, MacAddress.FromUInt64(0x01_00_5e_00_00_fb) })
        {
            Send(bench, to, 1000);
        }

        Assert.Equal(4000, bench.ToLan.Count);
    }

    [Fact]
    public void LimitedFrames_AllocateNothing()
    {
        using GatewayBench bench = Joined();
        bench.Port.KeepWritten = false;
        bench.Link.KeepSent = false;
        byte[] unknown = TestFrames.Plain(Nobody, GatewayBench.Anna.Mac);
        byte[] newcomer = TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Server);
        ulong machine = 0x3c_00_00_20_00_00;
        Allocations.AssertNone(
            () =>
            {
                bench.Receive(GatewayBench.Anna, unknown);
                MacAddress.FromUInt64(machine++).Write(newcomer.AsSpan(MacAddress.Length));
                bench.Port.Inject(newcomer);
            },
            1000, 20_000);
    }

    private static void Send(GatewayBench bench, MacAddress to, int count = 1)
    {
        byte[] frame = TestFrames.Plain(to, GatewayBench.Anna.Mac);
        for (int i = 0; i < count; i++)
        {
            bench.Receive(GatewayBench.Anna, frame);
        }
    }

    private static GatewayBench Joined() => GatewayBench.Joined(GatewayBench.Anna, GatewayBench.Ben);
}
