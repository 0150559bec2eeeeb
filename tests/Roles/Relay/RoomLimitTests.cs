using Softlan.Roles.Relay;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>What a room may send to everybody, from all its peers together.</summary>
public sealed class RoomLimitTests
{
    private static readonly MacAddress Group = MacAddress.FromUInt64(0x01005e000001);

    /// <summary>Somebody fills a room of his own and lets all its players send as much as one may.</summary>
    [Theory]
    [InlineData(false, 5120, 2560)]
    [InlineData(true, 20_480, 10_240)]
    public void Broadcasts_OfAllPlayersTogether_PassUpToTheBurstThenAtTheRate(bool isKept, int burst, int rate)
    {
        RelayBench relay = new();
        relay.House.KeptRoom = isKept ? Den : Code("party");
        TestPeer[] players = Fill(relay, 60);
        TestPeer listener = Listener(relay);
        SendFromAll(players, 512);
        Assert.Equal(burst, listener.Counters.DatagramsOut);
        Assert.Equal((60 * 512) - burst, players.Sum(player => player.Counters.Dropped(DropReason.RateLimited)));

        relay.Lane.Advance(TimeSpan.FromSeconds(1));
        SendFromAll(players, 256);
        Assert.Equal(burst + rate, listener.Counters.DatagramsOut);

        // What is for one peer is not counted.
        Send(players[0], 1, 1000, Mac(100));
        Assert.Equal(burst + rate + 1000, listener.Counters.DatagramsOut);
    }

    [Fact]
    public void FullRoomOfTheJoinCommand_EverybodyAtTheFullRateForASecond_LosesNothing()
    {
        RelayBench relay = new();
        relay.House.KeptRoom = Den;
        TestPeer[] players = Fill(relay, RelayOptions.DefaultMaxClientsPerRoom);
        for (int i = 0; i < 4; i++)
        {
            SendFromAll(players, RelayOptions.DefaultClientBroadcastRate / 4);
            relay.Lane.Advance(TimeSpan.FromMilliseconds(250));
        }

        Assert.Equal(0, players.Sum(player => player.Counters.TotalDropped));
    }

    /// <summary>More television than may pass, in a room of its own code.</summary>
    [Fact]
    public void GatewaysMulticasts_LeaveRoomForTheBroadcastsOfAll()
    {
        RelayBench relay = new();
        TestPeer[] players = Fill(relay, 10);
        TestPeer lan = relay.JoinGateway();
        lan.Link.KeepSent = false;
        for (int second = 0; second < 10; second++)
        {
            for (int i = 0; i < 5000; i++)
            {
                lan.Send(TestFrames.Plain(Group, LanMac(1)));
            }

            SendFromAll(players, 20);
            for (int i = 0; i < 300; i++)
            {
                lan.Send(TestFrames.Plain(MacAddress.Broadcast, LanMac(1)));
            }

            relay.Lane.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(0, players.Sum(player => player.Counters.TotalDropped));
        Assert.Equal(10 * (5000 - SendLimits.GatewayBroadcastRate), lan.Counters.TotalDropped);
    }

    [Fact]
    public void Rate_FollowsThatOfOnePlayer()
    {
        RelayBench relay = new(options => options with { ClientBroadcastRate = 1000 });
        TestPeer[] players = Fill(relay, 8);
        TestPeer listener = Listener(relay);
        SendFromAll(players, 2000);
        Assert.Equal(2 * (2048 + 2000), listener.Counters.DatagramsOut);
    }

    [Fact]
    public void FramesOverTheirSendersLimit_CostTheRoomNothing()
    {
        RelayBench relay = new();
        TestPeer[] players = Fill(relay, 9);
        TestPeer listener = Listener(relay);
        Send(players[0], 1, 10_000, MacAddress.Broadcast);
        SendFromAll(players, 512, first: 1);
        Assert.Equal(9 * 512, listener.Counters.DatagramsOut);
    }

    private static TestPeer[] Fill(RelayBench relay, int players)
    {
        TestPeer[] all = [.. Enumerable.Range(1, players).Select(relay.JoinClient)];
        relay.Lane.Advance(RoomNews.Interval * RoomNews.MaxIntervals);
        Array.ForEach(all, player => player.Link.KeepSent = false);
        return all;
    }

    private static TestPeer Listener(RelayBench relay)
    {
        TestPeer listener = relay.JoinClient(100);
        relay.Lane.Advance(RoomNews.Interval * RoomNews.MaxIntervals);
        listener.Link.KeepSent = false;
        return listener;
    }

    /// <summary>Broadcasts, so many of each.</summary>
    private static void SendFromAll(TestPeer[] players, int count, int first = 0)
    {
        for (int i = first; i < players.Length; i++)
        {
            Send(players[i], i + 1, count, MacAddress.Broadcast);
        }
    }

    private static void Send(TestPeer from, int number, int count, MacAddress destination)
    {
        byte[] frame = TestFrames.Plain(destination, Mac(number));
        for (int i = 0; i < count; i++)
        {
            from.Send(frame);
        }
    }
}
