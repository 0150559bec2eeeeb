using System.Net;
using System.Runtime.Versioning;

namespace Softlan.Roles.Demo;

/// <summary>The cables and addresses of the demo. Disposing it removes them.</summary>
/// <remarks>
/// <code>
///   LAN 10.73.42.0/24                      "internet" 203.0.113.0/24
///
///   lan1 .11 --+                                     +-- .11 alice
///              |-- switch -- .2 gateway .2 -- relay -|
///   lan2 .12 --+                                 .1  +-- .12 bob
/// </code>
/// Nothing has a link to the machine's own network. 203.0.113.0/24 is set apart for documentation (RFC 5737).
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class DemoNetwork : IDisposable
{
    public const string LanInterface = "eth1";
    public const string LanPrefix = "10.73.42.";
    public const string TapInterface = "softlan0";

    private const string InternetInterface = "eth0";

    private readonly DemoRunDirectory _directory;

    private DemoNetwork(DemoRunDirectory directory) => _directory = directory;

    public static IPAddress RelayAddress { get; } = IPAddress.Parse("203.0.113.1");

    public static IPAddress Lan1Address { get; } = IPAddress.Parse(LanPrefix + "11");

    public static IPAddress Lan2Address { get; } = IPAddress.Parse(LanPrefix + "12");

    /// <summary>Makes the namespaces and everything in them. What was made before a failure is removed again.</summary>
    public static DemoNetwork Build(DemoRunDirectory directory)
    {
        DemoNetwork network = new(directory);
        try
        {
            foreach (string[] command in network.Commands())
            {
                SystemTools.Run(["ip", .. command]);
            }

            return network;
        }
        catch (Exception)
        {
            network.Dispose();
            throw;
        }
    }

    public string Namespace(DemoHost host) => _directory.Namespace(host);

    /// <summary>Runs `ip` in a host's namespace.</summary>
    public string Ip(DemoHost host, params string[] arguments) => SystemTools.Run(["ip", "-n", Namespace(host), .. arguments]);

    /// <summary>Lets the gateway's machine route between alice and the LAN, so that the way without a tunnel can be measured; false closes it
    /// again.</summary>
    public void SetPlainPath(bool open)
    {
        SystemTools.Run("ip", "netns", "exec", Namespace(DemoHost.Gateway), "sh", "-c", $"echo {(open ? 1 : 0)} > /proc/sys/net/ipv4/ip_forward");
        string verb = open ? "add" : "del";
        Ip(DemoHost.Alice, "route", verb, LanPrefix + "0/24", "via", "203.0.113.2");
        Ip(DemoHost.Lan1, "route", verb, "203.0.113.0/24", "via", LanPrefix + "2");
    }

    public void Dispose() => DemoLeftovers.RemoveNamespaces(_directory.Id);

    /// <summary>Arguments for `ip`, in order.</summary>
    public IEnumerable<string[]> Commands()
    {
        foreach (DemoHost host in Enum.GetValues<DemoHost>())
        {
            yield return ["netns", "add", Namespace(host)];
            yield return ["-n", Namespace(host), "link", "set", "lo", "up"];
        }

        IEnumerable<string[]> rest =
        [
            .. Bridge(DemoHost.Relay, "internet"),
            ["-n", Namespace(DemoHost.Relay), "addr", "add", $"{RelayAddress}/24", "brd", "+", "dev", "internet"],
            .. Cable(DemoHost.Gateway, InternetInterface, DemoHost.Relay, "internet", "203.0.113.2"),
            .. Cable(DemoHost.Alice, InternetInterface, DemoHost.Relay, "internet", "203.0.113.11"),
            .. Cable(DemoHost.Bob, InternetInterface, DemoHost.Relay, "internet", "203.0.113.12"),
            .. Bridge(DemoHost.Switch, "lan"),
            .. Cable(DemoHost.Gateway, LanInterface, DemoHost.Switch, "lan", LanPrefix + "2"),
            .. Cable(DemoHost.Lan1, InternetInterface, DemoHost.Switch, "lan", Lan1Address.ToString()),
            .. Cable(DemoHost.Lan2, InternetInterface, DemoHost.Switch, "lan", Lan2Address.ToString()),
        ];
        foreach (string[] command in rest)
        {
            yield return command;
        }
    }

    private IEnumerable<string[]> Bridge(DemoHost host, string bridge) =>
    [
        // Without the forward delay of spanning tree the bridge forwards at once.
        ["-n", Namespace(host), "link", "add", bridge, "type", "bridge", "forward_delay", "0", "stp_state", "0"],
        ["-n", Namespace(host), "link", "set", bridge, "up"],
    ];

    private IEnumerable<string[]> Cable(DemoHost host, string card, DemoHost bridgeHost, string bridge, string address)
    {
        string bridgePort = "to-" + host.ToString().ToLowerInvariant();
        return
        [
            ["link", "add", card, "netns", Namespace(host), "type", "veth", "peer", "name", bridgePort, "netns", Namespace(bridgeHost)],
            ["-n", Namespace(bridgeHost), "link", "set", bridgePort, "master", bridge, "up"],
            ["-n", Namespace(host), "link", "set", card, "up"],
            ["-n", Namespace(host), "addr", "add", $"{address}/24", "brd", "+", "dev", card],
        ];
    }
}
