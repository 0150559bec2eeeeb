using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Platform.Linux.Netlink;

namespace Softlan.Roles.Client;

/// <summary>Takes changes to a Linux machine back. An interface that is gone took everything on it along.</summary>
/// <param name="netlink">For changes.</param>
/// <param name="stateDirectory">Directories are only removed below its "run".</param>
[SupportedOSPlatform("linux")]
internal sealed class LinuxUndo(NetlinkSocket netlink, string stateDirectory) : IHostUndo
{
    public void Undo(HostChange change)
    {
        switch (change)
        {
            case HostChange.RouteAdded route:
                RequireGone(NetlinkRoutes.Delete(netlink, ToEntry(route)), route);
                break;
            case HostChange.AddressAdded added when Find(added.Interface) is { } link:
                RequireGone(NetlinkAddresses.Delete(netlink, new InterfaceAddress { InterfaceIndex = link.Index, Address = added.Address, PrefixLength = added.PrefixLength }), added);
                break;
            case HostChange.MacReplaced mac when Find(mac.Interface) is { } link:
                NetlinkLinks.SetAddress(netlink, link.Index, mac.Old).ThrowIfFailed($"Cannot set the MAC of {mac.Interface} back");
                break;
            case HostChange.MtuReplaced mtu when Find(mtu.Interface) is { } link:
                NetlinkLinks.SetMtu(netlink, link.Index, mtu.Old).ThrowIfFailed($"Cannot set the MTU of {mtu.Interface} back");
                break;
            case HostChange.BroughtUp up when Find(up.Interface) is { } link:
                NetlinkLinks.SetUp(netlink, link.Index, up: false).ThrowIfFailed($"Cannot take {up.Interface} down");
                break;
            case HostChange.SettingReplaced setting:
                Sysctl.TryWriteIPv6(setting.Interface, setting.Setting, setting.Old);
                break;
            case HostChange.DirectoryMade made:
                Remove(made.Path);
                break;
            default:
                break; // Its interface is gone.
        }
    }

    /// <summary>The route that a change added.</summary>
    public static RouteEntry ToEntry(HostChange.RouteAdded route) => new()
    {
        Destination = new IPNetwork(route.Destination, route.PrefixLength),
        Gateway = route.Gateway,
        InterfaceIndex = route.InterfaceIndex,
    };

    private static void RequireGone(NetlinkResult result, HostChange change)
    {
        if (!result.NotFound)
        {
            result.ThrowIfFailed($"Cannot remove the {change}");
        }
    }

    private LinkEntry? Find(string name) => NetlinkLinks.Find(netlink, name);

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
