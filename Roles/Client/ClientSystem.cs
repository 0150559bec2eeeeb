using Softlan.Roles.CommandLine;

namespace Softlan.Roles.Client;

/// <summary>What the command line of a client depends on: the operating system that it is for.</summary>
internal sealed record ClientSystem
{
    public static ClientSystem Linux { get; } = new()
    {
        Name = "Linux",
        Tap = LinuxValueKinds.InterfaceName("an interface name", ClientOptions.DefaultTap),
        TapHelp = "The name of the virtual network card, a TAP interface. softlan creates and removes it; "
            + "an existing one is used and left in place.",
        DefaultTap = ClientOptions.DefaultTap,
        ListTapsHelp = "List the TAP interfaces of this machine and exit.",
    };

    public static ClientSystem Windows { get; } = new()
    {
        Name = "Windows",
        Tap = ValueKinds.Text("an adapter's name or id", 255, "\"Party LAN\""),
        TapHelp = "The virtual network card: a TAP-Windows6 adapter, by its name in Network Connections or by its id. "
            + "Needed only if there are several.",
        DefaultTap = "",
        ListTapsHelp = "List the TAP-Windows6 adapters of this machine and exit.",
    };

    public required string Name { get; init; }

    /// <summary>How a TAP is named.</summary>
    public required ValueKind<string> Tap { get; init; }

    public required string TapHelp { get; init; }

    /// <summary>Empty: the only one.</summary>
    public required string DefaultTap { get; init; }

    public required string ListTapsHelp { get; init; }
}
