using System.Net;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

public sealed class MoveReportTests
{
    private readonly RecordingLogger _log = new();
    private readonly RelayBench _bench;

    public MoveReportTests() => _bench = new RelayBench(logger: _log);

    [Fact]
    public void Move_ToAnotherAddress_IsToldOnce_AndAnotherPortIsNot()
    {
        TestPeer anna = _bench.JoinClient(1);
        anna.Link.Move(At("192.0.2.7", 50007));
        Assert.Equal(0, _log.Count("changed its network"));
        anna.Link.Move(At("198.51.100.9", 40000));
        anna.Link.Move(At("198.51.100.9", 40001));
        Assert.Equal(1, _log.Count("changed its network"));
        Assert.Equal(1, _log.Count("Peer 1 'player 1' in room DEN changed its network: "));
        Assert.Equal(1, _log.Count("its packets came from 192.0.2.7, and come from 198.51.100.9:40000 now"));
        anna.Link.Move(At("192.0.2.7", 50000));
        Assert.Equal(1, _log.Count("its packets came from 198.51.100.9, and come from 192.0.2.7:50000 now"));
    }

    [Fact]
    public void Move_WithEachPacket_IsToldNowAndThen_AndWhereItIsInTheEnd()
    {
        TestPeer anna = _bench.JoinClient(1);
        for (int i = 0; i < 1000; i++)
        {
            anna.Link.Move(At($"198.51.100.{i % 2}", 40000));
        }

        Assert.Equal(4, _log.Count("changed its network"));
        TestPeer ben = _bench.JoinClient(2);
        ben.Link.Move(At("192.0.2.99", 40000)); // The others' moves are told all the same.
        Assert.Equal(1, _log.Count("'player 2' in room DEN changed its network"));
        _bench.Lane.Advance(TimeSpan.FromSeconds(30));
        anna.Link.Move(At("203.0.113.3", 40000));
        Assert.Equal(1, _log.Count("and come from 203.0.113.3:40000 now"));
    }

    [Fact]
    public void Move_OfWhoIsInNoRoom_IsNotTold()
    {
        TestPeer stranger = _bench.Connect();
        stranger.Link.Move(At("198.51.100.9", 40000));
        stranger.Say(ClientHello(1));
        _bench.Lane.Run();
        stranger.Link.Close(CloseReason.Normal, "done");
        _bench.Lane.Run();
        stranger.Link.Move(At("198.51.100.10", 40000));
        Assert.Equal(0, _log.Count("changed its network"));
    }

    [Fact]
    public void JoinAndLeave_WithoutAName_IsToldByItsMac_AndTheGatewayAsTheGateway()
    {
        _bench.Join(ClientHello(1) with { Name = "" }).Link.Close(CloseReason.Normal, "done");
        _bench.Join(GatewayHello() with { Name = "" }).Link.Close(CloseReason.Normal, "done");
        _bench.Lane.Run();
        Assert.Equal(1, _log.Count("Peer 1 '02:00:00:00:00:01' joined room DEN: Client, MAC 02:00:00:00:00:01, from "));
        Assert.Equal(1, _log.Count("Peer 2 'the gateway' joined room DEN: Gateway, from "));
        Assert.Equal(1, _log.Count("Peer 1 '02:00:00:00:00:01' left room DEN"));
        Assert.Equal(1, _log.Count("Peer 2 'the gateway' left room DEN"));
    }

    private static IPEndPoint At(string address, int port) => new(IPAddress.Parse(address), port);
}
