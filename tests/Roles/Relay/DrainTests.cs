using Softlan.Roles.Relay;
using Softlan.Tests.Fakes;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>When a worker of a relay that stops is done: once, and not before its last link has gone.</summary>
public sealed class DrainTests : TwoWorkers
{
    private readonly int[] _drained = new int[2];

    public DrainTests()
        : base(new RelayOptions { StateDirectory = "/nowhere", ServerName = "relay" })
    {
        for (int i = 0; i < 2; i++)
        {
            int worker = i;
            House.Lobbies[worker].Drained = () => _drained[worker]++;
        }
    }

    [Fact]
    public void Drain_NewcomerWhenItIsDone_IsRejectedAndItIsNotToldAgain()
    {
        Join(0, ClientHello(1));
        House.Lobbies[0].Drain();
        Turn();
        Assert.Equal([1, 0], _drained);

        AssertDraining(Join(0, ClientHello(2)));
        Assert.Equal([1, 0], _drained);
    }

    [Fact]
    public void Drain_NewcomerForARoomOfAnotherWorker_IsRejectedHere()
    {
        Join(0, GatewayHello());
        House.Lobbies[1].Drain();
        MemoryLink first = Connect(1);
        Assert.Equal([0, 1], _drained);
        Say(first, ClientHello(1));
        AssertDraining(first);
    }

    [Fact]
    public void Drain_LastLinkCameMeanwhileForARoomOfAnotherWorker_IsDoneWhenItHasGone()
    {
        Join(0, GatewayHello());
        Join(1, ClientHello(1, Code("OTHER")));
        House.Lobbies[1].Drain();
        MemoryLink late = Connect(1);
        Turn();
        Assert.Equal([0, 0], _drained);

        Say(late, ClientHello(2));
        AssertDraining(late);
        Assert.Equal([0, 1], _drained);
    }

    [Fact]
    public void Drain_LinkIsOnItsWayToAnotherWorkerThatDrainsToo_IsWaitedForWhereItIs()
    {
        Join(0, GatewayHello());
        MemoryLink moving = Connect(1);
        moving.ReceiveControl(Text(ClientHello(2)));
        House.Lobbies[0].Drain();
        House.Lobbies[1].Drain();
        Second.Run();
        Assert.Equal(0, _drained[1]);

        Turn();
        AssertDraining(moving);
        Assert.Equal([1, 1], _drained);
    }

    [Fact]
    public void Drain_PeersWithARoomOnAnotherWorker_AreWaitedForUntilTheyHaveTheirGoodbye()
    {
        Join(0, GatewayHello());
        MemoryLink bob = Join(1, ClientHello(2));
        House.Lobbies[1].Drain();
        Second.Run();
        Assert.Equal([0, 0], _drained);

        House.Lobbies[0].Drain();
        Turn();
        Assert.Contains(bob.SentControl, message => message.Contains("shutting-down", StringComparison.Ordinal));
        Assert.Equal([1, 1], _drained);
    }

    private static void AssertDraining(MemoryLink link)
    {
        Assert.Contains(link.SentControl, message => message.Contains("\"draining\"", StringComparison.Ordinal));
        Assert.NotNull(link.ClosedWith);
    }
}
