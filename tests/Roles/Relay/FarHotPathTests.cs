using Softlan.Roles.Relay;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>A room on one worker, a player on another: what passes between the two leaves nothing for the garbage collector.</summary>
public sealed class FarHotPathTests : TwoWorkers
{
    private const int WarmUp = 2000;
    private const int Rounds = 2000;

    public FarHotPathTests()
        : base(new RelayOptions { StateDirectory = "/nowhere", ServerName = "relay", ClientBroadcastRate = 1_000_000 })
    {
    }

    [Fact]
    public void ForwardingBetweenWorkers_AllocatesNothing()
    {
        MemoryLink gateway = Join(0, GatewayHello());
        MemoryLink bob = Join(1, ClientHello(2));
        gateway.KeepSent = false;
        bob.KeepSent = false;
        byte[] up = TestFrames.Plain(LanMac(1), Mac(2), 1400);
        byte[] broadcast = TestFrames.Plain(MacAddress.Broadcast, Mac(2), 300);
        byte[] spoofed = TestFrames.Plain(LanMac(1), Mac(9), 60);
        byte[] down = TestFrames.Plain(Mac(2), LanMac(1), 1400);
        (long toGateway, long toBob) = (gateway.Counters.DatagramsOut, bob.Counters.DatagramsOut);

        void Round()
        {
            bob.ReceiveDatagram(DatagramHeader.ForFrame(0), up);
            bob.ReceiveDatagram(DatagramHeader.ForFrame(0), broadcast);
            bob.ReceiveDatagram(DatagramHeader.ForFrame(0), spoofed);
            gateway.ReceiveDatagram(DatagramHeader.ForFrame(0), down);
            First.Run();
            Second.Run();
        }

        Allocations.AssertNone(Round, WarmUp, Rounds);
        Assert.Equal(2 * (WarmUp + Rounds), gateway.Counters.DatagramsOut - toGateway);
        Assert.Equal(WarmUp + Rounds, bob.Counters.DatagramsOut - toBob);
    }
}
