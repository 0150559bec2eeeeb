using Softlan.Roles.Relay;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>Strangers who complete the handshake and then say nothing.</summary>
public sealed class SilentLinkTests() : TwoWorkers(
    new RelayOptions { StateDirectory = "/nowhere", ServerName = "relay", MaxLinksPerAddress = 65536 })
{
    private readonly RelayBench _relay = new();

    [Fact]
    public void Silent_OneTooMany_TheOldestGivesWay()
    {
        TestPeer[] strangers = ConnectMany(Lobby.MaxSilent);
        Assert.All(strangers, stranger => Assert.Null(stranger.ClosedWith));
        ConnectMany(2);
        Assert.Equal((CloseReason.ProtocolError, "no hello, and none from 64 newer connections"), strangers[0].Link.ClosedWith);
        Assert.Equal(CloseReason.ProtocolError, strangers[1].ClosedWith);
        Assert.All(strangers[2..], stranger => Assert.Null(stranger.ClosedWith));
        _relay.Lane.Run();
        Assert.Equal(Lobby.MaxSilent, _relay.Lobby.Links.Count);
    }

    [Fact]
    public void Player_ComesAmongThem_HasTimeForItsHelloAndStays()
    {
        TestPeer ann = _relay.Connect();
        ConnectMany(Lobby.MaxSilent - 1);
        ann.Say(ClientHello(1));
        ConnectMany(3 * Lobby.MaxSilent);
        _relay.Lane.Run();
        Assert.True(ann.IsWelcome);
        Assert.Null(ann.ClosedWith);
    }

    [Fact]
    public void Those_WhoAreGoneOrRejected_DoNotCount()
    {
        TestPeer first = _relay.Connect();
        for (int i = 0; i < Lobby.MaxSilent; i++)
        {
            _relay.Connect().Lose();
            _relay.Join(ClientHello(i) with { Version = 99 });
        }

        ConnectMany(Lobby.MaxSilent - 1);
        Assert.Null(first.ClosedWith);
        _relay.Connect();
        Assert.Equal(CloseReason.ProtocolError, first.ClosedWith);
    }

    [Fact]
    public void PlayersOfAnotherWorkersRoom_DoNotCount()
    {
        Join(0, GatewayHello());
        MemoryLink first = Connect(1);
        for (int i = 1; i <= 60; i++)
        {
            Join(1, ClientHello(i));
        }

        for (int i = 1; i < Lobby.MaxSilent; i++)
        {
            Connect(1);
        }

        Assert.Null(first.ClosedWith);
        Connect(1);
        Assert.NotNull(first.ClosedWith);
    }

    private TestPeer[] ConnectMany(int count) => [.. Enumerable.Range(0, count).Select(_ => _relay.Connect())];
}
