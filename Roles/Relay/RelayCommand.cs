using System.CommandLine;
using Softlan.Platform;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Hosting;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>The command line of `softlan relay`: parse, check, hand over a <see cref="RelayOptions"/>.</summary>
internal static class RelayCommand
{
    public const string Name = "relay";

    private const string MadeAndKept = "one that the relay makes and keeps";

    private static readonly ValueKind<ListenAddress> ListenKind = ValueKinds.Of<ListenAddress>(
        ListenAddress.TryParse, "an address to listen on", "PORT/udp, ADDRESS:PORT or [IPV6]:PORT", "443/udp or 192.0.2.1:443");

    private static readonly ValueKind<BitRate> RateKind = ValueKinds.Of<BitRate>(
        BitRate.TryParse,
        "a bit rate",
        $"{BitRate.FromBitsPerSecond(BitRate.MinBitsPerSecond)} to {BitRate.FromBitsPerSecond(BitRate.MaxBitsPerSecond)} "
        + "(bits per second, or with kbit, mbit or gbit), or unlimited",
        "20mbit");

    private static readonly ValueKind<string> HostNameKind = ValueKinds.HostName(
        "Give a name or address by which players reach this machine, for example relay.example.org");

    public static Command Create(Func<RelayOptions, LoggingOptions, int> run)
    {
        Option<ListenAddress> listen = SoftlanOption.WithDefault(
            "--listen", ListenKind, "address", "The UDP address to listen on. A port alone listens on IPv4 and IPv6.", ListenAddress.Default);
        Option<string?> cert = SoftlanOption.Optional(
            "--cert",
            ValueKinds.Path,
            "file",
            "The relay's certificate chain in PEM, its own certificate first. softlan reads it again when it changes.",
            MadeAndKept);
        Option<string?> key = SoftlanOption.Optional(
            "--key", ValueKinds.Path, "file", "The private key of --cert, in PEM.", MadeAndKept);
        Option<string> state = StateOption.Create(
            "Where the relay keeps the certificate that it makes and the room code, so that the join command stays the same after a restart.");
        Option<string?> serverName = SoftlanOption.Optional(
            "--server-name",
            HostNameKind,
            "name",
            "The name by which players reach this relay; it goes into the certificate that the relay makes. "
            + "Without it the join command names the address of --listen, or HOST.",
            "the machine's name");
        Option<int> mtu = SoftlanOption.WithDefault(
            "--mtu", ValueKinds.Mtu, "bytes", "The largest IP MTU that a room can have.", FrameLimits.MaxMtu);
        Option<int> maxClients = SoftlanOption.WithDefault(
            "--max-clients-per-room",
            ValueKinds.Integer("a number of clients", 1, RelayOptions.LargestRoom, "players", RelayOptions.DefaultMaxClientsPerRoom),
            "number",
            "How many players may be in one room.",
            RelayOptions.DefaultMaxClientsPerRoom);
        Option<int> maxRooms = SoftlanOption.WithDefault(
            "--max-rooms",
            ValueKinds.Integer("a number of rooms", 1, RelayOptions.LargestCount, "rooms", RelayOptions.DefaultMaxRooms),
            "number",
            "How many rooms there may be at once. One place is kept for the room of the join command.",
            RelayOptions.DefaultMaxRooms);
        Option<int> maxPeers = SoftlanOption.WithDefault(
            "--max-peers",
            ValueKinds.Integer("a number of peers", 1, RelayOptions.LargestCount, "peers", RelayOptions.DefaultMaxPeers),
            "number",
            "How many players and gateways there may be in all rooms together. "
            + "One full room and its gateway, but at most half of the places, are kept for the room of the join command.",
            RelayOptions.DefaultMaxPeers);
        Option<int> maxLinks = SoftlanOption.WithDefault(
            "--max-links-per-address",
            ValueKinds.Integer("a number of connections", 1, RelayOptions.LargestCount, "connections", RelayOptions.DefaultMaxLinksPerAddress),
            "number",
            "How many connections one IPv4 address or IPv6 /64 may have, and how many may join from it at once; "
            + $"then one more every {JoinLimit.Refill.TotalSeconds} s. "
            + $"It may begin {LinkQuota.HandshakesPerLink} times as many (at least {LinkQuota.LeastHandshakes}) "
            + $"within {RecentHandshakes.Window.TotalSeconds} s. "
            + $"An IPv6 /48 may have {AddressTally.NetworkFactor} times as many.",
            RelayOptions.DefaultMaxLinksPerAddress);
        Option<int> workers = SoftlanOption.WithDefault(
            "--workers",
            ValueKinds.Integer("a number of workers", 1, RelayOptions.MaxWorkers, "threads", 4),
            "number",
            $"How many threads carry the connections. By default one per processor, up to {RelayOptions.MostWorkersByDefault}. "
            + "Always 1 with --quic msquic, which has its own threads.",
            RelayOptions.DefaultWorkers);
        Option<BitRate> clientRate = SoftlanOption.WithDefault(
            "--client-rate",
            RateKind,
            "rate",
            "What one player may send, for example 20mbit. A burst of one second is allowed.",
            BitRate.Unlimited);
        Option<int> broadcastRate = SoftlanOption.WithDefault(
            "--client-broadcast-rate",
            ValueKinds.Integer(
                "a number of frames per second",
                1,
                RelayOptions.HighestClientBroadcastRate,
                "frames per second",
                RelayOptions.DefaultClientBroadcastRate),
            "frames",
            "How many broadcast, multicast and unknown unicast frames one player may send a second. A burst of two seconds is allowed.",
            RelayOptions.DefaultClientBroadcastRate);
        Option<BitRate> gatewayRate = SoftlanOption.WithDefault(
            "--gateway-rate",
            RateKind,
            "rate",
            "What one gateway may send, for example 200mbit. A burst of one second is allowed.",
            BitRate.Unlimited);
        Option<int?> cpuLatency = CpuLatencyOption.Create();
        QuicArguments quic = new();

        SoftlanCommand command = new(
            Name,
            "Run a relay: the meeting point on the internet to which players and gateways connect. "
            + "On Linux a port below 1024, such as the default 443, needs root or CAP_NET_BIND_SERVICE.")
        {
            listen, cert, key, state, serverName, mtu, maxClients, maxRooms, maxPeers, maxLinks, workers, clientRate, broadcastRate, gatewayRate,
            cpuLatency,
        };
        quic.AddTo(command);
        command.AddRule(result => result.Has(cert) is { } hasCert && result.Has(key) is { } hasKey && hasCert != hasKey
            ? $"{(hasCert ? result.NameOf(cert) : cert.Name)} and {(hasKey ? result.NameOf(key) : key.Name)} belong together. "
                + "Give both, for example --cert fullchain.pem --key privkey.pem, or neither."
            : null);
        if (!OperatingSystem.IsLinux())
        {
            command.Refuse(cpuLatency, "is for Linux. Leave it out on Windows, and use a power plan instead.");
        }

        command.SetAction(parsed => run(
            new RelayOptions
            {
                Listen = parsed.GetRequiredValue(listen),
                Certificate = parsed.GetValue(cert) is { } chainFile && parsed.GetValue(key) is { } keyFile
                    ? new CertificateFiles(chainFile, keyFile)
                    : null,
                StateDirectory = parsed.GetRequiredValue(state),
                ServerName = parsed.GetValue(serverName) ?? Environment.MachineName,
                PublicName = parsed.GetValue(serverName),
                MaxMtu = parsed.GetValue(mtu),
                MaxClientsPerRoom = parsed.GetValue(maxClients),
                MaxRooms = parsed.GetValue(maxRooms),
                MaxPeers = parsed.GetValue(maxPeers),
                MaxLinksPerAddress = parsed.GetValue(maxLinks),
                Workers = quic.Read(parsed).Kind == QuicEngineKind.MsQuic ? 1 : parsed.GetValue(workers),
                ClientRate = parsed.GetValue(clientRate),
                ClientBroadcastRate = parsed.GetValue(broadcastRate),
                GatewayRate = parsed.GetValue(gatewayRate),
                CpuLatency = parsed.GetValue(cpuLatency),
                Quic = quic.Read(parsed),
            },
            LoggingArguments.Read(parsed)));
        return command;
    }
}
