using System.Runtime.Versioning;
using System.Text.RegularExpressions;

namespace Softlan.Roles.Demo;

/// <summary>Who takes part: relay, gateway, players and the LAN's DHCP server, as processes in their namespaces. Disposing it ends them, the last to
/// come first.</summary>
[SupportedOSPlatform("linux")]
internal sealed partial class DemoParty(DemoRunDirectory directory, DemoNetwork network, CancellationToken stop) : IDisposable
{
    private const string Room = "DEMO";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);

    // A player waits for a lease, and some DHCP clients begin with a pause of a few seconds.
    private static readonly TimeSpan AddressLimit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(8);

    private readonly Stack<DemoProcess> _processes = new();
    private readonly Dictionary<DemoHost, DemoProcess> _players = [];
    private string _pin = "";

    /// <summary>The relay, gateway and players, in the order in which they came.</summary>
    public IEnumerable<DemoProcess> Processes => _processes.Reverse();

    /// <summary>Players' addresses on the LAN, once they have one.</summary>
    public Dictionary<DemoHost, string> Addresses { get; } = [];

    /// <summary>Why players cannot get their addresses by DHCP on this machine; null where they can.</summary>
    public static string? NoDhcpReason { get; } =
        SystemTools.Find("dnsmasq") is null ? "dnsmasq is not installed (package dnsmasq-base)"
        : new[] { "udhcpc", "dhclient", "dhcpcd" }.All(client => SystemTools.Find(client) is null) ? "no DHCP client is installed (package udhcpc)"
        : null;

    public DemoProcess Keep(DemoProcess process)
    {
        _processes.Push(process);
        return process;
    }

    public string? StartDhcpServer()
    {
        string[] command =
        [
            SystemTools.Find("dnsmasq")!, "--keep-in-foreground", "--conf-file=/dev/null", "--port=0",
            "--interface=eth0", "--bind-interfaces", "--user=root",
            "--dhcp-authoritative", "--no-ping", $"--dhcp-range={DemoNetwork.LanPrefix}100,{DemoNetwork.LanPrefix}150,255.255.255.0,1h",
            // Players must not take this router: their way to the internet is another one.
            $"--dhcp-option=option:router,{DemoNetwork.LanPrefix}1",
            $"--dhcp-leasefile={Path.Combine(directory.For(DemoHost.Lan1), "leases")}", "--pid-file=", "--log-facility=-",
        ];
        Keep(DemoProcess.Start(directory, DemoHost.Lan1, "dnsmasq", command)).WaitForLine("DHCP, IP range", StartLimit, stop);
        return $"{DemoNetwork.LanPrefix}100 to .150";
    }

    public string? StartRelay()
    {
        DemoProcess relay = Keep(DemoProcess.StartSoftlan(
            directory, DemoHost.Relay, "relay", "relay", "--listen", "443/udp", "--state", directory.For(DemoHost.Relay), "--server-name", "relay"));
        _pin = Pin().Match(relay.WaitForLine("sha256:", StartLimit, stop)).Value;
        return null;
    }

    public string? StartGateway()
    {
        DemoProcess gateway = Keep(DemoProcess.StartSoftlan(
            directory, DemoHost.Gateway, "gateway", ["gateway", .. RelayArguments(), "--interface", DemoNetwork.LanInterface]));
        gateway.WaitForLine($"In room {Room}", StartLimit, stop);
        return null;
    }

    /// <summary>Starts a player and waits until its card has an address.</summary>
    public string? Join(DemoHost player)
    {
        string name = player.ToString().ToLowerInvariant();
        string address = NoDhcpReason is null ? "dhcp" : $"{DemoNetwork.LanPrefix}{(player == DemoHost.Alice ? 51 : 52)}/24";
        DemoProcess process = Keep(DemoProcess.StartSoftlan(
            directory, player, name,
            [
                "client", .. RelayArguments(), "--name", name, "--identity", Path.Combine(directory.For(player), "identity.json"),
                "--tap", DemoNetwork.TapInterface, "--address", address,
            ]));
        _players[player] = process;
        Addresses[player] = WaitForAddress(player, process);
        return Addresses[player];
    }

    /// <summary>Ends a player as Ctrl-C would.</summary>
    public void Leave(DemoHost player) => _players[player].Stop(StopLimit, stop);

    public void Dispose()
    {
        while (_processes.TryPop(out DemoProcess? process))
        {
            process.Dispose();
        }
    }

    private string[] RelayArguments() => ["--relay", DemoNetwork.RelayAddress.ToString(), "--pin", _pin, "--room", Room];

    private string WaitForAddress(DemoHost player, DemoProcess process)
    {
        long deadline = Environment.TickCount64 + (long)AddressLimit.TotalMilliseconds;
        while (Environment.TickCount64 < deadline)
        {
            if (SystemTools.TryRun(
                    out string shown, "ip", "-n", network.Namespace(player), "-4", "-o", "addr", "show", "dev", DemoNetwork.TapInterface)
                && LanAddress().Match(shown) is { Success: true } match)
            {
                return match.Groups[1].Value;
            }

            if (process.WaitForExit(TimeSpan.FromMilliseconds(20), stop) is { } status)
            {
                throw new DemoFailure($"{process.Name} ended with {status}: {process.LastLine}");
            }
        }

        throw new DemoFailure($"no address on {DemoNetwork.TapInterface} within {AddressLimit.TotalSeconds:0} s: {process.LastLine}");
    }

    [GeneratedRegex("sha256:[A-Za-z0-9_-]{43}")]
    private static partial Regex Pin();

    [GeneratedRegex(@" inet (10\.73\.42\.[0-9]+)/")]
    private static partial Regex LanAddress();
}
