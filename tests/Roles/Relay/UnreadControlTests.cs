using Softlan.Platform;
using Softlan.Roles.Relay;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>Peers that are heard and do not read what they are told.</summary>
public sealed class UnreadControlTests() : TwoWorkers(new RelayOptions { StateDirectory = "/nowhere", ServerName = "relay" })
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(10);

    private readonly RelayBench _relay = new();

    [Fact]
    public void Welcome_IsNotRead_ClosesTheLink()
    {
        TestPeer ann = _relay.JoinClient(1);
        TestPeer bob = _relay.JoinClient(2);
        ann.Link.ControlProgress = new ControlProgress(300, 299);
        bob.Link.ControlProgress = new ControlProgress(300, 300);
        Look(4);
        Assert.Null(ann.ClosedWith);
        Look(1);
        Assert.Equal((CloseReason.ProtocolError, "control messages were not read for 40 s"), ann.Link.ClosedWith);
        Assert.Equal([ann.Id], bob.LeftIds);
        Look(10);
        Assert.Null(bob.ClosedWith);
    }

    /// <summary>A peer far away in a room in which something happens all the time.</summary>
    [Fact]
    public void News_AlwaysUnderWay_CloseNobodyWhoReadsThem()
    {
        TestPeer ann = _relay.JoinClient(1);
        for (int i = 0; i < 20; i++)
        {
            ann.Link.ControlProgress = new ControlProgress((i + 2) * 100, (i + 1) * 100);
            Look(1);
        }

        Assert.Null(ann.ClosedWith);
    }

    [Fact]
    public void News_CeaseToBeRead_CloseTheLink()
    {
        TestPeer ann = _relay.JoinClient(1);
        ann.Link.ControlProgress = new ControlProgress(300, 300);
        Look(10);
        for (int i = 0; i < 6; i++)
        {
            ann.Link.ControlProgress = new ControlProgress(400 + (i * 100), 300 + i);
            Look(1);
        }

        Assert.Equal(CloseReason.ProtocolError, ann.ClosedWith);
    }

    /// <summary>An outage that the link outlives.</summary>
    [Fact]
    public void Outage_OfHalfAMinute_ClosesNobody()
    {
        TestPeer ann = _relay.JoinClient(1);
        ann.Link.ControlProgress = new ControlProgress(300, 0);
        Look(4);
        ann.Link.ControlProgress = new ControlProgress(300, 300);
        Look(10);
        Assert.Null(ann.ClosedWith);
    }

    [Fact]
    public void FarLink_IsNotRead_IsClosedWhereItIs()
    {
        MemoryLink ann = Join(0, ClientHello(1));
        MemoryLink far = Join(1, ClientHello(2));
        far.ControlProgress = new ControlProgress(300, 0);
        for (int i = 0; i < 5; i++)
        {
            House.Lobbies[1].Sweep();
            Second.Advance(BetweenLooks);
        }

        Turn();
        Assert.Equal((CloseReason.ProtocolError, "control messages were not read for 40 s"), far.ClosedWith);
        Assert.Contains(ann.SentControl, message => message.Contains("\"left\"", StringComparison.Ordinal));
        Assert.Null(ann.ClosedWith);
    }

    [Theory]
    [InlineData(1, 66_048)]
    [InlineData(64, 98_304)]
    [InlineData(2048, 1_114_112)]
    public void Bound_FollowsTheLargestRoom(int clients, int bytes) =>
        Assert.Equal(bytes, new RelayOptions { StateDirectory = "/nowhere", ServerName = "relay", MaxClientsPerRoom = clients }.MaxUnreadControl);

    private void Look(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _relay.Lobby.Sweep();
            _relay.Lane.Advance(BetweenLooks);
        }
    }
}
