using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Roles.Client.FakeRoutes;

namespace Softlan.Tests.Roles.Client;

/// <summary>The way to the relay changes under a client that runs.</summary>
public sealed partial class ClientRoleTests
{
    [Fact]
    public void TunnelCapturesTheRelay_EndsWithTheReasonAndUndoesEverything()
    {
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(2));
        _routes.Rules.Add(Route("192.0.2.0/24", Tap));
        _host.Change();
        _lane.Run();
        Assert.True(_ended);
        Assert.StartsWith(
            "Cannot keep the relay outside the tunnel: this machine now routes 192.0.2.1 into softlan0",
            _failure!.Message,
            StringComparison.Ordinal);
        Assert.Equal(0, _changes.Count);
        Assert.True(Port.IsDisposed);
    }

    [Fact]
    public void AnotherNetwork_IsFollowedAtOnce()
    {
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(2));
        _routes.TakeDown(Wlan);
        _routes.Table.Add(Route("0.0.0.0/0", Eth, "10.0.0.1"));
        _host.Change();
        Assert.Equal(1, _network.NetworkChanges);
        Assert.Contains(_routes.Table, route => route.IsSoftlans && route.InterfaceIndex == Eth);
        Assert.Equal(1, _log.Count("The network of this machine changed"));
    }

    [Fact]
    public void TheSameNetworkComesBack_AClientThatWaitsTriesAtOnce()
    {
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(2));
        FakeRoute[] before = [.. _routes.Table.Where(route => !route.IsSoftlans)];
        _routes.TakeDown(Wlan);
        _host.Change();
        _relay.Dispose();
        _lane.Advance(TimeSpan.FromSeconds(90)); // The pauses are long by now, and the next begins with an attempt.
        int attempts = _network.Connections.Count;
        while (_network.Connections.Count == attempts)
        {
            _lane.Advance(TimeSpan.FromSeconds(0.1));
        }

        _lane.Advance(TimeSpan.FromSeconds(0.1));
        _relay = StartRelay();
        _routes.Table.AddRange(before);
        _host.Change();
        _lane.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(_client!.Session!.IsJoined);
    }

    [Fact]
    public void RelayIsJoinedAgain_TheGatewayThatWasThereAllAlongIsNoNews()
    {
        using RelaySession gateway = StartGateway();
        _lane.Advance(TimeSpan.FromSeconds(2));
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(2));
        Rejoin();
        gateway.Stop();
        _lane.Advance(TimeSpan.FromSeconds(2));
        using RelaySession next = StartGateway();
        _lane.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(
            ["gateway", "no gateway", "gateway as before", "no gateway", "gateway"],
            _host.Events.Where(what => what.Contains("gateway", StringComparison.Ordinal)));
    }

    [Fact]
    public void RelayIsJoinedAgain_WithoutAGateway_TheNextIsNews()
    {
        RelaySession gateway = StartGateway();
        _lane.Advance(TimeSpan.FromSeconds(2));
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(2));
        gateway.Stop();
        Rejoin();
        gateway.Dispose();
        using RelaySession next = StartGateway();
        _lane.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("gateway", _host.Events.Last(what => what.Contains("gateway", StringComparison.Ordinal)));
    }

    /// <summary>The link of the client is lost, and made again.</summary>
    private void Rejoin()
    {
        _network.Connections[1].End(LinkCloseKind.TimedOut, CloseReason.TimedOut, "a test said so");
        _lane.Advance(TimeSpan.FromSeconds(30));
        Assert.True(_client!.Session!.IsJoined);
    }
}
