using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Roles.Hosting;
using Softlan.Roles.Relay;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>The relay as a whole, on a network in memory and a real state directory.</summary>
public sealed partial class RelayRoleTests : IDisposable
{
    private static readonly TimeSpan TwoLooks = 2 * RelayCertificates.PollInterval;

    private const string SuggestedRoom = "[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}";

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"softlan-relay-{Guid.NewGuid():n}");
    private readonly MemoryNetwork _network = new(new ManualLane());
    private readonly StringWriter _output = new();
    private readonly RecordingLogger _log = new(LogLevel.Information);
    private readonly List<RelayRole> _roles = [];
    private string? _ended;

    private string Chain => Path.Combine(_directory, "chain.pem");

    private string Key => Path.Combine(_directory, "key.pem");

    public void Dispose()
    {
        _roles.ForEach(role => role.Dispose());
        _output.Dispose();
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    [Fact]
    public void Start_PrintsWhereItListensAndTheLineToPaste()
    {
        RelayRole relay = Start();
        Assert.Contains("[::]:443 (UDP)", _output.ToString(), StringComparison.Ordinal);
        Assert.Matches($"softlan client --relay HOST:443 --pin {relay.Pin} --room {SuggestedRoom}\n", _output.ToString());
        Assert.Contains(_log.Lines, line => line.StartsWith("Information: Listening on [::]:443", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("192.0.2.1:7000", null, "192.0.2.1:7000")]
    [InlineData("[2001:db8::1]:443", null, "[2001:db8::1]:443")]
    [InlineData("443/udp", "party.example.org", "party.example.org:443")]
    public void Start_KnowsItsAddress_PrintsIt(string listen, string? name, string address)
    {
        Assert.True(ListenAddress.TryParse(listen, out ListenAddress? parsed));
        Start(options => options with { Listen = parsed, PublicName = name });
        Assert.Contains($"--relay {address} --pin", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Restart_KeepsPinAndSecret()
    {
        RelayRole first = Start();
        CertificatePin pin = first.Pin;
        byte[] secret = File.ReadAllBytes(Path.Combine(_directory, ResetSecret.FileName));
        first.Dispose();
        Assert.Equal(pin, Start().Pin);
        Assert.Equal(secret, File.ReadAllBytes(Path.Combine(_directory, ResetSecret.FileName)));
        Assert.Equal(32, secret.Length);
        Assert.Single(_log.Lines, line => line.Contains("Made a certificate", StringComparison.Ordinal));
    }

    [Fact]
    public void State_IsForItsOwnerOnly()
    {
        Start();
        foreach (string file in Directory.GetFiles(_directory))
        {
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }
    }

    [Theory]
    [InlineData(ResetSecret.FileName, "too short", "it has 9 bytes instead of 32")]
    [InlineData(RelayCertificates.ChainFile, "garbage", "has no CERTIFICATE block")]
    public void State_Garbage_SaysWhatWhyAndHint(string file, string content, string why)
    {
        Start().Dispose();
        File.WriteAllText(Path.Combine(_directory, file), content);
        SoftlanException error = Assert.Throws<SoftlanException>(() => Start());
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Contains("Hint:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void State_KeyLost_IsNotSilentlyReplaced()
    {
        Start().Dispose();
        File.Delete(Path.Combine(_directory, RelayCertificates.KeyFile));
        Assert.Contains("is missing", Assert.Throws<SoftlanException>(() => Start()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void State_DirectoryIsAFile_SaysSo()
    {
        File.WriteAllText(_directory, "");
        Assert.Contains("Hint:", Assert.Throws<SoftlanException>(() => Start()).Message, StringComparison.Ordinal);
        File.Delete(_directory);
    }

    [Fact]
    public void Certificate_FilesMissing_SaysWhich()
    {
        SoftlanException error = Assert.Throws<SoftlanException>(() => Start(OwnCertificate));
        Assert.Contains(Chain, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIH\n", "openssl pkey -in")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", "openssl pkey -in")]
    public void Certificate_KeyThatIsNone_SaysWhatItIs(string key, string expected)
    {
        Write(_network.GenerateCertificate("a"));
        File.WriteAllText(Key, key);
        Assert.Contains(expected, Assert.Throws<SoftlanException>(() => Start(OwnCertificate)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RelayCertificates.ChainFile)]
    [InlineData(RelayCertificates.KeyFile)]
    public void Certificate_KeptOneIsDamaged_SaysWhatANewOneMeans(string file)
    {
        Start().Dispose();
        File.WriteAllText(Path.Combine(_directory, file), "nonsense");
        Assert.EndsWith(
            "Hint: restore both, or delete both to have a new certificate made; players then need the new pin.",
            Assert.Throws<SoftlanException>(() => Start()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Certificate_FilesChanged_AreUsedWithoutDroppingAnybody()
    {
        Write(_network.GenerateCertificate("a"));
        RelayRole relay = Start(OwnCertificate);
        IFrameLink link = ConnectAndJoin(relay, ClientHello(1), out Listener player);
        CertificatePin old = relay.Pin;
        Write(_network.GenerateCertificate("b"));
        Wait(TwoLooks);

        Assert.NotEqual(old, relay.Pin);
        Assert.Contains(_log.Lines, line => line.Contains("Certificate reloaded", StringComparison.Ordinal));
        Assert.Null(player.Closed);
        Assert.NotNull(link);
        ConnectAndJoin(relay, ClientHello(2), out Listener late);
        Assert.Contains(late.Heard, message => message is WelcomeMessage);
    }

    [Fact]
    public void Certificate_HalfWrittenOrMismatching_KeepsTheOldOneAndWarnsOnce()
    {
        Write(_network.GenerateCertificate("a"));
        RelayRole relay = Start(OwnCertificate);
        CertificatePin old = relay.Pin;
        ServerCertificate next = _network.GenerateCertificate("b");

        File.WriteAllBytes(Chain, next.ChainPem);
        Wait(10 * TwoLooks);
        Assert.Equal(old, relay.Pin);
        Assert.Single(Warnings(), line => line.Contains("do not belong together", StringComparison.Ordinal));

        File.WriteAllBytes(Key, next.KeyPem[..2]);
        Wait(10 * TwoLooks);
        Assert.Equal(old, relay.Pin);
        Assert.Equal(2, Warnings().Count());

        File.Delete(Key);
        Wait(10 * TwoLooks);
        Assert.Equal(3, Warnings().Count());

        File.WriteAllBytes(Key, next.KeyPem);
        Wait(TwoLooks);
        Assert.NotEqual(old, relay.Pin);
        Assert.Contains("Certificate reloaded", Warnings().Skip(3).Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void HangUp_ReadsTheCertificateAtOnce()
    {
        Write(_network.GenerateCertificate("a"));
        RelayRole relay = Start(OwnCertificate);
        CertificatePin old = relay.Pin;
        Write(_network.GenerateCertificate("b"));
        relay.HangUp();
        Assert.NotEqual(old, relay.Pin);

        File.WriteAllText(Key, "nonsense");
        relay.HangUp();
        relay.HangUp();
        Assert.Equal(3, Warnings().Count());
    }

    [Fact]
    public void Start_StdoutCannotBeWritten_GoesOnAndTheLogHasTheLine()
    {
        using DeadTerminal full = new();
        using OutputWriter output = new(full);
        RelayRole relay = Start(output: output);
        Assert.Contains("Input/output error", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Matches($"softlan client --relay HOST:443 --pin {relay.Pin} --room {SuggestedRoom}", Warnings().Single());
    }

    [Fact]
    public void PortTaken_SaysSo()
    {
        Start();
        Assert.Contains("Cannot listen", Assert.Throws<SoftlanException>(() => Start()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stop_TellsThePeersAndEnds()
    {
        RelayRole relay = Start();
        ConnectAndJoin(relay, ClientHello(1), out Listener player);
        relay.Stop();
        relay.Stop();
        Wait(TimeSpan.FromSeconds(1));

        Assert.Equal(CloseReason.ShuttingDown, player.Heard.OfType<ByeMessage>().Single().Reason);
        Assert.Equal((LinkCloseKind.ByPeer, CloseReason.ShuttingDown), (player.Closed!.Value.Kind, player.Closed.Value.Reason));
        Assert.Equal("in order", _ended);
    }

    [Fact]
    public void Stop_WithoutPeers_Ends()
    {
        Start().Stop();
        Wait(TimeSpan.FromSeconds(1));
        Assert.Equal("in order", _ended);
    }

    [Fact]
    public void Drops_AreToldOnceAMinuteAndOnlyNewOnes()
    {
        RelayRole relay = Start();
        IFrameLink link = ConnectAndJoin(relay, ClientHello(1), out _);
        for (int i = 0; i < 3; i++)
        {
            link.Send(DatagramHeader.ForFrame(0), TestFrames.Plain(Mac(1), Mac(2)));
        }

        link.Send(DatagramHeader.ForFrame(0), TestFrames.Plain(LanMac(1), Mac(1)));
        Wait(TimeSpan.FromSeconds(1));
        link.Close(CloseReason.Normal, "done");
        Wait(3 * RelayRole.ReportInterval);
        Assert.Equal(
            [
                "Warning: Dropped in the last minute: "
                + "UnauthorizedSourceMac 3 (from a MAC that is not the player's own, as of a virtual machine behind its card), "
                + "UnknownDestination 1 (nobody in the room has the destination's MAC)",
            ],
            Warnings());
    }

    [Fact]
    public void OverTheLimit_IsNamedOnceAMinute()
    {
        RelayRole relay = Start();
        IFrameLink link = ConnectAndJoin(relay, ClientHello(1), out _);
        for (int i = 0; i < 600; i++)
        {
            link.Send(DatagramHeader.ForFrame(0), TestFrames.Plain(MacAddress.Broadcast, Mac(1)));
        }

        Wait(3 * RelayRole.ReportInterval);
        string named = Assert.Single(Warnings(), line => line.Contains("sent more than its limit", StringComparison.Ordinal));
        Assert.Contains("in room ", named, StringComparison.Ordinal);
        Assert.Contains(": 88 frames dropped in the last minute (RateLimited)", named, StringComparison.Ordinal);
    }

    [Fact]
    public void TurnedAway_IsToldOnceAMinuteWithTheOptionThatLetsInMore()
    {
        RelayRole relay = Start(options => options with { MaxLinksPerAddress = 1 });
        IFrameLink link = ConnectAndJoin(relay, ClientHello(1), out _);
        ConnectAndJoin(relay, ClientHello(2), out Listener second);
        ConnectAndJoin(relay, ClientHello(2), out _);
        Assert.Equal(LinkCloseKind.Full, second.Closed!.Value.Kind);
        Wait(3 * RelayRole.ReportInterval);
        Assert.Equal(
            [
                "Warning: Connection attempts turned away in the last minute: "
                + "2 from addresses at their limit (--max-links-per-address 1)",
            ],
            Warnings());
        Assert.NotNull(link);
    }

    [Fact]
    public void Log_TellsWhoCameAndWentAndWhy()
    {
        RelayRole relay = Start();
        IFrameLink link = ConnectAndJoin(relay, ClientHello(1), out _);
        ConnectAndJoin(relay, ClientHello(1), out _);
        link.Close(CloseReason.Normal, "done");
        Wait(TimeSpan.FromSeconds(1));
        Assert.Equal(
            [
                "Information: Room DEN opened with an MTU of 1500",
                "Information: Peer 1 'player 1' joined room DEN: Client, MAC 02:00:00:00:00:01, from 127.0.0.1:40000, softlan test",
                "Information: Rejected 127.0.0.1:40001: Another player in room DEN has the MAC address 02:00:00:00:00:01.",
                "Information: Peer 1 'player 1' left room DEN: Normal (done)",
                "Information: Room DEN closed",
            ],
            _log.Lines.Skip(2));
    }

    [Fact]
    public void Trace_TellsEveryDecision()
    {
        RecordingLogger trace = new(LogLevel.Trace);
        RelayBench relay = new(logger: trace);
        TestPeer ann = relay.JoinClient(1);
        relay.JoinClient(2);
        ann.Send(TestFrames.Plain(Mac(2), Mac(1), 100));
        ann.Send(TestFrames.Plain(Mac(2), Mac(3), 100));
        Assert.Equal(
            [
                "Trace: Frame in DEN from peer 1: 02:00:00:00:00:01 -> 02:00:00:00:00:02, type 0x88b6, 100 bytes: forwarded (None), 1 targets",
                "Trace: Frame in DEN from peer 1: 02:00:00:00:00:03 -> 02:00:00:00:00:02, type 0x88b6, 100 bytes: "
                + "dropped (UnauthorizedSourceMac), 0 targets",
            ],
            trace.Lines.Where(line => line.StartsWith("Trace", StringComparison.Ordinal)));
    }

    private RelayRole Start(Func<RelayOptions, RelayOptions>? change = null, TextWriter? output = null)
    {
        RelayOptions options = new() { StateDirectory = _directory, ServerName = "relay.example" };
        RelayRole role = new(change?.Invoke(options) ?? options, _network.Lane, _network, output ?? _output, _log);
        _roles.Add(role);
        role.Start(failure => _ended = failure?.Message ?? "in order");
        return role;
    }

    private RelayOptions OwnCertificate(RelayOptions options) => options with { Certificate = new CertificateFiles(Chain, Key) };

    private void Write(ServerCertificate certificate)
    {
        Directory.CreateDirectory(_directory);
        File.WriteAllBytes(Chain, certificate.ChainPem);
        File.WriteAllBytes(Key, certificate.KeyPem);
    }

    private void Wait(TimeSpan time) => _network.Lane.Advance(time);

    private IEnumerable<string> Warnings() => _log.Lines.Where(line => line.StartsWith("Warning", StringComparison.Ordinal));

    private IFrameLink ConnectAndJoin(RelayRole relay, HelloMessage hello, out Listener player)
    {
        player = new Listener();
        IPEndPoint relayAt = new(IPAddress.Loopback, relay.EndPoints[0].Port);
        IFrameLink link = _network.Connect(
            new ConnectOptions { RemoteEndPoint = relayAt, ServerName = "relay", Trust = new LinkTrust(relay.Pin, null) },
            new PeerCounters(), player);
        _network.Lane.Run();
        link.SendControl(ControlCodec.Write(hello));
        _network.Lane.Run();
        return link;
    }

    private sealed class Listener : IFrameLinkHandler
    {
        public List<ControlMessage> Heard { get; } = [];

        public LinkClosed? Closed { get; private set; }

        public void OnConnected(IFrameLink link)
        {
        }

        public void OnControl(IFrameLink link, ReadOnlySpan<byte> message) =>
            Heard.Add(ControlCodec.TryParse(message, out ControlMessage? parsed, out string? error)
                ? parsed
                : throw new InvalidOperationException(error + Encoding.UTF8.GetString(message)));

        public void OnDatagram(IFrameLink link, ReadOnlySpan<byte> datagram)
        {
        }

        public void OnClosed(IFrameLink link, LinkClosed closed) => Closed = closed;
    }
}
