using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Softlan.Roles.Gateway;
using Softlan.Roles.Relay;
using Softlan.Roles.Shared;
using Softlan.Tests.Fakes;
using Softlan.Tests.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

/// <summary>A real relay, a real gateway and two sessions as players, on a network in memory.</summary>
public sealed class PartyTests : IDisposable
{
    private static readonly RelayAddress Address = new("192.0.2.1", 443);

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"softlan-party-{Guid.NewGuid():n}");
    private readonly ManualLane _lane = new();
    private readonly MemoryNetwork _network;
    private readonly Player _anna;
    private readonly Player _ben;
    private RelayRole _relay;
    private MemoryPort _port;
    private GatewayRole _gateway;
    private SoftlanException? _gatewayFailure;

    public PartyTests()
    {
        _network = new MemoryNetwork(_lane) { Delay = TimeSpan.FromMilliseconds(5) };
        _relay = StartRelay();
        (_gateway, _port) = StartGateway();
        _anna = new Player(_lane, _network, "anna", SessionBench.Anna.Mac);
        _ben = new Player(_lane, _network, "ben", SessionBench.Ben.Mac);
        _lane.Advance(TimeSpan.FromSeconds(2));
    }

    public void Dispose()
    {
        _anna.Session.Dispose();
        _ben.Session.Dispose();
        _gateway.Dispose();
        _relay.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Everybody_MeetsEverybody()
    {
        Assert.Equal(2, _gateway.Session.Peers.Count);
        Assert.NotNull(_anna.Session.Peers.Gateway);
        Assert.True(_anna.Session.Peers.IsClientMac(SessionBench.Ben.Mac));
        Assert.True(_anna.Session.GatewayRoundTrip.IsKnown);
        AssertTrafficFlows();
    }

    [Fact]
    public void RelayRestartsTwice_TrafficReturnsAndNobodyGivesUp()
    {
        for (int restart = 0; restart < 2; restart++)
        {
            _relay.Dispose();
            _lane.Advance(TimeSpan.FromSeconds(5));
            _relay = StartRelay();
            _lane.Advance(TimeSpan.FromSeconds(45));
            AssertTrafficFlows();
        }

        Assert.Null(_gatewayFailure);
        Assert.Null(_anna.Owner.Fatal);
        Assert.False(_port.IsDisposed);
    }

    [Fact]
    public void GatewayKilledAndStartedAgain_TakesItsPlaceOverAtOnce()
    {
        // Killed: nothing is said and nothing is undone, its link just stays silent.
        (_gateway, _port) = StartGateway();
        _lane.Advance(TimeSpan.FromSeconds(1));
        AssertTrafficFlows();
    }

    [Fact]
    public void NetworkGoneForAMinute_TrafficReturnsWithinTheLongestDelay()
    {
        _network.IsDown = true;
        _lane.Advance(TimeSpan.FromMinutes(1));
        _network.IsDown = false;
        _lane.Advance(TimeSpan.FromSeconds(25));
        AssertTrafficFlows();
        Assert.Null(_gatewayFailure);
    }

    [Fact]
    public void PlayerLeaves_TheGatewayForgetsItsMac()
    {
        _anna.Session.Stop();
        _lane.Advance(TimeSpan.FromSeconds(1));
        Assert.False(_gateway.Session.Peers.IsClientMac(SessionBench.Anna.Mac));
        Assert.True(_gateway.Session.Peers.IsClientMac(SessionBench.Ben.Mac));
    }

    private void AssertTrafficFlows()
    {
        _anna.Owner.Frames.Clear();
        _ben.Owner.Frames.Clear();
        _port.Written.Clear();

        byte[] up = TestFrames.Plain(GatewayBench.Server, SessionBench.Anna.Mac, 1514);
        _anna.Session.Send(up.AsSpan());
        byte[] shout = TestFrames.Plain(MacAddress.Broadcast, SessionBench.Ben.Mac);
        _ben.Session.Send(shout.AsSpan());
        byte[] down = TestFrames.Plain(SessionBench.Ben.Mac, GatewayBench.Server, 1514);
        _port.Inject(down);
        _lane.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal([up, shout], _port.Written.Where(frame => frame.Length != CamRefresh.Length));
        Assert.Equal([shout], _anna.Owner.Frames.Select(frame => frame.Frame));
        Assert.Equal([down], _ben.Owner.Frames.Select(frame => frame.Frame));
    }

    private RelayRole StartRelay()
    {
        RelayRole relay = new(
            new Softlan.Roles.Relay.RelayOptions { StateDirectory = _directory, ServerName = "relay" },
            _lane, _network, TextWriter.Null, NullLogger.Instance);
        relay.Start(static _ => { });
        return relay;
    }

    private (GatewayRole Gateway, MemoryPort Port) StartGateway()
    {
        MemoryPort port = new("eth0", GatewayBench.Card);
        GatewayOptions options = new()
        {
            Relay = Address,
            Join = new JoinOptions { Room = SessionBench.Room },
            Interface = "eth0",
        };
        ResumeFile resume = ResumeFile.OfGateway(_directory, Address, SessionBench.Room, "eth0", NullLogger.Instance);
        GatewayRole gateway = new(
            _lane, _network.HostAt("198.51.100.1"), new GatewayPort(port, FrameLimits.MaxMtu, []), options, resume, NullLogger.Instance,
            resolver: new ScriptedResolver("192.0.2.1"), random: () => 0);
        gateway.Start(failure => _gatewayFailure = failure);
        return (gateway, port);
    }

    private sealed class Player
    {
        public Player(ManualLane lane, MemoryNetwork network, string name, MacAddress mac)
        {
            RelaySessionOptions options = new()
            {
                Relay = Address,
                Room = SessionBench.Room,
                Role = PeerRole.Client,
                Mac = mac,
                Name = name,
                KnownAddresses = [IPAddress.Parse("192.0.2.1")],
            };
            Session = new RelaySession(
                lane, network.HostAt($"203.0.113.{mac.ToUInt64() & 0xff}"), options, Owner, NullLogger.Instance,
                new ScriptedResolver("192.0.2.1"), () => 0);
            Session.Start();
        }

        public RecordingOwner Owner { get; } = new();

        public RelaySession Session { get; }
    }
}
