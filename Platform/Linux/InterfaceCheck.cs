using System.Runtime.Versioning;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;

namespace Softlan.Platform.Linux;

/// <summary>Whether an interface can carry a party's LAN, and if not, why and what to do about it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class InterfaceCheck(NetlinkSocket socket, string classDirectory = InterfaceCheck.SysClassNet)
{
    private const string SysClassNet = "/sys/class/net";

    /// <summary>A wired Ethernet interface for a packet socket (--interface): there, up, with carrier, in no bridge and no bridge itself.</summary>
    /// <exception cref="SoftlanException">It is not; the message says why and what would do.</exception>
    public LinkEntry RequireInterface(string name)
    {
        LinkEntry link = Find(name);
        Require(link);
        return link;
    }

    /// <inheritdoc cref="RequireInterface"/>
    public void Require(LinkEntry link)
    {
        if (WhyUnusable(link) is { } why)
        {
            throw SoftlanException.Create($"Cannot bridge interface '{link.Name}'", why.Reason, why.Hint ?? InterfaceHint);
        }
    }

    /// <summary>A bridge for a TAP port (--bridge): there, a bridge, up.</summary>
    /// <exception cref="SoftlanException">It is not; the message says why and what would do.</exception>
    public LinkEntry RequireBridge(string name)
    {
        LinkEntry link = Find(name, onlyBridges: true);
        (string Reason, string? Hint)? why = link switch
        {
            { IsBridge: false } when WhyUnusable(link) is not null => ("it is not a bridge", BridgeHint),
            { IsBridge: false } => ("it is not a bridge", $"give it with --interface {name}{IfAny(", or name one of these bridges: ", Bridges)}"),
            { IsUp: false } => ("it is down", $"bring it up: ip link set {name} up"),
            { Mtu: < FrameLimits.MinMtu } => MtuTooSmall(link),
            _ => null,
        };
        if (why is not null)
        {
            throw SoftlanException.Create($"Cannot join bridge '{name}'", why.Value.Reason, why.Value.Hint);
        }

        return link;
    }

    /// <summary>Null: none.</summary>
    private string? Bridges => Names(link => link.IsBridge);

    private string InterfaceHint => Names(link => WhyUnusable(link) is null) is { } usable
        ? $"usable here: {usable}"
        : $"no interface here is usable as it is (ip link shows them){IfAny("; for a bridge use --bridge: ", Bridges)}";

    private string BridgeHint => Bridges is { } bridges
        ? $"bridges here: {bridges}"
        : "there is no bridge here; give the wired interface itself with --interface";

    private static string IfAny(string before, string? names) => names is null ? "" : before + names;

    private LinkEntry Find(string name, bool onlyBridges = false)
    {
        InterfaceName.ThrowIfInvalid(name);
        return NetlinkLinks.Find(socket, name)
            ?? throw SoftlanException.Create(
                $"Cannot find interface '{name}'",
                "this machine has no interface of that name",
                onlyBridges ? BridgeHint : InterfaceHint);
    }

    /// <summary>Null when it is usable. Without a hint of its own, what would be usable instead is the hint.</summary>
    private (string Reason, string? Hint)? WhyUnusable(LinkEntry link) => link switch
    {
        { IsLoopback: true } => ("it is the loopback interface, which no other machine is on", null),
        { IsEthernet: false } => ("it is not an Ethernet interface", null),
        { IsBridge: true } => ("it is a bridge", $"use --bridge {link.Name}"),
        { HearsOnlyItself: true } => (
            $"it is a {link.Kind}, which gets no frames for the MAC addresses of players",
            "use the interface that it belongs to; in a container, share the host's network with it"),
        { IsBridgePort: true } => ("it is a port of a bridge already", $"use --bridge {BridgeOf(link)}"),
        { MasterIndex: not 0 } => ($"it is a port of a {link.PortKind}", $"name the {link.PortKind} itself: {BridgeOf(link)}"),
        _ when LocalDelivery.IsItsTap(link) => ("it is how a softlan gateway reaches this machine itself", null),
        _ when IsWireless(link) => (
            "it is wireless, and an access point refuses frames from MAC addresses other than the adapter's own",
            "use an interface with a cable"),
        { IsUp: false } => ("it is down", $"bring it up: ip link set {link.Name} up"),
        { HasCarrier: false } => ("it has no carrier", "plug in the cable, or switch on the device at its other end"),
        { Mtu: < FrameLimits.MinMtu } => MtuTooSmall(link),
        _ => null,
    };

    private static (string Reason, string? Hint) MtuTooSmall(LinkEntry link) =>
        ($"its MTU is {link.Mtu} bytes, and a LAN needs at least {FrameLimits.MinMtu}", $"raise it: ip link set {link.Name} mtu 1500");

    private bool IsWireless(LinkEntry link)
    {
        string directory = Path.Combine(classDirectory, link.Name);
        return Directory.Exists(Path.Combine(directory, "wireless")) || Path.Exists(Path.Combine(directory, "phy80211"));
    }

    private string BridgeOf(LinkEntry port) => NetlinkLinks.Find(socket, port.MasterIndex)?.Name ?? "with its bridge's name";

    /// <returns>Null: none.</returns>
    private string? Names(Func<LinkEntry, bool> which)
    {
        string names = string.Join(", ", NetlinkLinks.List(socket).Where(which).Select(link => link.Name).Order(StringComparer.Ordinal));
        return names.Length > 0 ? names : null;
    }
}
