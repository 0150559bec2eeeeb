using System.Buffers.Binary;
using Softlan.Roles.Shared;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Tests.Roles.Shared;

/// <summary>A session whose relay is the test.</summary>
internal sealed class SessionBench : IDisposable
{
    public const ushort Self = 7;
    public static readonly MacAddress OwnMac = MacAddress.FromUInt64(0x02_00_5e_10_00_07);
    public static readonly PeerInfo Gateway = new(1, PeerRole.Gateway, MacAddress.Zero, "lan");
    public static readonly PeerInfo Anna = new(2, PeerRole.Client, MacAddress.FromUInt64(0x02_00_5e_10_00_02), "anna");
    public static readonly PeerInfo Ben = new(3, PeerRole.Client, MacAddress.FromUInt64(0x02_00_5e_10_00_03), "");

    public SessionBench(PeerRole role = PeerRole.Client, Func<RelaySessionOptions, RelaySessionOptions>? change = null, double random = 0)
    {
        Engine = new ScriptedEngine(Lane);
        RelaySessionOptions options = new()
        {
            Relay = new RelayAddress("relay.example.org", 443),
            Room = Room,
            Role = role,
            Mac = role == PeerRole.Client ? OwnMac : MacAddress.Zero,
            Name = "me",
        };
        Session = new RelaySession(Lane, Engine, change?.Invoke(options) ?? options, Owner, Log, Resolver, () => random);
    }

    public static RoomCode Room { get; } = RoomCode.TryParse("ROOM1", out RoomCode room) ? room : default;

    public ManualLane Lane { get; } = new();

    public ScriptedEngine Engine { get; }

    public ScriptedResolver Resolver { get; } = new("192.0.2.1");

    public RecordingOwner Owner { get; } = new();

    public RecordingLogger Log { get; } = new();

    public RelaySession Session { get; }

    public MemoryLink Link => Engine.Latest;

    /// <summary>The control messages that the session sent on the latest link.</summary>
    public IEnumerable<ControlMessage> Said => Link.SentControl.Select(text =>
        ControlCodec.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out ControlMessage? message, out string? error)
            ? message
            : throw new InvalidOperationException(error));

    /// <summary>Starts the session until its first attempt is under way.</summary>
    public void Start()
    {
        Session.Start();
        Lane.Run();
    }

    public void Say(ControlMessage message) => Link.ReceiveControl(System.Text.Encoding.UTF8.GetString(ControlCodec.Write(message)));

    public void Welcome(params PeerInfo[] peers)
    {
        Link.Connect();
        Say(new WelcomeMessage(Self, Room, 1500, "token-1", peers));
        Lane.Run();
    }

    public void Reject(RejectReason reason)
    {
        Link.Connect();
        Say(new RejectMessage(reason, $"text of {reason}"));
        Lane.Run();
    }

    public void Join(params PeerInfo[] peers)
    {
        Start();
        Welcome(peers);
    }

    /// <summary>Lets time pass with a relay that answers probes, so that the session does not believe it is dead.</summary>
    public void Pass(TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            Lane.Advance(TimeSpan.FromSeconds(1));
            Link.ReceiveDatagram(new DatagramHeader(DatagramKind.Padding, 0, 0), []);
        }
    }

    /// <summary>Answers the latest probe for <paramref name="target"/> in the name of <paramref name="responder"/>.</summary>
    public void AnswerProbe(ushort target, ushort responder)
    {
        byte[] body = Link.Sent
            .Last(sent => sent.Header.Kind == DatagramKind.Probe && BinaryPrimitives.ReadUInt16BigEndian(sent.Body) == target)
            .Body;
        BinaryPrimitives.WriteUInt16BigEndian(body, Self);
        Link.ReceiveDatagram(new DatagramHeader(DatagramKind.ProbeReply, 0, responder), body);
    }

    public void Dispose() => Session.Dispose();
}
