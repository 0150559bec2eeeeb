using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Linux;
using Softlan.Platform.Linux.Netlink;
using Softlan.Roles.Client.Linux.Dhcp;
using Softlan.Wire;

namespace Softlan.Roles.Client.Linux;

/// <summary>Takes changes to a Linux machine back. An interface that is gone took everything on it along.</summary>
/// <remarks>
/// What is to be undone can come from a journal, and with setcap that is a file of a user's who has no other rights over the network. So nothing is
/// undone that softlan would not do: interfaces that are no TAPs are left alone, routes and rules that go are softlan's own by their mark, and
/// settings are those that <see cref="Sysctl"/> knows. Routes that come back lead to a TAP, and are such as softlan takes away; but it would be
/// another who chose them, so from such a file none does. Nor does forwarding, which makes a TAP a way into the machine's other networks.
/// </remarks>
/// <param name="netlink">For changes.</param>
/// <param name="stateDirectory">Directories are only removed below its "run".</param>
/// <param name="logger">For what is left alone.</param>
/// <param name="isTrusted">What is undone was noted by this process, or by root.</param>
[SupportedOSPlatform("linux")]
internal sealed class LinuxUndo(NetlinkSocket netlink, string stateDirectory, ILogger logger, bool isTrusted) : IHostUndo
{
    public void Undo(HostChange change)
    {
        switch (change)
        {
            case HostChange.RouteAdded route:
                RequireGone(NetlinkRoutes.Delete(netlink, ToEntry(route)), route);
                break;
            case HostChange.BroadcastsLed broadcasts:
                RequireGone(NetlinkRoutes.Delete(netlink, ToEntry(broadcasts)), broadcasts);
                break;
            case HostChange.HomeRouteCopied copy:
                RequireGone(NetlinkRoutes.Delete(netlink, ToEntry(copy)), copy);
                break;
            case HostChange.HomeRuleAdded rule:
                Remove(rule);
                break;
            case HostChange.RouteRemoved removed when FindTap(removed.Interface, removed) is { IsUp: true } link:
                PutBack(removed, link.Index); // An interface that is down has no routes.
                break;
            case HostChange.AddressAdded added when FindTap(added.Interface, added) is { } link:
                RequireGone(
                    NetlinkAddresses.Delete(
                        netlink,
                        new InterfaceAddress { InterfaceIndex = link.Index, Address = added.Address, PrefixLength = added.PrefixLength }),
                    added);
                break;
            case HostChange.MacReplaced mac when FindTap(mac.Interface, mac) is { } link:
                NetlinkLinks.SetAddress(netlink, link.Index, mac.Old).ThrowIfFailed($"Cannot set the MAC of {mac.Interface} back");
                break;
            case HostChange.MtuReplaced mtu when FindTap(mtu.Interface, mtu) is { } link:
                NetlinkLinks.SetMtu(netlink, link.Index, mtu.Old).ThrowIfFailed($"Cannot set the MTU of {mtu.Interface} back");
                break;
            case HostChange.BroughtUp up when FindTap(up.Interface, up) is { } link:
                NetlinkLinks.SetUp(netlink, link.Index, up: false).ThrowIfFailed($"Cannot take {up.Interface} down");
                break;
            case HostChange.SettingReplaced setting when FindTap(setting.Interface, setting) is not null:
                PutBack(setting);
                break;
            case HostChange.IPv6Learned learned when FindTap(learned.Interface, learned) is { } link:
                ForgetLearned(link.Index, learned);
                break;
            case HostChange.OffloadsTaken offloads when FindTap(offloads.Interface, offloads) is not null:
                TunDevice.ResetOffloads(offloads.Interface);
                break;
            case HostChange.DirectoryMade made:
                Remove(made.Path);
                break;
            case HostChange.LeaseKept lease when DhcpProgram.IsLeaseFile(lease.Path) && File.Exists(lease.Path):
                File.Delete(lease.Path);
                break;
            default:
                break; // Its interface is gone, or none of softlan's; or the DHCP client got no lease.
        }
    }

    /// <summary>The route that a change added.</summary>
    public static RouteEntry ToEntry(HostChange.RouteAdded route) => new()
    {
        Destination = new IPNetwork(route.Destination, route.PrefixLength),
        Gateway = route.Gateway,
        InterfaceIndex = route.InterfaceIndex,
    };

    /// <summary>The route that a change added, as softlan's first among the broadcast routes.</summary>
    public static RouteEntry ToEntry(HostChange.BroadcastsLed broadcasts) => new()
    {
        Destination = IPNetworks.HostOf(broadcasts.Destination),
        InterfaceIndex = broadcasts.InterfaceIndex,
        PreferredSource = broadcasts.Source,
        Table = NativeNetlink.RT_TABLE_LOCAL,
        Type = NativeNetlink.RTN_BROADCAST,
    };

    /// <summary>The route in softlan's own table that a change added.</summary>
    public static RouteEntry ToEntry(HostChange.HomeRouteCopied copy) => new()
    {
        Destination = new IPNetwork(copy.Destination, copy.PrefixLength),
        InterfaceIndex = copy.InterfaceIndex,
        PreferredSource = copy.Source,
        Metric = copy.Metric,
        Table = PartyPrecedence.HomeTable,
    };

