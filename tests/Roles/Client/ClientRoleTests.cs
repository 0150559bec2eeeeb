using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Softlan.Platform;
using Softlan.Roles.Client;
using Softlan.Roles.Relay;
using Softlan.Roles.Shared;
using Softlan.Tests.Fakes;
using Softlan.Tests.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;
using static Softlan.Tests.Roles.Client.FakeRoutes;

namespace Softlan.Tests.Roles.Client;

/// <summary>A real client and a real relay, on a network in memory, on a machine that notes what happens to it.</summary>
public sealed partial class ClientRoleTests : IDisposable
{
    private static readonly IPAddress RelayIp = IPAddress.Parse("192.0.2.1");
    private static readonly RelayAddress Address = new("party.example.org", 443);
    private static readonly MacAddress Own = MacAddress.FromUInt64(0x02_00_5e_10_00_21);
    private static readonly MacAddress Server = MacAddress.FromUInt64(0x00_16_3e_00_00_05);

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualLane _lane = new();
    private readonly RecordingLogger _log = new();
    private readonly FakeRoutes _routes = new();
    private readonly MemoryNetwork _network;
    private RelayRole _relay;
    private HostChanges _changes = null!;
    private FakeClientHost _host = null!;
    private ClientRole? _client;
    private bool _ended;
    private SoftlanException? _failure;

    public ClientRoleTests()
    {
        _network = new MemoryNetwork(_lane) { Delay = TimeSpan.FromMilliseconds(5) };
        _routes.Table.Add(Route("0.0.0.0/0", Wlan, "192.168.1.1"));
        _relay = StartRelay();
    }

    public void Dispose()
    {
        _client?.Dispose();
        _relay.Dispose();
        _directory.Dispose();
    }

    private MemoryPort Port => Assert.Single(_host.Ports);

