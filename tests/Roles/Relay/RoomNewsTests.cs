using Softlan.Roles.Relay;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Relay;

/// <summary>How a large room hears who came and who went, while frames have to pass in between.</summary>
public sealed class RoomNewsTests
{
    private const int Players = 100;

    private readonly RelayBench _relay = new(options => options with { MaxClientsPerRoom = 10_000 });

    [Fact]
    public void Join_OfALargeRoom_IsToldToFewAtOnce_AndThenTheNewcomerIsWelcome()
    {
        List<TestPeer> players = Fill(Players);
        TestPeer last = _relay.JoinClient(Players + 1);

        Assert.Equal(RoomNews.PlayersAtOnce, CountWhoKnow(players));
        for (int told = RoomNews.PlayersAtOnce; told < Players;)
        {
            Assert.False(last.IsWelcome); // Nobody gets frames of somebody whom he does not know.
            _relay.Lane.Advance(RoomNews.Interval);
            int now = CountWhoKnow(players);
            Assert.InRange(now - told, 1, RoomNews.PlayersAtOnce);
            told = now;
        }

        Assert.True(last.IsWelcome);
        _relay.Lane.Advance(TimeSpan.FromSeconds(1));
        Assert.All(players, player => Assert.Single(player.JoinedIds, last.Id));
    }

    [Fact]
    public void Join_OfASmallRoom_IsToldToAllAtOnce()
    {
        List<TestPeer> players = Fill(RoomNews.PlayersAtOnce);
        TestPeer last = _relay.JoinClient(Players);
        Assert.All(players, player => Assert.Single(player.JoinedIds, last.Id));
    }

    [Fact]
    public void Join_IsToldToTheGatewayAtOnce()
    {
        Fill(Players);
        TestPeer lan = _relay.JoinGateway();
        TestPeer last = _relay.JoinClient(Players + 1);
        Assert.Single(lan.JoinedIds);
        _relay.Lane.Advance(RoomNews.Interval * RoomNews.MaxIntervals);
        Assert.Single(lan.JoinedIds, last.Id);
        last.Lose();
        Assert.Equal([last.Id], lan.LeftIds);
    }

    [Fact]
    public void Gateway_IsToldToAllAtOnce()
    {
        List<TestPeer> players = Fill(Players);
        TestPeer lan = _relay.JoinGateway();
        Assert.All(players, player => Assert.Single(player.JoinedIds, lan.Id));
    }

    [Fact]
    public void Join_WhileOthersAreStillTold_EndsInAWelcomeForEach()
    {
        Fill(Players);
        List<TestPeer> crowd = [.. Enumerable.Range(Players + 1, RoomNews.MaxItems + 100).Select(_relay.JoinClient)]; // More than are kept.
        _relay.Lane.Advance(RoomNews.Interval * RoomNews.MaxIntervals);
        Assert.All(crowd, newcomer => Assert.True(newcomer.IsWelcome));
    }

    [Fact]
    public void Join_OfAVeryLargeRoom_IsToldWithinTheLongestTime()
    {
        List<TestPeer> players = Fill(RoomNews.PlayersAtOnce * RoomNews.MaxIntervals * 9 / 8);
        TestPeer last = _relay.JoinClient(players.Count + 1);
        _relay.Lane.Advance(RoomNews.Interval * RoomNews.MaxIntervals);
        Assert.True(last.IsWelcome);
        Assert.All(players, player => Assert.Contains(last.Id, player.JoinedIds));
    }

    [Fact]
    public void Behind_IsToldEverythingOnce_InTheOrderInWhichItHappened()
    {
        List<TestPeer> players = Fill(Players);
        for (int n = 1; n <= 5; n++)
        {
            TestPeer passing = _relay.JoinClient(Players + n);
            if (n % 2 == 1)
            {
                passing.Lose();
            }

            _relay.Lane.Advance(RoomNews.Interval);
        }

        _relay.Lane.Advance(TimeSpan.FromSeconds(1));
        ushort first = (ushort)(players.Max(player => player.Id) + 1);
        string[] expected =
        [
            $"+{first}", $"-{first}", $"+{first + 1}", $"+{first + 2}", $"-{first + 2}", $"+{first + 3}", $"+{first + 4}", $"-{first + 4}",
        ];
        Assert.All(players, player => Assert.Equal(expected, News(player).Where(item => int.Parse(item[1..], null) >= first)));
    }

    [Fact]
    public void Newcomer_KnowsFromItsWelcomeWhatOthersHaveYetToBeTold_AndIsNotToldAgain()
    {
        Fill(Players);
        TestPeer one = _relay.JoinClient(Players + 1);
        TestPeer two = _relay.JoinClient(Players + 2);
        _relay.Lane.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains(one.Id, two.Welcome.Peers.Select(peer => peer.Id));
        Assert.Empty(two.JoinedIds);
        Assert.Equal([two.Id], one.Welcome.Peers.Select(peer => peer.Id).Concat(one.JoinedIds).Where(id => id == two.Id));
    }

    [Fact]
    public void Behind_LeavesMeanwhile_IsToldNothing_AndTheOthersEverything()
    {
        List<TestPeer> players = Fill(Players);
        TestPeer last = _relay.JoinClient(Players + 1);
        TestPeer behind = players.First(player => !Knows(player));
        behind.Lose();
        _relay.Lane.Advance(TimeSpan.FromSeconds(1));

        Assert.DoesNotContain(last.Id, behind.JoinedIds);
        players.Remove(behind);
        Assert.All(players, player => Assert.Equal(behind.Id, player.LeftIds.Single()));
        Assert.All(players, player => Assert.Single(player.JoinedIds, last.Id));
    }

    [Fact]
    public void Behind_IsNotToldAboutItself()
    {
        List<TestPeer> players = Fill(Players);
        TestPeer lan = _relay.JoinGateway();
        _relay.Lane.Advance(TimeSpan.FromSeconds(1));
        TestPeer last = _relay.JoinClient(Players + 1);
        TestPeer behind = players.First(player => !Knows(player));
        lan.Say(new OutsideMessage(behind.Id, RelayBench.Mac(players.IndexOf(behind) + 1), IsOutside: true));
        _relay.Lane.Advance(TimeSpan.FromSeconds(1));

        Assert.Single(behind.Heard.OfType<OutsideMessage>());
        Assert.Empty(behind.LeftIds);
        Assert.Contains(last.Id, behind.JoinedIds);
        players.Remove(behind);
        Assert.All(players, player => Assert.Equal([behind.Id], player.LeftIds));
    }

    private static int CountWhoKnow(List<TestPeer> players) => players.Count(Knows);

    /// <summary>Of the one that joined last.</summary>
    private static bool Knows(TestPeer player) => player.Heard.OfType<JoinedMessage>().Any(joined => joined.Peer.Mac == RelayBench.Mac(Players + 1));

    private static IEnumerable<string> News(TestPeer player) =>
        player.Heard.Select(message => message switch
        {
            JoinedMessage joined => $"+{joined.Peer.Id}",
            LeftMessage left => $"-{left.Id}",
            _ => "",
        }).Where(item => item.Length > 0);

    private List<TestPeer> Fill(int count)
    {
        List<TestPeer> players = [.. Enumerable.Range(1, count).Select(_relay.JoinClient)];
        _relay.Lane.Advance(TimeSpan.FromSeconds(5));
        return players;
    }
}
