using System.Net;
using Softlan.Platform;
using Softlan.Roles.Relay;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

// What becomes of rooms that nobody is in.
public sealed partial class RelayRoleTests
{
    [Fact]
    public void Room_EmptyForLongerThanItsSeatsAreKept_IsForgotten()
    {
        RelayRole relay = Start();
        ConnectAndJoin(relay, ClientHello(1), out _).Close(CloseReason.Normal, "done");
        Wait(TimeSpan.FromSeconds(55));
        Assert.Equal(1, relay.House.KnownRooms);
        Wait(TimeSpan.FromSeconds(20));
        Assert.Equal(0, relay.House.KnownRooms);
    }

    [Fact]
    public void Log_StrangersComeAndGo_OnceAMinuteSaysHowManyLinesAreLeftOut()
    {
        RelayRole relay = Start();
        for (int i = 0; i < 50; i++)
        {
            ConnectAndJoin(relay, ClientHello(i, Code($"stray-{i}")), out _).Close(CloseReason.Normal, "done");
        }

        Wait(RelayRole.ReportInterval);
        string[] told = [.. _log.Lines.Where(line => line.Contains("Lines left out", StringComparison.Ordinal))];
        Assert.Equal(
            "Information: Lines left out in the last minute: 136, about who came, went or was rejected in rooms other than that of the join command. "
            + "Of these the log tells one a second",
            Assert.Single(told));
        Wait(RelayRole.ReportInterval);
        Assert.Equal(1, _log.Count("Lines left out"));
    }
    [Fact]
    public void Start_UnreadControlMessages_AreBoundedByTheLargestRoom()
    {
        RelayRole relay = Start(options => options with { MaxClientsPerRoom = 10 });
        Assert.Equal(65_536 + (10 * 512), ((MemoryListener)Assert.Single(relay.Listeners)).Options.MaxUnreadControl);
    }
    /// <summary>Strangers come from three addresses and never say hello.</summary>
    [Fact]
    public void Links_OfStrangersWhoSayNothing_LeaveTheirPlacesToPlayers()
    {
        RelayRole relay = Start(options => options with { MaxPeers = 4 });
        for (int i = 0; i < 150; i++)
        {
            _network.HostAt($"198.51.100.{i / 50}").Connect(
                new ConnectOptions
                {
                    RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, relay.EndPoints[0].Port),
                    ServerName = "relay",
                    Trust = new LinkTrust(relay.Pin, null),
                },
                new PeerCounters(), new Listener());
            Wait(TimeSpan.FromMilliseconds(10));
        }

        ConnectAndJoin(relay, ClientHello(1), out Listener player);
        Assert.Null(player.Closed);
        Assert.Equal(Lobby.MaxSilent, relay.Lobby.Links.Count);
    }
    /// <summary>Strangers begin handshakes and do not finish them.</summary>
    [Fact]
    public void Handshakes_UnderWay_LeaveTheirPlacesToPlayers()
    {
        RelayRole relay = Start(options => options with { MaxPeers = 4 });
        ListenOptions listen = ((MemoryListener)Assert.Single(relay.Listeners)).Options;
        for (uint i = 0; i < 500; i++)
        {
            Assert.True(listen.Shards!.Quota.TryTake(i / 50, _network.Lane.Now));
        }

        ConnectAndJoin(relay, ClientHello(1), out Listener player);
        Assert.Single(player.Heard.OfType<WelcomeMessage>());
    }
}