    [Fact]
    public void Start_ChecksAndCleansFirst_PinsBeforeItOpens_OpensBeforeItJoins()
    {
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["ready", "clean", "open", "joined 1500"], _host.Events);
        Assert.Contains(_routes.Table, route => route.IsSoftlans && route.Destination.BaseAddress.Equals(RelayIp));
        Assert.True(_client!.Session!.IsJoined);
    }

    [Fact]
    public void Start_MachineIsNotReady_NothingWasTouched()
    {
        SoftlanException failure = SoftlanException.Create("Cannot make the network card", "a test said so");
        MakeClient(Address);
        _host.Refuses = ("ready", failure);
        Assert.Same(failure, Assert.Throws<SoftlanException>(() => _client!.Start(OnEnded)));
        Assert.Equal(["ready"], _host.Events);
        Assert.Equal(0, _changes.Count);
    }

    [Fact]
    public void GatewayComesAndGoes_TheHostIsTold()
    {
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(2));
        RelaySession gateway = StartGateway();
        _lane.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("gateway", LastNews());
        gateway.SayLan(isConnected: false);
        _lane.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("no gateway", LastNews());
        gateway.SayLan(isConnected: true);
        _lane.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("gateway", LastNews());
        gateway.Stop();
        _lane.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("no gateway", LastNews());
        gateway.Dispose();

        string LastNews() => _host.Events.Last(what => what.EndsWith("gateway", StringComparison.Ordinal));
    }

    [Fact]
    public void RelayRestarts_PortAndPinStay_AndTheRoomComesBack()
    {
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(2));
        _relay.Dispose();
        _lane.Advance(TimeSpan.FromSeconds(5));
        _relay = StartRelay();
        _lane.Advance(TimeSpan.FromSeconds(60));
        Assert.True(_client!.Session!.IsJoined);
        Assert.False(Port.IsDisposed);
        Assert.Equal(1, _routes.Added);
        Assert.False(_ended);
    }

    [Fact]
    public void Stop_SaysByeAndUndoesInReverse()
    {
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(2));
        _client!.Stop();
        _lane.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_ended);
        Assert.Null(_failure);
        Assert.Equal("close", _host.Events[^1]);
        Assert.DoesNotContain(_routes.Table, route => route.IsSoftlans);
        Assert.Equal(0, _relay.House.Peers);
        Assert.False(File.Exists(_directory.File("identity.json.resume")));
    }

    [Fact]
    public void Stop_EverythingIsUndone_SaysSoAtTheEnd()
    {
        StopClient();
        Assert.Equal(1, _log.Count("network is as it was before"));
    }

    [Fact]
    public void Stop_SomethingCannotBeUndone_IsSaidAndNothingElse()
    {
        StopClient(refuses: "close");
        Assert.Equal(1, _log.Count("Cannot undo: TAP"));
        Assert.Equal(0, _log.Count("network is as it was before"));
    }

    [Fact]
    public void Stop_TellsWhatWasDroppedSinceTheLastMinute()
    {
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(2));
        Port.Counters.Drop(DropReason.PortBusy);
        Assert.Equal(0, _log.Count("Dropped"));
        _client!.Stop();
        _lane.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _log.Count("Dropped in the last minute: PortBusy 1"));
    }

    [Fact]
    public void HostCannotBeSetUp_EndsWithTheReasonAndUndoesEverything()
    {
        using RelaySession gateway = StartGateway();
        _lane.Advance(TimeSpan.FromSeconds(2));
        MakeClient(Address);
        SoftlanException failure = SoftlanException.Create("Cannot bring it up", "a test said so");
        _host.Refuses = ("joined", failure);
        _client!.Start(OnEnded);
        _lane.Advance(TimeSpan.FromSeconds(2));
        Assert.Same(failure, _failure);
        Assert.Equal(0, _changes.Count);
        Assert.Equal(1, _relay.House.Peers);
        Assert.Equal(0, _log.Count("Connected to the LAN gateway")); // Which is for a player whose card is up.
    }

    [Fact]
    public void PortFails_EndsWithTheReason()
    {
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(2));
        Port.Fail("TAP is gone");
        _lane.Run();
        Assert.StartsWith("TAP is gone", _failure!.Message, StringComparison.Ordinal);
        Assert.Equal(0, _changes.Count);
    }

    [Fact]
    public void SecondTime_TheRoomAloneIsEnough_WithTheSameMac()
    {
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(2));
        _client!.Stop();
        _lane.Advance(TimeSpan.FromSeconds(1));
        _client.Dispose();
        _host.Events.Clear();

        StartClient(relay: null);
        _lane.Advance(TimeSpan.FromSeconds(2));
        Assert.True(_client!.Session!.IsJoined);
        Assert.Equal(Own, Port.Address);
        Assert.Equal(1, _log.Count("was last reached through party.example.org"));
    }

    [Fact]
    public void FirstTime_RoomAlone_SaysWhatIsMissing()
    {
        MakeClient(null);
        SoftlanException failure = Assert.Throws<SoftlanException>(() => _client!.Start(OnEnded));
        Assert.StartsWith("Cannot join room 'ROOM1': this machine has never joined it", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Killed_TheNextOneTakesItsPlaceOverAtOnce()
    {
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(2));
        ClientRole killed = _client!;
        File.Delete(_directory.File("identity.json.lock")); // The kernel lets go of it when a process dies.

        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(2));
        Assert.True(_client!.Session!.IsJoined);
        Assert.Equal(1, _relay.House.Peers);
        killed.Dispose();
    }

    [Fact]
    public void Room_NobodyElseIsThere_AsksWhetherTheCodeIsRight()
    {
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, _log.Count("Is the code right?"));
        _lane.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(1, _log.Count("Is the code right?"));
    }

    [Fact]
    public void Room_SomebodyIsThere_AsksNothing()
    {
        RelaySession gateway = StartGateway();
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(5));
        gateway.Dispose(); // Whom it has seen, it has not missed.
        _lane.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(0, _log.Count("Is the code right?"));
    }

    [Fact]
    public void Room_OtherPlayersButNoGateway_SaysWhoMustRunIt()
    {
        using RelaySession bob = StartSession(PeerRole.Client);
        StartClient();
        _lane.Advance(ClientRole.GatewayPatience - TimeSpan.FromSeconds(1));
        Assert.Equal(0, _log.Count("has no gateway"));
        _lane.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, _log.Count("Room ROOM1 has no gateway"));
        Assert.Equal(1, _log.Count("the organiser must run softlan gateway with this room code"));
        Assert.Equal(1, _log.Count("--address, for example 10.73.42.50/24"));
        Assert.Equal(0, _log.Count("Is the code right?"));
    }

    [Fact]
    public void Room_GatewayLeavesForGood_SaysSoAfterAWhile_NotForARestart()
    {
        RelaySession gateway = StartGateway();
        using RelaySession bob = StartSession(PeerRole.Client);
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(5));
        gateway.Stop();
        _lane.Advance(ClientRole.GatewayPatience / 2);
        gateway.Dispose();
        gateway = StartGateway();
        _lane.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, _log.Count("has no gateway"));

        gateway.Stop();
        _lane.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, _log.Count("has no gateway"));
        gateway.Dispose();
    }

    [Fact]
    public void Start_RelayOfTheLastJoinGivenAgain_ItsPinIsStillGood()
    {
        CertificatePin pin = _relay.Pin;
        ProfileFile profile = ProfileFile.Beside(_directory.File("identity.json"));
        profile.Save(SessionBench.Room, new RememberedRelay(Address, new LinkTrust(pin, null), null), _log);
        MakeClient(new RelayAddress(Address.Host, Address.Port));
        _client!.Start(OnEnded);
        _lane.Advance(TimeSpan.FromSeconds(2));
        Assert.True(_client.Session!.IsJoined);
        Assert.Equal(pin, profile.Find(SessionBench.Room)?.Trust.Pin);
    }

    private void StartClient() => StartClient(Address);

    private void StartClient(RelayAddress? relay)
    {
        MakeClient(relay);
        _client!.Start(OnEnded);
    }

    private void StopClient(string? refuses = null)
    {
        StartClient();
        _lane.Advance(TimeSpan.FromSeconds(2));
        _host.Refuses = refuses is null ? null : (refuses, SoftlanException.Create("Cannot do it", "a test said so"));
        _client!.Stop();
        _lane.Advance(TimeSpan.FromSeconds(1));
        _client.Dispose();
        _client = null;
    }

    private void MakeClient(RelayAddress? relay)
    {
        FakeRoutes routes = _routes;
        _changes = new HostChanges(routes, new FakeJournal(), _log);
        _host = new FakeClientHost(routes, _changes);
        ClientOptions options = new()
        {
            Relay = relay,
            Join = new JoinOptions { Room = SessionBench.Room },
            IdentityPath = _directory.File("identity.json"),
            StateDirectory = _directory.Path,
        };
        IdentityFile identity = new(options.IdentityPath, bytes => Own.Write(bytes), _log);
        _client = new ClientRole(
            _lane, _network.HostAt("203.0.113.11"), options, _host, _changes, identity, _log, resolver: new ScriptedResolver(RelayIp.ToString()));
    }

    private void OnEnded(SoftlanException? failure)
    {
        _ended = true;
        _failure = failure;
    }

    private RelayRole StartRelay()
    {
        RelayRole relay = new(
            new RelayOptions { StateDirectory = _directory.Path, ServerName = "relay" },
            _lane, _network, TextWriter.Null, NullLogger.Instance);
        relay.Start(static _ => { });
        return relay;
    }

    private RelaySession StartGateway(RecordingOwner? owner = null) => StartSession(PeerRole.Gateway, owner);

    /// <summary>Somebody else in the room.</summary>
    private RelaySession StartSession(PeerRole role, RecordingOwner? owner = null)
    {
        RelaySessionOptions options = new()
        {
            Relay = Address,
            Room = SessionBench.Room,
            Role = role,
            Mac = role == PeerRole.Client ? SessionBench.Ben.Mac : MacAddress.Zero,
            KnownAddresses = [RelayIp],
        };
        RelaySession session = new(
            _lane, _network.HostAt("198.51.100.1"), options, owner ?? new RecordingOwner(), NullLogger.Instance,
            new ScriptedResolver(RelayIp.ToString()), () => 0);
        session.Start();
        return session;
    }
}
