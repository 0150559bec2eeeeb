using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>A machine on the LAN has the MAC of player 1, and the gateway says so: to the room the MAC is the machine's.</summary>
public sealed class OutsideTests
{
    private readonly RelayBench _bench = new();
    private readonly TestPeer _gateway;
    private readonly TestPeer _thief;
    private readonly TestPeer _ben;

    public OutsideTests()
    {
        _gateway = _bench.JoinGateway();
        _thief = _bench.JoinClient(1);
        _ben = _bench.JoinClient(2);
    }

    [Fact]
    public void Outside_TheMacIsTheMachines()
    {
        PutOutside();
        Assert.Equal([new OutsideMessage(_thief.Id, Mac(1), true)], _thief.Heard.OfType<OutsideMessage>());
        Assert.Equal([_thief.Id], _ben.LeftIds);

        byte[] toTheMachine = TestFrames.Plain(Mac(1), Mac(2), 100);
        _ben.Send(toTheMachine);
        Assert.Equal(toTheMachine, Assert.Single(_gateway.Frames));
        byte[] fromTheMachine = TestFrames.Plain(Mac(2), Mac(1), 100);
        _gateway.Send(fromTheMachine);
        Assert.Equal(fromTheMachine, Assert.Single(_ben.Frames));
        Assert.Empty(_thief.Frames);

        _thief.Send(TestFrames.Plain(Mac(2), Mac(1), 100));
        _thief.Send(TestFrames.Plain(MacAddress.Broadcast, Mac(1), 100));
        Assert.Equal(2, _thief.Counters.Dropped(DropReason.LanSourceMac));
        Assert.Single(_ben.Frames);
        Assert.Single(_gateway.Frames);
    }

    [Fact]
    public void Outside_WhoComesLaterDoesNotHearOfIt_AndNobodyElseGetsTheMac()
    {
        PutOutside();
        Assert.Equal([_gateway.Id, _ben.Id], _bench.JoinClient(3).Welcome.Peers.Select(peer => peer.Id).Order());
        Assert.Equal(RejectReason.MacTaken, _bench.Join(ClientHello(1)).Rejected);
    }

    [Fact]
    public void InsideAgain_IsAPlayerAgain()
    {
        PutOutside();
        _gateway.Say(new OutsideMessage(_thief.Id, Mac(1), IsOutside: false));
        _bench.Lane.Run();
        AssertIsInside();
        Assert.Equal(2, _thief.Heard.OfType<OutsideMessage>().Count());
    }

    [Fact]
    public void GatewayLeaves_IsAPlayerAgain()
    {
        PutOutside();
        _gateway.Lose();
        AssertIsInside();
    }

    [Fact]
    public void GatewayComesBackToItsPlace_ItSaysItAnew()
    {
        PutOutside();
        TestPeer gateway = _bench.Join(GatewayHello() with { Resume = _gateway.Welcome.Resume });
        Assert.True(gateway.IsWelcome);
        AssertIsInside();
        gateway.Say(new OutsideMessage(_thief.Id, Mac(1), IsOutside: true));
        Assert.Equal([_thief.Id, _thief.Id], _ben.LeftIds);
    }

    /// <summary>The gateway hears of a newcomer first, so its answer may come before the others have heard of it.</summary>
    [Fact]
    public void OutsideBeforeItsWelcome_NobodyHearsOfIt()
    {
        _gateway.Link.HasUndeliveredControl = true;
        TestPeer late = _bench.JoinClient(3);
        Assert.False(late.IsWelcome);
        ushort id = _gateway.Heard.OfType<JoinedMessage>().Last().Peer.Id;
        _gateway.Say(new OutsideMessage(id, Mac(3), IsOutside: true));
        _gateway.Link.HasUndeliveredControl = false;
        _bench.Lane.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(late.IsWelcome);
        Assert.Equal([new OutsideMessage(id, Mac(3), true)], late.Heard.OfType<OutsideMessage>());
        Assert.DoesNotContain(id, _ben.JoinedIds);
        Assert.DoesNotContain(id, _ben.LeftIds);
        late.Send(TestFrames.Plain(MacAddress.Broadcast, Mac(3), 100));
        Assert.Empty(_ben.Frames);
    }

    [Theory]
    [InlineData(77)]
    [InlineData(1)] // The gateway itself.
    public void NobodysId_ChangesNothing(ushort id)
    {
        Assert.Equal(1, _gateway.Id);
        _gateway.Say(new OutsideMessage(id, MacAddress.Zero, IsOutside: true));
        Assert.Empty(_ben.LeftIds);
        Assert.Null(_gateway.ClosedWith);
    }

    /// <summary>The player has come back with another MAC, as it was told to do, while the message was under way.</summary>
    [Fact]
    public void ThePlaceHasAnotherMacByNow_ChangesNothing()
    {
        TestPeer again = _bench.Join(ClientHello(9) with { Resume = _thief.Welcome.Resume });
        Assert.Equal(_thief.Id, again.Id);
        PutOutside();
        Assert.Empty(again.Heard.OfType<OutsideMessage>());
        again.Send(TestFrames.Plain(Mac(2), Mac(9), 100));
        Assert.Single(_ben.Frames);
    }

    [Fact]
    public void PlayerSaysIt_IsClosed()
    {
        _ben.Say(new OutsideMessage(_thief.Id, Mac(1), IsOutside: true));
        Assert.Equal(CloseReason.ProtocolError, _ben.ClosedWith);
        Assert.Empty(_thief.Heard.OfType<OutsideMessage>());
    }

    private void PutOutside()
    {
        _gateway.Say(new OutsideMessage(_thief.Id, Mac(1), IsOutside: true));
        _bench.Lane.Run();
    }

    private void AssertIsInside()
    {
        _bench.Lane.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, _ben.JoinedIds.Append(_thief.Id).Count(id => id == _thief.Id)); // Ben's welcome had it, and it has joined since.
        byte[] frame = TestFrames.Plain(Mac(2), Mac(1), 100);
        _thief.Send(frame);
        Assert.Equal(frame, Assert.Single(_ben.Frames));
        byte[] answer = TestFrames.Plain(Mac(1), Mac(2), 100);
        _ben.Send(answer);
        Assert.Equal(answer, Assert.Single(_thief.Frames));
    }
}