    /// <summary>The rule that a change added.</summary>
    public static RuleEntry ToEntry(HostChange.HomeRuleAdded rule) => new()
    {
        Source = rule.Source,
        Table = PartyPrecedence.HomeTable,
        Priority = PartyPrecedence.HomeRulePriority,
    };

    /// <summary>The IPv6 addresses and routes of an interface, for <see cref="HostChange.IPv6Learned"/>.</summary>
    public static IReadOnlyList<string> IPv6Of(NetlinkSocket netlink, int interfaceIndex) =>
        [.. AddressesOf(netlink, interfaceIndex).Select(Name), .. RoutesOf(netlink, interfaceIndex).Select(Name)];

    private static IEnumerable<InterfaceAddress> AddressesOf(NetlinkSocket netlink, int interfaceIndex) =>
        NetlinkAddresses.List(netlink, interfaceIndex).Where(address => address.Address.AddressFamily == AddressFamily.InterNetworkV6);

    private static IEnumerable<RouteEntry> RoutesOf(NetlinkSocket netlink, int interfaceIndex) =>
        NetlinkRoutes.List(netlink, protocol: null)
            .Where(route => route.InterfaceIndex == interfaceIndex && route.Destination.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6);

    private static string Name(InterfaceAddress address) => $"{address.Address}/{address.PrefixLength}";

    private static string Name(RouteEntry route) => route.Destination.ToString();

    /// <summary>What a person added meanwhile stays, and so does the route that belongs to it.</summary>
    private void ForgetLearned(int interfaceIndex, HostChange.IPv6Learned learned)
    {
        List<InterfaceAddress> kept = [];
        foreach (InterfaceAddress address in AddressesOf(netlink, interfaceIndex))
        {
            if (learned.Before.Contains(Name(address)) || (address.IsPermanent && !address.Address.IsIPv6LinkLocal))
            {
                kept.Add(address);
            }
            else
            {
                RequireGone(NetlinkAddresses.Delete(netlink, address), learned);
            }
        }

        foreach (RouteEntry route in RoutesOf(netlink, interfaceIndex))
        {
            if (route.Protocol is RouteEntry.KernelProtocol or RouteEntry.AdvertisementProtocol
                && !learned.Before.Contains(Name(route))
                && !kept.Exists(address => route.Destination.Contains(address.Address)))
            {
                RequireGone(NetlinkRoutes.Delete(netlink, route), learned);
            }
        }
    }

    private void PutBack(HostChange.SettingReplaced setting)
    {
        if (setting.Setting == Sysctl.Forwarding && !isTrusted)
        {
            ClientLog.NotPutBack(logger, setting);
            return;
        }

        Sysctl.Write(setting.Interface, setting.Setting, setting.Old);
    }

    /// <summary>Only what softlan would have removed, and beside whatever leads there now.</summary>
    private void PutBack(HostChange.RouteRemoved removed, int interfaceIndex)
    {
        if (!isTrusted)
        {
            ClientLog.NotPutBack(logger, removed);
            return;
        }

        IPNetwork destination = new(removed.Destination, removed.PrefixLength);
        if (!WideRoutes.IsWide(destination) && !WideRoutes.IsGlobalIPv6(destination))
        {
            return;
        }

        NetlinkResult result = NetlinkRoutes.Add(netlink, new RouteEntry
        {
            Destination = destination,
            Gateway = removed.Gateway,
            IsGatewayOnLink = removed.IsGatewayOnLink,
            InterfaceIndex = interfaceIndex,
            PreferredSource = removed.Source,
            Metric = removed.Metric,
            Protocol = removed.Protocol,
        });
        if (!result.AlreadyExists)
        {
            result.ThrowIfFailed($"Cannot put the {removed} back");
        }
    }

    /// <summary>The kernel deletes a rule whoever made it.</summary>
    private void Remove(HostChange.HomeRuleAdded change)
    {
        RuleEntry rule = ToEntry(change);
        if (NetlinkRules.List(netlink, rule.Table).Contains(rule))
        {
            RequireGone(NetlinkRules.Delete(netlink, rule), change);
        }
    }

    private static void RequireGone(NetlinkResult result, HostChange change)
    {
        if (!result.NotFound)
        {
            result.ThrowIfFailed($"Cannot remove the {change}");
        }
    }

    /// <summary>The TAP that a change was made to; null where it is gone, or where the name is another kind of interface's.</summary>
    private LinkEntry? FindTap(string name, HostChange change)
    {
        LinkEntry? link = NetlinkLinks.Find(netlink, name);
        if (link is { IsTap: false })
        {
            ClientLog.NotOnATap(logger, change.ToString(), name);
            return null;
        }

        return link;
    }

    /// <summary>A path in a journal is not followed anywhere else.</summary>
    private void Remove(string path)
    {
        string root = Path.Combine(Path.GetFullPath(stateDirectory), "run") + Path.DirectorySeparatorChar;
        string full = Path.GetFullPath(path);
        if (full.StartsWith(root, StringComparison.Ordinal) && Directory.Exists(full))
        {
            Directory.Delete(full, recursive: true);
        }
    }
}
