using Softlan.Roles.Client;
using Softlan.Roles.Shared;
using Softlan.Tests.Fakes;
using Softlan.Tests.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Client;

/// <summary>A client between a TAP and a link in memory: what passes leaves nothing for the garbage collector.</summary>
public sealed class ClientHotPathTests : IDisposable
{
    private const int WarmUp = 2000;
    private const int Rounds = 2000;

    private static readonly MacAddress Own = SessionBench.OwnMac;
    private static readonly MacAddress Server = MacAddress.FromUInt64(0x3c_00_00_00_00_02);

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualLane _lane = new();
    private readonly ScriptedEngine _engine;
    private readonly FakeClientHost _host;
    private readonly ClientRole _client;

    public ClientHotPathTests()
    {
        _engine = new ScriptedEngine(_lane);
        RecordingLogger log = new();
        FakeRoutes routes = new();
        routes.Table.Add(FakeRoutes.Route("0.0.0.0/0", FakeRoutes.Wlan, "192.168.1.1"));
        HostChanges changes = new(routes, new FakeJournal(), log);
        _host = new FakeClientHost(routes, changes);
        Assert.True(ClientAddress.TryParse("10.73.42.50/24", out ClientAddress? address));
        ClientOptions options = new()
        {
            Relay = new RelayAddress("relay.example.org", 443),
            Join = new JoinOptions { Room = SessionBench.Room },
            IdentityPath = _directory.File("identity.json"),
            StateDirectory = _directory.Path,
            VirtualMac = Own,
            Address = address,
        };
        IdentityFile identity = new(options.IdentityPath, bytes => Own.Write(bytes), log);
        _client = new ClientRole(_lane, _engine, options, _host, changes, identity, log, resolver: new ScriptedResolver("192.0.2.1"));
    }

    public void Dispose()
    {
        _client.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Forwarding_BothWays_AllocatesNothing()
    {
        _client.Start(static _ => { });
        _lane.Run();
        MemoryLink link = _engine.Latest;
        link.Connect();
        link.ReceiveControl(System.Text.Encoding.UTF8.GetString(
            ControlCodec.Write(new WelcomeMessage(SessionBench.Self, SessionBench.Room, 1500, "token-1", [SessionBench.Gateway]))));
        _lane.Advance(TimeSpan.FromSeconds(2));
        Assert.True(_client.Session!.IsJoined);
        MemoryPort port = Assert.Single(_host.Ports);
        port.KeepWritten = false;
        link.KeepSent = false;
        byte[] own = TestFrames.Plain(Server, Own, 1400);
        byte[] syn = TestFrames.Syn(Server, Own, 1460);
        byte[] foreign = TestFrames.Plain(Server, MacAddress.FromUInt64(0x02_00_5e_10_00_99));
        byte[] down = TestFrames.Plain(Own, Server, 1400);
        byte[] arp = TestFrames.Plain(MacAddress.Broadcast, Server, 60, EtherTypes.Arp);
        long sent = link.Counters.DatagramsOut;

        void Round()
        {
            port.Inject(own);
            port.Inject(syn);
            port.Inject(foreign);
            link.ReceiveDatagram(DatagramHeader.ForFrame(SessionBench.Gateway.Id), down);
            link.ReceiveDatagram(DatagramHeader.ForFrame(SessionBench.Gateway.Id), arp);
        }

        Allocations.AssertNone(Round, WarmUp, Rounds);
        Assert.Equal(2 * (WarmUp + Rounds), link.Counters.DatagramsOut - sent);
        Assert.Equal(WarmUp + Rounds, _client.Session.Counters.Dropped(DropReason.UnauthorizedSourceMac));
        Assert.Equal(2 * (WarmUp + Rounds), port.FramesWritten);
    }
}
