using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>Whether this machine's firewall also judges what a bridge forwards between its ports: br_netfilter hands such IP packets to iptables and
/// nftables, ARP never.</summary>
/// <remarks>
/// The module asks two switches and does so where either is on: one of the namespace, which is on as soon as the module is loaded, and one of the
/// bridge (net/bridge/br_netfilter_hooks.c, br_nf_pre_routing). Whether a rule then drops anything cannot be read here: the tables of iptables and
/// of nftables are reached by two interfaces, and asking either may load its module.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static class BridgeFilter
{
    private const string Switches = "proc/sys/net/bridge";

    /// <summary>The families that it judges: <c>IPv4</c>, <c>IPv6</c>, or <c>IPv4 and IPv6</c>; null: neither.</summary>
    /// <param name="bridge">The bridge's name.</param>
    /// <param name="root">Where /proc and /sys are.</param>
    public static string? FindFamilies(string bridge, string root = "/")
    {
        InterfaceName.ThrowIfInvalid(bridge);
        return (Judges("iptables"), Judges("ip6tables")) switch
        {
            (true, true) => "IPv4 and IPv6",
            (true, false) => "IPv4",
            (false, true) => "IPv6",
            _ => null,
        };

        // The bridge has its switch also while the module is not loaded, and then it does nothing.
        bool Judges(string tables) =>
            Read(Path.Combine(root, Switches, $"bridge-nf-call-{tables}")) is { } common
            && (common || Read(Path.Combine(root, "sys/class/net", bridge, "bridge", $"nf_call_{tables}")) == true);
    }

    /// <summary>Null where there is no such switch.</summary>
    private static bool? Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim() != "0";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
