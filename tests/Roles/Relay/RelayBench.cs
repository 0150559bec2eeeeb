using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Softlan.Roles.Relay;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Tests.Roles.Relay;

/// <summary>A relay without sockets and certificates: a lobby, and peers that a test plays by hand.</summary>
internal sealed class RelayBench
{
    private int _peers;

    public RelayBench(Func<RelayOptions, RelayOptions>? change = null, ILogger? logger = null)
    {
        // Everybody comes from one address, and in some tests hundreds do.
        RelayOptions options = new() { StateDirectory = "/nowhere", ServerName = "relay", MaxLinksPerAddress = 65536 };
        House = new RelayHouse(change?.Invoke(options) ?? options, 1);
        Lobby = House.OpenLobby(0, Lane, logger ?? NullLogger.Instance);
    }

    public ManualLane Lane { get; } = new();

    public RelayHouse House { get; }

    public Lobby Lobby { get; }

    public static RoomCode Den { get; } = Code("DEN");

    public static RoomCode Code(string text) => RoomCode.TryParse(text, out RoomCode code) ? code : throw new ArgumentException(text);

    /// <summary>The n-th client's MAC: 02:00:00:00:00:n.</summary>
    public static MacAddress Mac(int n) => MacAddress.FromUInt64(0x020000000000UL + (ulong)n);

    /// <summary>A MAC on the LAN behind the gateway.</summary>
    public static MacAddress LanMac(int n) => MacAddress.FromUInt64(0x3c0000000000UL + (ulong)n);

    /// <summary>Where peers come from.</summary>
    public IPAddress From { get; set; } = IPAddress.Parse("192.0.2.7");

    public TestPeer Connect()
    {
        MemoryLink link = new(Lane) { RemoteEndPoint = new IPEndPoint(From, 50000 + _peers++) };
        link.Handler = Lobby.Accept(link);
        link.Connect();
        return new TestPeer(link, Lane);
    }

    public static HelloMessage ClientHello(int n, RoomCode? room = null) => new()
    {
        Role = PeerRole.Client,
        Room = room ?? Den,
        Mac = Mac(n),
        Name = $"player {n}",
        MaxDatagram = FrameLimits.MaxDatagramLength,
        Software = "softlan test",
    };

    public static HelloMessage GatewayHello(RoomCode? room = null) => new()
    {
        Role = PeerRole.Gateway,
        Room = room ?? Den,
        Name = "lan",
        MaxDatagram = FrameLimits.MaxDatagramLength,
        Software = "softlan test",
    };

    public TestPeer Join(HelloMessage hello)
    {
        TestPeer peer = Connect();
        peer.Say(hello);
        Lane.Run();
        return peer;
    }

    public TestPeer JoinClient(int n) => Join(ClientHello(n));

    public TestPeer JoinGateway() => Join(GatewayHello());
}

/// <summary>The far side of one link to the relay.</summary>
internal sealed class TestPeer(MemoryLink link, ManualLane lane)
{
    public MemoryLink Link { get; } = link;

    public PeerCounters Counters => Link.Counters;

    public IReadOnlyList<ControlMessage> Heard => [.. Link.SentControl.Select(Parse)];

    public WelcomeMessage Welcome => Heard.OfType<WelcomeMessage>().Single();

    public bool IsWelcome => Heard.OfType<WelcomeMessage>().Any();

    public ushort Id => Welcome.Peer;

    public RejectReason? Rejected => Heard.OfType<RejectMessage>().SingleOrDefault()?.Reason;

    public string? RejectText => Heard.OfType<RejectMessage>().SingleOrDefault()?.Text;

    public CloseReason? ClosedWith => Link.ClosedWith?.Reason;

    public IEnumerable<ushort> JoinedIds => Heard.OfType<JoinedMessage>().Select(joined => joined.Peer.Id);

    public IEnumerable<ushort> LeftIds => Heard.OfType<LeftMessage>().Select(left => left.Id);

    /// <summary>Frames that came whole.</summary>
    public IEnumerable<byte[]> Frames => Link.Sent.Where(sent => sent.Header.Kind == DatagramKind.Frame).Select(sent => sent.Body);

    public void Say(ControlMessage message) => Link.ReceiveControl(Encoding.UTF8.GetString(ControlCodec.Write(message)));

    public void Send(ReadOnlySpan<byte> frame, ushort claimedSource = 0) => Link.ReceiveDatagram(DatagramHeader.ForFrame(claimedSource), frame);

    public void SendSplit(ReadOnlySpan<byte> frame, int headLength, byte splitId)
    {
        Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Head, splitId, 0), frame[..headLength]);
        Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Tail, splitId, 0), frame[headLength..]);
    }

    /// <summary>The network ends the link.</summary>
    public void Lose()
    {
        Link.Lose();
        lane.Run();
    }

    private static ControlMessage Parse(string json) =>
        ControlCodec.TryParse(Encoding.UTF8.GetBytes(json), out ControlMessage? message, out string? error)
            ? message
            : throw new InvalidOperationException($"The relay sent what cannot be read: {error}: {json}");
}
