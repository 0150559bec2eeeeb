using Microsoft.Extensions.Logging;
using Softlan.Roles.Gateway;
using Softlan.Roles.Shared;
using Softlan.Tests.Fakes;
using Softlan.Tests.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Tests.Roles.Gateway;

/// <summary>A gateway between a port in memory and a relay that the test plays.</summary>
internal sealed class GatewayBench : IDisposable
{
    public const ushort Self = 1;
    public static readonly MacAddress Card = MacAddress.FromUInt64(0x3c_00_00_00_00_01);
    public static readonly MacAddress Server = MacAddress.FromUInt64(0x3c_00_00_00_00_02);
    public static readonly MacAddress Printer = MacAddress.FromUInt64(0x3c_00_00_00_00_03);
    public static readonly PeerInfo Anna = SessionBench.Anna;
    public static readonly PeerInfo Ben = SessionBench.Ben;

    public GatewayBench(
        bool bridge = false, MacAddress? card = null, ResumeFile? resume = null, MacAddress[]? hostAddresses = null, RoomCode? room = null)
    {
        Engine = new ScriptedEngine(Lane);
        Port = new MemoryPort("eth0", card ?? Card);
        GatewayOptions options = new()
        {
            Relay = new RelayAddress("relay.example.org", 443),
            Join = new JoinOptions { Room = room ?? SessionBench.Room, Name = "lan" },
            Interface = "eth0",
            IsBridge = bridge,
        };
        GatewayPort port = new(Port, FrameLimits.MaxMtu, hostAddresses ?? []);
        Gateway = new GatewayRole(
            Lane, Engine, port, options, resume, Log, resolver: new ScriptedResolver("192.0.2.1"), random: () => 0, uplink: Uplink);
    }

    public ManualLane Lane { get; } = new();

    public ScriptedEngine Engine { get; }

    public MemoryPort Port { get; }

    public FakeUplink Uplink { get; } = new();

    public RecordingLogger Log { get; } = new(LogLevel.Information);

    public GatewayRole Gateway { get; }

    public MemoryLink Link => Engine.Latest;

    public PeerCounters Counters => Gateway.Session.Counters;

    /// <summary>How the role ended.</summary>
    public (bool HasEnded, SoftlanException? Reason) End { get; private set; }

    /// <summary>The whole frames that were sent to the relay.</summary>
    public List<byte[]> ToRelay => [.. Link.Sent.Where(sent => sent.Header.Kind == DatagramKind.Frame).Select(sent => sent.Body)];

    /// <summary>The frames that were written to the LAN, CAM refreshes left out.</summary>
    public List<byte[]> ToLan => [.. Port.Written.Where(frame => !IsCamRefresh(frame))];

    public IEnumerable<T> SaidToRelay<T>()
        where T : ControlMessage =>
        Link.SentControl
            .Select(json => ControlCodec.TryParse(System.Text.Encoding.UTF8.GetBytes(json), out ControlMessage? said, out _) ? said : null)
            .OfType<T>();

    public List<byte[]> CamRefreshes => [.. Port.Written.Where(IsCamRefresh)];

    /// <summary>A gateway that is in the room with these.</summary>
    public static GatewayBench Joined(params PeerInfo[] peers)
    {
        GatewayBench bench = new();
        bench.Join(peers);
        return bench;
    }

    public void Start()
    {
        Gateway.Start(reason => End = (true, reason));
        Lane.Run();
    }

    public void Join(params PeerInfo[] peers)
    {
        Start();
        Welcome(peers);
    }

    public void Welcome(params PeerInfo[] peers)
    {
        Link.Connect();
        Say(new WelcomeMessage(Self, SessionBench.Room, 1500, "token-1", peers));
        Lane.Run();
    }

    public void Say(ControlMessage message) => Link.ReceiveControl(System.Text.Encoding.UTF8.GetString(ControlCodec.Write(message)));

    public void Receive(PeerInfo source, ReadOnlySpan<byte> frame) => Link.ReceiveDatagram(DatagramHeader.ForFrame(source.Id), frame);

    /// <summary>Lets time pass with a relay that is alive.</summary>
    public void Pass(TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            Lane.Advance(TimeSpan.FromSeconds(1));
            Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Padding, 0, 0), []);
        }
    }

    public void Dispose() => Gateway.Dispose();

    private static bool IsCamRefresh(byte[] frame) =>
        EthernetFrame.TryParse(frame, out EthernetFrame view) && view.EtherType == EtherTypes.LocalExperimental;
}
