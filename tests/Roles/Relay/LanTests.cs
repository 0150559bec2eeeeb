using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Relay;

/// <summary>The gateway's cable is out: the players hear of it.</summary>
public sealed class LanTests
{
    private readonly RelayBench _bench = new();
    private readonly TestPeer _gateway;
    private readonly TestPeer _anna;

    public LanTests()
    {
        _gateway = _bench.JoinGateway();
        _anna = _bench.JoinClient(1);
    }

    [Fact]
    public void Lan_IsToldToAllPlayers_AndToThoseWhoComeLater()
    {
        Say(false);
        Say(false);
        Assert.Equal([false], Heard(_anna));
        TestPeer ben = _bench.JoinClient(2);
        Assert.Equal([false], Heard(ben));
        Assert.IsType<WelcomeMessage>(ben.Heard[0]);

        Say(true);
        Assert.Equal([false, true], Heard(_anna));
        Assert.Equal([false, true], Heard(ben));
        Assert.Empty(Heard(_bench.JoinClient(3)));
        Assert.Empty(Heard(_gateway));
    }

    [Fact]
    public void GatewayComesBackToItsPlace_WhatItSaidStandsUntilItSaysOtherwise()
    {
        Say(false);
        TestPeer again = _bench.Join(RelayBench.GatewayHello() with { Resume = _gateway.Welcome.Resume });
        Assert.True(again.IsWelcome);
        Assert.Equal([false], Heard(_anna));
        again.Say(new LanMessage(IsConnected: true));
        Assert.Equal([false, true], Heard(_anna));
    }

    [Fact]
    public void GatewayLeaves_NobodyIsToldOfItsLanAnyMore()
    {
        Say(false);
        _gateway.Lose();
        Assert.Empty(Heard(_bench.JoinClient(2)));
        Assert.Equal([false], Heard(_anna));
    }

    [Fact]
    public void PlayerSaysIt_IsClosed()
    {
        _anna.Say(new LanMessage(IsConnected: false));
        Assert.Equal(CloseReason.ProtocolError, _anna.ClosedWith);
    }

    private void Say(bool isConnected)
    {
        _gateway.Say(new LanMessage(isConnected));
        _bench.Lane.Run();
    }

    private static IEnumerable<bool> Heard(TestPeer peer) => peer.Heard.OfType<LanMessage>().Select(lan => lan.IsConnected);
}
