using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Roles.Client;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Hosting;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client;

public sealed class ClientCommandTests : IDisposable
{
    private const string Pin = "sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private ClientOptions? _options;
    private LoggingOptions? _logging;

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void Client_RoomAlone_IsEnough()
    {
        Assert.Equal(0, Run("--room", "R"));
        Assert.Null(_options!.Relay);
        Assert.Equal((ClientOptions.DefaultTap, "dhcp"), (_options.Tap, _options.Address.ToString()));
        Assert.Equal(
            (StateFiles.DefaultDirectory(), Path.Combine(StateFiles.DefaultDirectory(), "identity.json")),
            (_options.StateDirectory, _options.IdentityPath));
    }

    [Fact]
    public void State_IsThePlaceOfTheIdentityToo_UnlessThatHasItsOwn()
    {
        Assert.Equal(0, Run("--room", "R", "--state", "/s"));
        Assert.Equal(("/s", "/s/identity.json"), (_options!.StateDirectory, _options.IdentityPath));
        Assert.Equal(0, Run("--room", "R", "--state", "/s", "--identity", "/elsewhere/second.json"));
        Assert.Equal(("/s", "/elsewhere/second.json"), (_options.StateDirectory, _options.IdentityPath));

        // The DHCP client's script and the next start may be in another directory.
        Assert.Equal(0, Run("--room", "R", "--state", "s"));
        Assert.Equal(Path.GetFullPath("s"), _options.StateDirectory);
    }

    [Fact]
    public void Client_WithEverything_IsReadAsGiven()
    {
        Assert.Equal(0, Run(
            "--relay", "party.example.org:4433", "--pin", Pin, "--server-name", "relay.example.org", "--room", "ROOM1", "--name", "anna",
            "--datagram-limit", "1200", "--quic", "msquic", "--queue-time", "25", "--virtual-mac", "02:00:5e:10:00:31", "--identity", "/i.json",
            "--tap", "party0", "--mtu", "1400", "--address", "10.73.42.50/24", "--moderation", "off", "--cpu-latency", "20",
            "--log-level", "debug", "--log-format", "json"));
        Assert.Equal(
            (new RelayAddress("party.example.org", 4433), Pin, "relay.example.org", "ROOM1"),
            (_options!.Relay, _options.Join.Pin.ToString(), _options.Join.ServerName, _options.Join.Room.ToString()));
        Assert.Equal(("anna", 1200, null), (_options.Join.Name, _options.Join.DatagramLimit, _options.Join.CaFile));
        Assert.Equal((QuicEngineKind.MsQuic, TimeSpan.FromMilliseconds(25)), (_options.Join.Quic.Kind, _options.Join.Quic.QueueTime));
        Assert.Equal(("02:00:5e:10:00:31", "/i.json", "party0"), (_options.VirtualMac.ToString(), _options.IdentityPath, _options.Tap));
        Assert.Equal(
            (1400, "10.73.42.50/24", PortModeration.Off, 20),
            (_options.Mtu, _options.Address.ToString(), _options.Moderation, _options.CpuLatency));
        Assert.Equal(new LoggingOptions(LogLevel.Debug, LogFormat.Json), _logging);
    }

    [Fact]
    public void Client_CaFileInsteadOfAPin_IsTaken()
    {
        Assert.Equal(0, Run("--relay", "party.example.org", "--relay-ca-cert", "/ca.pem", "--room", "R"));
        Assert.Equal(("/ca.pem", null), (_options!.Join.CaFile, _options.Join.Pin?.ToString()));
    }

    [Fact]
    public void ListTaps_NeedsNoRoom()
    {
        Assert.Equal(0, Run("--list-taps"));
        Assert.Equal("taps", _output.ToString());
        Assert.Null(_options);
    }

    [Theory]
    [InlineData("info", LogLevel.Information)]
    [InlineData("Information", LogLevel.Information)]
    [InlineData("WARN", LogLevel.Warning)]
    public void Client_LogLevel_IsAlsoWhatOtherProgramsCallIt(string word, LogLevel expected)
    {
        Assert.Equal(0, Run("--room", "R", "--log-level", word));
        Assert.Equal(expected, _logging!.Level);
    }

