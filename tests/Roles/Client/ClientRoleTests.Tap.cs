using System.Net;
using Softlan.Roles.Shared;
using Softlan.Tests.Roles.Shared;
using Softlan.Tests.Wire;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client;

/// <summary>What goes through the TAP.</summary>
public sealed partial class ClientRoleTests
{
    [Fact]
    public void FramesOfTheTap_OwnMacPasses_AnotherMacIsDroppedAndSaidOnce()
    {
        StartClient();
        RecordingOwner lan = new();
        using RelaySession gateway = StartGateway(lan);
        _lane.Advance(TimeSpan.FromSeconds(2));
        byte[] own = TestFrames.Plain(Server, Own);
        Port.Inject(own);
        Port.Inject(TestFrames.Plain(Server, MacAddress.FromUInt64(0x02_00_5e_10_00_99)));
        Port.Inject(TestFrames.Plain(Server, MacAddress.FromUInt64(0x02_00_5e_10_00_99)));
        _lane.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal([own], lan.Frames.Select(frame => frame.Frame));
        Assert.Equal(2, _client!.Session!.Counters.Dropped(DropReason.UnauthorizedSourceMac));
        Assert.Equal(1, _log.Count("which is not its own"));
    }

    /// <summary>Then its own broadcasts come in by the tunnel; a card that was plugged in later counts, too.</summary>
    [Fact]
    public void FramesOfThisMachinesOwnCard_FromTheParty_ItIsThereAlready()
    {
        MacAddress card = MacAddress.FromUInt64(0x3c_00_00_00_00_77);
        StartClient();
        using RelaySession gateway = StartGateway();
        _lane.Advance(TimeSpan.FromSeconds(2));
        gateway.Send(TestFrames.Plain(MacAddress.Broadcast, card));
        _lane.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(0, _log.Count("is already on the party's LAN"));

        _host.Cards[card] = "eth0";
        _host.Change();
        gateway.Send(TestFrames.Plain(Own, card));
        _lane.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(0, _log.Count("is already on the party's LAN"));
        for (int i = 0; i < 3; i++)
        {
            gateway.Send(TestFrames.Plain(MacAddress.Broadcast, card));
            _lane.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(1, _log.Count("is already on the party's LAN: broadcasts that its card eth0 sends come back through softlan0"));
    }

    [Fact]
    public void FramesOfTheTap_SaidWhileItConnects_LeaveWithTheJoin()
    {
        RecordingOwner lan = new();
        using RelaySession gateway = StartGateway(lan);
        _lane.Advance(TimeSpan.FromSeconds(2));
        StartClientUntilTheTapIsOpen();

        byte[] own = TestFrames.Plain(Server, Own);
        Port.Inject(own);
        Assert.False(_client!.Session!.IsJoined);
        _lane.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([own], lan.Frames.Select(frame => frame.Frame));
        Assert.Equal(0, _client.Session.Counters.Dropped(DropReason.NotConnected));
    }

    [Fact]
    public void FramesOfTheTap_NoRelayForASecond_AreTooOldForIt()
    {
        _network.IsDown = true;
        StartClient();
        _lane.Advance(TimeSpan.FromMilliseconds(900));
        Port.Inject(TestFrames.Plain(Server, Own));
        Assert.Equal(0, _client!.Session!.Counters.Dropped(DropReason.NotConnected));
        _lane.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(1, _client.Session.Counters.Dropped(DropReason.NotConnected));
        _network.IsDown = false;
        _lane.Advance(TimeSpan.FromSeconds(60));
        Assert.True(_client.Session.IsJoined);
    }

    [Fact]
    public void Join_TapCannotBeRead_EndsWithTheReason()
    {
        SoftlanException failure = SoftlanException.Create("Cannot watch the TAP", "a test said so");
        StartClientUntilTheTapIsOpen();

        Port.RefusesToStart = failure;
        _lane.Advance(TimeSpan.FromSeconds(2));
        Assert.Same(failure, _failure);
        Assert.Equal(0, _changes.Count);
    }

    [Fact]
    public void FramesOfTheLan_ReachTheTap()
    {
        StartClient();
        using RelaySession gateway = StartGateway();
        _lane.Advance(TimeSpan.FromSeconds(2));
        byte[] down = TestFrames.Plain(Own, Server, 1514);
        gateway.Send(down.AsSpan());
        _lane.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal([down], Port.Written);
    }

    [Fact]
    public void AddressOfTheParty_AnotherMachineHasIt_IsToldWhenItIsNew()
    {
        using RelaySession gateway = StartGateway();
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(2));
        _host.AddressToClaim = IPAddress.Parse("10.73.42.17");
        _host.Change();
        _lane.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, _log.Count("already in use"));
        byte[] claim = Packets.Arp(2, Server.ToString(), Own.ToString(), [10, 73, 42, 17]);
        gateway.Send(Packets.Ethernet(EtherTypes.Arp, claim, source: Server.ToString()));
        _lane.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _log.Count($"Address 10.73.42.17 is already in use by {Server} (on the party's LAN)"));
        Assert.Equal(1, _log.Count("tell the organiser"));
    }

    private void StartClientUntilTheTapIsOpen()
    {
        StartClient();
        while (_host.Ports.Count == 0)
        {
            _lane.Advance(TimeSpan.FromMilliseconds(1));
        }
    }
}
