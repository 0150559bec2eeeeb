using Softlan.Platform;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Hosting;
using Softlan.Roles.Relay;
using Softlan.Roles.Shared;
using Xunit;
using RelayOptions = Softlan.Roles.Relay.RelayOptions;

namespace Softlan.Tests.Roles.Relay;

public sealed class RelayCommandTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private RelayOptions? _options;

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void Relay_WithoutOptions_HasTheDocumentedDefaults()
    {
        Assert.Equal(0, Run());
        Assert.Equal(
            new RelayOptions { StateDirectory = StateFiles.DefaultDirectory(), ServerName = Environment.MachineName },
            _options);
        Assert.Equal("443/udp", _options!.Listen.ToString());
        Assert.Equal((1500, 64, 1024, 4096), (_options.MaxMtu, _options.MaxClientsPerRoom, _options.MaxRooms, _options.MaxPeers));
        Assert.Equal((true, 256, true), (_options.ClientRate.IsUnlimited, _options.ClientBroadcastRate, _options.GatewayRate.IsUnlimited));
    }

    [Fact]
    public void Relay_WithEverything_IsReadAsGiven()
    {
        Assert.Equal(0, Run(
            "--listen", "192.0.2.1:7000", "--cert", "/c.pem", "--key", "/k.pem", "--state", "/s", "--server-name", "relay.example", "--mtu", "1400",
            "--max-clients-per-room", "8", "--max-rooms", "2", "--max-peers", "16", "--max-links-per-address", "4", "--client-rate", "20mbit",
            "--client-broadcast-rate", "100", "--gateway-rate", "200mbit", "--quic", "msquic", "--queue-time", "25"));
        Assert.Null(_options!.CpuLatency);
        Assert.Equal("192.0.2.1:7000/udp", _options!.Listen.ToString());
        Assert.Equal(new CertificateFiles("/c.pem", "/k.pem"), _options.Certificate);
        Assert.Equal(("/s", "relay.example", "relay.example"), (_options.StateDirectory, _options.ServerName, _options.PublicName));
        Assert.Equal(
            (1400, 8, 2, 16, 4),
            (_options.MaxMtu, _options.MaxClientsPerRoom, _options.MaxRooms, _options.MaxPeers, _options.MaxLinksPerAddress));
        Assert.Equal((QuicEngineKind.MsQuic, TimeSpan.FromMilliseconds(25)), (_options.Quic.Kind, _options.Quic.QueueTime));
        Assert.Equal(
            (20_000_000, 100, 200_000_000), (_options.ClientRate.BitsPerSecond, _options.ClientBroadcastRate, _options.GatewayRate.BitsPerSecond));
    }

    [Fact]
    public void CpuLatency_IsForLinux()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere there is no such option.");
        Assert.Equal(0, Run("--cpu-latency", "0"));
        Assert.Equal(0, _options!.CpuLatency);
    }

    [Theory]
    [InlineData("ngtcp2", 3)]
    [InlineData("msquic", 1)]
    public void Workers_AreAsManyAsGiven_ButMsQuicHasThreadsOfItsOwn(string quic, int expected)
    {
        Assert.Equal(0, Run("--quic", quic, "--workers", "3"));
        Assert.Equal(expected, _options!.Workers);
    }

    [Theory]
    [InlineData("--listen: '443/tcp' is not an address to listen on.", "--listen", "443/tcp")]
    [InlineData("--listen: '70000' is not an address to listen on.", "--listen", "70000")]
    [InlineData("--client-rate: 'fast' is not a bit rate.", "--client-rate", "fast")]
    [InlineData(
        "--client-rate: '2000gbit' is not a bit rate. Use 12144 to 1000gbit (bits per second, or with kbit, mbit or gbit), or unlimited, for example",
        "--client-rate", "2000gbit")]
    [InlineData("--max-rooms: '-1' is not a number of rooms.", "--max-rooms", "-1")]
    [InlineData("--max-clients-per-room: '0' is not a number of clients.", "--max-clients-per-room", "0")]
    [InlineData("--mtu: '1279' is not an MTU.", "--mtu", "1279")]
    [InlineData("--mtu: '9000' is not an MTU.", "--mtu", "9000")]
    [InlineData("--quic: 'quiche' is not a QUIC library. Use one of ngtcp2, msquic.", "--quic", "quiche")]
    [InlineData("--queue-time: '0' is not a time in milliseconds. Give a whole number from 1 to 1000", "--queue-time", "0")]
    [InlineData("--server-name: 'a b' is not a host name.", "--server-name", "a b")]
    [InlineData("--server-name: '[::]' is not a host name: it stands for all addresses of a machine, and nobody", "--server-name", "[::]")]
    [InlineData("--state: '' is not a path.", "--state", "")]
    [InlineData("--cert and --key belong together.", "--cert", "/c.pem")]
    [InlineData("--cert and --key belong together.", "--key", "/k.pem")]
    [InlineData("--cert: '' is not a path.", "--cert", "", "--key", "/k.pem")]
    [InlineData("--key: '' is not a path.", "--cert", "/c.pem", "--key", "")]
    [InlineData("--cert: '' is not a path.", "--cert", "")]
    [InlineData("--listen lacks its value. Use PORT/udp, ADDRESS:PORT or [IPV6]:PORT, for example 443/udp", "--listen")]
    [InlineData("--cert lacks its value. Give a file name, for example", "--key", "/k.pem", "--cert")]
    [InlineData("--state lacks its value. Give a directory name, for example /var/lib/softlan.", "--state")]
    [InlineData("--mtu takes one value, and got '1400' and '1500'. Give a whole number from 1280 to 1500", "--mtu", "1400", "--mtu", "1500")]
    [InlineData("'--listn' is not an option of softlan relay. Did you mean --listen?", "--listn", "443")]
    public void Relay_Mistake_IsOneLine(string line, params string[] args)
    {
        Assert.Equal(ExitCodes.Usage, Run(args));
        Assert.StartsWith($"softlan: {line}", _error.ToString(), StringComparison.Ordinal);
        Assert.Single(_error.ToString().TrimEnd().Split('\n'));
        Assert.Null(_options);
    }

    [Fact]
    public void Relay_SeveralMistakes_AreToldAtOnce()
    {
        Assert.Equal(ExitCodes.Usage, Run("--key", "/k.pem", "--mtu", "20", "--log-level", "loud"));
        Assert.Equal(
            ["--mtu: '20' is not an MTU", "--log-level: 'loud' is not a log level", "--cert and --key belong together"],
            _error.ToString().TrimEnd().Split(Environment.NewLine).Select(line => line["softlan: ".Length..].Split('.')[0]));
        Assert.Null(_options);
    }

    private int Run(params string[] args) => SoftlanCommandLine.Run(
        SoftlanCommandLine.CreateRoot(RelayCommand.Create((options, _) =>
        {
            _options = options;
            return 0;
        })),
        ["relay", .. args],
        _output,
        _error);
}
