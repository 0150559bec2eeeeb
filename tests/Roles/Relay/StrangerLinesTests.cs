using Microsoft.Extensions.Logging;
using Softlan.Roles.Relay;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>Whoever finds a relay cannot fill its log; the party is told of all the same.</summary>
public sealed class StrangerLinesTests
{
    private readonly RecordingLogger _log = new(LogLevel.Information);
    private readonly RelayBench _relay;

    public StrangerLinesTests()
    {
        _relay = new RelayBench(logger: _log);
        _relay.House.KeptRoom = Den;
    }

    [Fact]
    public void Joins_OfRoomsOfTheirOwn_AreToldUpToTheBurstThenAtTheRate()
    {
        ComeAndGo(100);
        Assert.Equal(StrangerLines.Burst, _log.Lines.Count);
        Assert.Equal((4 * 100) - StrangerLines.Burst, _relay.House.StrangerLines.TakeUntold());
        Assert.Equal(0, _relay.House.StrangerLines.TakeUntold());

        _log.Lines.Clear();
        _relay.Lane.Advance(TimeSpan.FromSeconds(5));
        ComeAndGo(100);
        Assert.Equal(5, _log.Lines.Count);
    }

    [Fact]
    public void Hellos_ThatNobodyCanReadOrThatAreRejected_CountAsWell()
    {
        for (int i = 0; i < 100; i++)
        {
            _relay.Connect().Link.ReceiveControl("{}");
            _relay.Connect().Say(new StatsMessage(new PeerCounters(), TimeSpan.Zero));
            _relay.Join(ClientHello(1, Code("A")) with { Version = 99 });
        }

        Assert.Equal(StrangerLines.Burst, _log.Lines.Count);
        Assert.Equal(300 - StrangerLines.Burst, _relay.House.StrangerLines.TakeUntold());
    }

    [Fact]
    public void KeptRoom_IsToldOfAllTheSame()
    {
        ComeAndGo(100);
        _log.Lines.Clear();
        for (int i = 0; i < 100; i++)
        {
            TestPeer player = _relay.JoinClient(i);
            _relay.JoinClient(i); // Rejected: its MAC is taken.
            player.Lose();
        }

        Assert.Equal((100, 100), (_log.Count("joined room DEN"), _log.Count("left room DEN")));
        Assert.Equal((100, 100, 100), (_log.Count("DEN opened"), _log.Count("DEN closed"), _log.Count("Rejected")));
    }

    private void ComeAndGo(int strangers)
    {
        for (int i = 0; i < strangers; i++)
        {
            _relay.Join(ClientHello(i, Code($"room-{i}"))).Lose();
        }
    }
}
