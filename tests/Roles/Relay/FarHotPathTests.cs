using Microsoft.Extensions.Logging.Abstractions;
using Softlan.Roles.Relay;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>A room on one worker, a player on another: what passes between the two leaves nothing for the garbage collector.</summary>
public sealed class FarHotPathTests
{
    private const int WarmUp = 2000;
    private const int Rounds = 2000;

    private readonly ManualLane _room = new();
    private readonly ManualLane _link = new();
    private readonly RelayHouse _house;

    public FarHotPathTests()
    {
        _house = new RelayHouse(new RelayOptions { StateDirectory = "/nowhere", ServerName = "relay", ClientBroadcastRate = 1_000_000 }, 2);
        _house.OpenLobby(0, _room, NullLogger.Instance);
        _house.OpenLobby(1, _link, NullLogger.Instance);
    }

    [Fact]
    public void ForwardingBetweenWorkers_AllocatesNothing()
    {
        MemoryLink gateway = Join(0, _room, GatewayHello());
        MemoryLink bob = Join(1, _link, ClientHello(2));
        gateway.KeepSent = false;
        bob.KeepSent = false;
        byte[] up = TestFrame.Make(Mac(2), LanMac(1), 1400);
        byte[] broadcast = TestFrame.Make(Mac(2), MacAddress.Broadcast, 300);
        byte[] spoofed = TestFrame.Make(Mac(9), LanMac(1), 60);
        byte[] down = TestFrame.Make(LanMac(1), Mac(2), 1400);
        (long toGateway, long toBob) = (gateway.Counters.DatagramsOut, bob.Counters.DatagramsOut);

        void Round()
        {
            bob.ReceiveDatagram(DatagramHeader.ForFrame(0), up);
            bob.ReceiveDatagram(DatagramHeader.ForFrame(0), broadcast);
            bob.ReceiveDatagram(DatagramHeader.ForFrame(0), spoofed);
            gateway.ReceiveDatagram(DatagramHeader.ForFrame(0), down);
            _room.Run();
            _link.Run();
        }

        for (int i = 0; i < WarmUp; i++)
        {
            Round();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++)
        {
            Round();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(2 * (WarmUp + Rounds), gateway.Counters.DatagramsOut - toGateway);
        Assert.Equal(WarmUp + Rounds, bob.Counters.DatagramsOut - toBob);
    }

    private MemoryLink Join(int worker, ManualLane lane, HelloMessage hello)
    {
        MemoryLink link = new(lane);
        link.Handler = _house.Lobbies[worker].Accept(link);
        link.Connect();
        link.ReceiveControl(System.Text.Encoding.UTF8.GetString(ControlCodec.Write(hello)));
        for (int i = 0; i < 8; i++)
        {
            _room.Advance(TimeSpan.FromMilliseconds(2));
            _link.Advance(TimeSpan.FromMilliseconds(2));
        }

        return link;
    }
}
