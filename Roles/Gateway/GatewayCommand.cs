using System.CommandLine;
using Softlan.Platform;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Hosting;

namespace Softlan.Roles.Gateway;

/// <summary>The command line of <c>softlan gateway</c>: parse, check, hand over <see cref="GatewayOptions"/>.</summary>
internal static class GatewayCommand
{
    private static readonly ValueKind<string> InterfaceKind = LinuxValueKinds.InterfaceName("an interface name", "eth0");

    private static readonly ValueKind<string> BridgeKind = LinuxValueKinds.InterfaceName("a bridge name", "br0");

    /// <param name="run">Runs the gateway; what it returns is the exit code.</param>
    public static Command Create(Func<GatewayOptions, LoggingOptions, int> run)
    {
        JoinArguments join = new(relayIsRequired: true);
        Option<string?> iface = SoftlanOption.Optional(
            "--interface",
            InterfaceKind,
            "name",
            "The wired Ethernet interface whose LAN joins the room. One of --interface and --bridge is required. "
            + "This machine keeps using it and, if softlan runs as root, players can reach it.",
            usual: null,
            "--iface");
        Option<string?> bridge = SoftlanOption.Optional(
            "--bridge",
            BridgeKind,
            "name",
            "A Linux bridge whose LAN joins the room, instead of --interface. softlan adds a port of its own to it, "
            + "and removes the port when it exits.",
            usual: null);
        Option<string> state = StateOption.Create("Where the gateway keeps what lets it come back at once after a crash.");
        Option<PortModeration?> moderation = ModerationOption.Create();
        Option<int?> cpuLatency = CpuLatencyOption.Create();
        SoftlanCommand command = new(
            "gateway",
            "Bridge the LAN behind a wired interface, or a Linux bridge, into a room on a relay. "
            + "Needs root, or CAP_NET_RAW (for --bridge CAP_NET_ADMIN).");
        join.AddTo(command, iface, bridge, state);
        command.Add(moderation);
        command.Add(cpuLatency);
        command.AddRule(result => (result.Has(iface), result.Has(bridge)) switch
        {
            (true, true) => $"{result.NameOf(iface)} and {result.NameOf(bridge)} exclude each other. Give one of them, for example --interface eth0.",
            (false, false) => "--interface is missing. Give the wired interface to bridge, "
                + "for example --interface eth0, or a Linux bridge with --bridge br0.",
            _ => null,
        });
        command.SetAction(parsed => run(
            new GatewayOptions
            {
                Relay = parsed.GetRequiredValue(join.Relay),
                Join = join.Read(parsed),
                Interface = parsed.GetValue(iface) ?? parsed.GetValue(bridge)!,
                IsBridge = parsed.GetValue(bridge) is not null,
                StateDirectory = parsed.GetRequiredValue(state),
                Moderation = parsed.GetValue(moderation) ?? PortModeration.Auto,
                CpuLatency = parsed.GetValue(cpuLatency),
            },
            LoggingArguments.Read(parsed)));
        return command;
    }
}
