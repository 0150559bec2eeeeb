using System.CommandLine;
using System.CommandLine.Invocation;
using Softlan.Platform;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Hosting;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>The command line of <c>softlan client</c>: parse, check, hand over <see cref="ClientOptions"/>.</summary>
internal static class ClientCommand
{
    private const string IdentityFileName = "identity.json";

    private const string PrivateCategory = "private";

    private static readonly ValueKind<ClientAddress> AddressKind = ValueKinds.Of<ClientAddress>(
        ClientAddress.TryParse,
        "an address for the TAP",
        "dhcp, none, or an IPv4 address that is neither the first nor the last of its network, "
        + $"with a prefix length from {PlayerIPv4Address.MinPrefixLength} to {ClientAddress.MaxPrefixLength}",
        "10.73.42.50/24");

    private static readonly ValueKind<NetworkCategoryChoice> CategoryKind = ValueKinds.OneOf(
        "a network category", (PrivateCategory, NetworkCategoryChoice.Private), ("leave", NetworkCategoryChoice.Leave));

    /// <param name="system">The operating system that it is for. Options of the other one are shown, so that a guide fits both, and refused with the
    /// reason.</param>
    /// <param name="run">Runs the client; what it returns is the exit code.</param>
    /// <param name="listTaps">Writes the TAPs of this machine.</param>
    public static Command Create(ClientSystem system, Func<ClientOptions, LoggingOptions, int> run, Action<TextWriter> listTaps)
    {
        JoinArguments join = new(relayIsRequired: false);
        Option<MacAddress?> virtualMac = SoftlanOption.OptionalValue(
            "--virtual-mac",
            ValueKinds.ClientMac,
            "mac",
            "The MAC of this player's virtual network card. One that stays the same gets the same address from the party's DHCP every time.",
            "made once and kept");
        Option<string?> identity = SoftlanOption.Optional(
            "--identity",
            ValueKinds.Path,
            "file",
            "The file that keeps this player's MAC; the profile of joined rooms lies beside it.",
            $"{IdentityFileName} in {StateFiles.Option}");
        Option<string> state = StateOption.Create(
            "Where the client keeps its identity, and what the next one needs to clean up after it if it is killed.");
        Option<string> tap = SoftlanOption.WithDefault(
            "--tap",
            system.Tap,
            "name",
            system.TapHelp,
            system.DefaultTap);
        Option<int> mtu = SoftlanOption.WithDefault(
            "--mtu",
            ValueKinds.Mtu,
            "bytes",
            "The largest IP packet wanted in the room. The first to join a room decides.",
            FrameLimits.MaxMtu);
        Option<ClientAddress?> address = SoftlanOption.Optional(
            "--address",
            AddressKind,
            "dhcp|none|address/prefix",
            "Linux: how the TAP gets its IPv4 address: dhcp from the party, none (an existing TAP keeps what it has), or this free "
            + "address of the party's network. "
            + "A default route or DNS servers are never taken from the party. On Windows, use the adapter's IPv4 settings instead.",
            ClientAddress.Dhcp.ToString());
        Option<NetworkCategoryChoice?> category = SoftlanOption.OptionalValue(
            "--network-category",
            CategoryKind,
            "private|leave",
            "Windows: the category of the party's network for the firewall: private, in which games are heard, "
            + "or leave, to keep what Windows chose. Linux has no categories.",
            PrivateCategory);
        Option<PortModeration?> moderation = ModerationOption.Create();
        Option<int?> cpuLatency = CpuLatencyOption.Create();
        Option<bool> list = new("--list-taps") { Description = system.ListTapsHelp, Arity = ArgumentArity.Zero, Action = new ListTaps(listTaps) };
        SoftlanCommand command = new(
            "client",
            "Make this machine a player at the party: a virtual network card whose cable ends at the party's switch. "
            + "After the first join of a room, --room alone is enough. Needs root, or CAP_NET_ADMIN with --address; on Windows an administrator.");
        join.AddTo(command, address, tap, virtualMac, identity, state, mtu, category);
        command.Add(moderation);
        command.Add(cpuLatency);
        command.Add(list);
        RefuseElsewhere(command, address, ClientSystem.Linux, system);
        RefuseElsewhere(command, moderation, ClientSystem.Linux, system);
        RefuseElsewhere(command, cpuLatency, ClientSystem.Linux, system);
        RefuseElsewhere(command, category, ClientSystem.Windows, system);
        command.SetAction(parsed => run(
            new ClientOptions
            {
                Relay = parsed.GetValue(join.Relay),
                Join = join.Read(parsed),
                VirtualMac = parsed.GetValue(virtualMac),
                IdentityPath = parsed.GetValue(identity) ?? Path.Combine(parsed.GetRequiredValue(state), IdentityFileName),
                StateDirectory = parsed.GetRequiredValue(state),
                Tap = parsed.GetValue(tap)!,
                Mtu = parsed.GetValue(mtu),
                Address = parsed.GetValue(address) ?? ClientAddress.Dhcp,
                NetworkCategory = parsed.GetValue(category) ?? NetworkCategoryChoice.Private,
                Moderation = parsed.GetValue(moderation) ?? PortModeration.Auto,
                CpuLatency = parsed.GetValue(cpuLatency),
            },
            LoggingArguments.Read(parsed)));
        return command;
    }

    private static void RefuseElsewhere<T>(SoftlanCommand command, Option<T> option, ClientSystem home, ClientSystem here)
    {
        if (here != home)
        {
            command.Refuse(option, $"is for {home.Name}. Leave it out on {here.Name}; softlan client --help says what happens instead.");
        }
    }

    /// <summary>An action of the option itself, as --version has: it needs no room.</summary>
    private sealed class ListTaps(Action<TextWriter> list) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            if (parseResult.UnmatchedTokens.Count > 0)
            {
                ParseErrors.Write(parseResult, parseResult.InvocationConfiguration.Error);
                return ExitCodes.Usage;
            }

            list(parseResult.InvocationConfiguration.Output);
            return ExitCodes.Success;
        }
    }
}