    [Fact]
    public void Client_ServerNameLongerThanAnyInDns_IsAMistake()
    {
        Assert.Equal(ExitCodes.Usage, Run("--room", "R", "--server-name", string.Join('.', Enumerable.Repeat("relay", 50))));
        Assert.Contains("is not a host name. Give the name in the relay's certificate,", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'5' is not expected here. See softlan client --help.", "--list-taps=5")]
    [InlineData("'--tab' is not an option of softlan client. Did you mean --tap?", "--list-taps", "--tab", "x")]
    [InlineData("'q3n4-k9cx-3fvy' is not expected here. If it is a room's code, type --room q3n4-k9cx-3fvy. See", "q3n4-k9cx-3fvy")]
    [InlineData(
        "'prxw' looks like the rest of --room, split by a space or a line break. If so, type --room apfh-x75q-prxw.",
        "--room", "apfh-x75q-", "prxw")]
    [InlineData("'-prxw' looks like the rest of --room, split by a space or a line break. If so, type --room apfh-prxw.", "--room=apfh", "-prxw")]
    [InlineData("'q3n4-k9cx-3fvy' is not expected here. If it is a room's code, type --room", "--pin", Pin, "q3n4-k9cx-3fvy")]
    [InlineData("'mtu5' is not expected here. See softlan client --help.", "--room", "R", "--mtu", "1400", "mtu5")]
    [InlineData(
        "'xyzQpj8' looks like the rest of --pin, split by a space or a line break. If so, type --pin sha256:47DExyzQpj8.",
        "--pin", "sha256:47DE", "xyzQpj8", "--room", "R")]
    [InlineData("'-mtv' is not an option of softlan client. Did you mean --mtu", "--room", "R", "-mtv", "1400")]
    [InlineData("'--listen' is not an option of softlan client. See", "--room", "R", "--listen", "1400")]
    [InlineData("--pin lacks its value: --room follows it. ", "--pin", "--room", "R")]
    [InlineData(
        "--address: '10.0.0.0/24' is not an address for the TAP. Use dhcp, none, or an IPv4 address",
        "--room", "R", "--address", "10.0.0.0/24")]
    [InlineData("--address: 'fd00::1/64' is not an address for the TAP.", "--room", "R", "--address", "fd00::1/64")]
    [InlineData("--virtual-mac: '01:00:5e:00:00:01' is not a MAC address for a virtual card.", "--room", "R", "--virtual-mac", "01:00:5e:00:00:01")]
    [InlineData("--room takes one value, and got 'A' and 'B'. Use 1 to 64 letters", "--room", "A", "--room", "B")]
    public void Client_Mistake_IsOneLine(string line, params string[] args)
    {
        Assert.Equal(ExitCodes.Usage, Run(args));
        Assert.StartsWith($"softlan: {line}", _error.ToString(), StringComparison.Ordinal);
        Assert.Single(_error.ToString().TrimEnd().Split('\n'));
        Assert.Empty(_output.ToString());
        Assert.Null(_options);
    }

    [Theory]
    [InlineData(
        "sha256:short",
        "--pin: 'sha256:short' is not a certificate pin: it has 5 characters after sha256: instead of 43: a part seems to be missing",
        "--room is missing", "--mtu: '20' is not an MTU")]
    [InlineData(Pin, "--room is missing", "--mtu: '20' is not an MTU", "--pin and --relay-ca-cert exclude each other")]
    public void Client_SeveralMistakes_AreToldAtOnce(string pin, params string[] mistakes)
    {
        Assert.Equal(ExitCodes.Usage, Run("--pin", pin, "--relay-ca-cert", "ca.pem", "--mtu", "20"));
        Assert.Equal(mistakes, _error.ToString().TrimEnd().Split(Environment.NewLine).Select(line => line["softlan: ".Length..].Split('.')[0]));
        Assert.Null(_options);
    }

    private int Run(params string[] args) => SoftlanCommandLine.Run(
        SoftlanCommandLine.CreateRoot(ClientCommand.Create(
            ClientSystem.Linux,
            (options, logging) =>
            {
                _options = options;
                _logging = logging;
                return 0;
            },
            output => output.Write("taps"))),
        ["client", .. args],
        _output,
        _error);
}
