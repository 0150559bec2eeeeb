using System.Net;
using Softlan.Platform.Windows;
using Softlan.Wire;
using static Softlan.Platform.Windows.NativeIphlpapi;

namespace Softlan.Roles.Client.Windows;

/// <summary>Takes changes to a Windows machine back. An adapter that is gone took everything on it along.</summary>
internal sealed class WindowsUndo(IWindowsMachine machine, WindowsCategoryTurns categories) : IHostUndo
{
    /// <summary>The service behind network categories has been seen to hang; an ending client does not.</summary>
    private static readonly TimeSpan CategoryPatience = TimeSpan.FromSeconds(2);

    public void Undo(HostChange change)
    {
        switch (change)
        {
            case HostChange.RouteAdded route:
                new RouteTable(machine.Ip).RemoveHostRoute(route.Destination, route.InterfaceIndex, route.Gateway);
                break;
            case HostChange.NetworkAddressWritten written
                when string.Equals(machine.Registry.ReadNetworkAddress(written.ClassKey), written.New, StringComparison.OrdinalIgnoreCase):
                // The adapter goes on with the MAC that it has until it is started anew, which is nothing to interrupt the PC for.
                machine.Registry.WriteNetworkAddress(written.ClassKey, written.Old);
                break;
            case HostChange.IpInterfaceReplaced replaced:
                Restore(replaced);
                break;
            case HostChange.AdapterRouteRemoved removed when IsTap(removed.Adapter):
                PutBack(removed);
                break;
            case HostChange.DnsLimited limited:
                int error = machine.Ip.WriteDnsLimit(limited.Adapter, limited.IsIPv6 ? AF_INET6 : AF_INET, isLimited: false);
                if (error != 0 && !Win32Error.IsMissing(error) && IsInstalled(limited.Adapter))
                {
                    throw Win32Error.ToException($"Cannot take back the {limited}", nameof(SetInterfaceDnsSettings), error);
                }

                break;
            case HostChange.CategoryReplaced category:
                SetCategory(category);
                break;
            default:
                break; // Its adapter is gone.
        }
    }

    private void Restore(HostChange.IpInterfaceReplaced replaced)
    {
        int error = machine.Ip.FindLuid(replaced.Adapter, out ulong luid);
        IpInterfaces interfaces = new(machine.Ip, maxOdd: 0); // What is taken for gone is not put back.
        if (error == 0 && !replaced.DefaultRoutesDisabled)
        {
            RemoveDefaultRoutes(replaced, luid);
        }

        IpInterfaceState old = new(replaced.AutomaticMetric, replaced.Metric, replaced.DefaultRoutesDisabled, replaced.Mtu);
        if (error == 0 && interfaces.Write(luid, replaced.IsIPv6 ? AF_INET6 : AF_INET, old))
        {
            return;
        }

        // One side alone can be switched off, and takes its settings along. With neither the adapter is disabled or on its way up, and has them again
        // when it is back.
        bool isAway = error != 0 || interfaces.Read(luid, replaced.IsIPv6 ? AF_INET : AF_INET6) is null;
        if (isAway && IsInstalled(replaced.Adapter))
        {
            throw SoftlanException.Create(
                $"Cannot put the settings of '{replaced.Interface}' back",
                error != 0 ? $"{nameof(ConvertInterfaceGuidToLuid)}: {Win32Error.Text(error)}" : "the adapter is disabled, or just starting",
                "enable it in Network Connections (ncpa.cpl), and start softlan once more");
        }
    }

    /// <summary>The party's, before they count; the player's own stay. Mostly they went with the cable; but where the driver is set to be always
    /// connected, Windows keeps them for as long as the lease lasts, on a card that leads nowhere any more.</summary>
    private void RemoveDefaultRoutes(HostChange.IpInterfaceReplaced replaced, ulong luid)
    {
        ushort family = replaced.IsIPv6 ? AF_INET6 : AF_INET;
        RouteTable table = new(machine.Ip);
        SoftlanException? refused = null; // The others go all the same.
        foreach (ListedRoute listed in table.ListOn(luid, family, maxOdd: 0))
        {
            WindowsRoute route = listed.Route;
            if (route.Destination.PrefixLength == 0
                && replaced.DefaultRoutes?.Contains(WindowsPlayerRoutes.Way(route)) != true
                && table.Remove(listed) is { } failure)
            {
                refused ??= SoftlanException.Create(
                    $"Cannot remove the default route by way of {route.NextHop?.ToString() ?? "the party"} from '{replaced.Interface}'",
                    failure,
                    "disable the adapter in Network Connections (ncpa.cpl) and enable it again, then start softlan once more");
            }
        }

        if (refused is not null)
        {
            throw refused;
        }
    }

    /// <summary>Only on a TAP adapter, and only such as softlan removes. That it is the player's own says the journal, which administrators alone can
    /// have written (<see cref="Platform.PrivatePlace"/>).</summary>
    private void PutBack(HostChange.AdapterRouteRemoved removed)
    {
        IPNetwork destination = new(removed.Destination, removed.PrefixLength);
        if (machine.Ip.FindLuid(removed.Adapter, out ulong luid) == 0
            && WindowsTapRoutes.LeadsAway(destination, removed.NextHop)
            && new RouteTable(machine.Ip).PutBack(luid, destination, removed.NextHop, removed.Metric) is { } failure)
        {
            throw SoftlanException.Create(
                $"Cannot put the {removed} back",
                failure,
                removed.PrefixLength == 0
                    ? "set the gateway anew in the adapter's settings in Network Connections (ncpa.cpl)"
                    : "add it by hand (route add)");
        }
    }

    private bool IsTap(Guid adapter) => new TapDiscovery(machine.Registry).List().Any(tap => tap.Id == adapter);

    private bool IsInstalled(Guid adapter) => machine.Registry.ListAdapters().Any(key => Guid.TryParse(key.InstanceId, out Guid id) && id == adapter);

    private void SetCategory(HostChange.CategoryReplaced category)
    {
        Task set = Task.Run(() => categories.Restore(category.Network, (NetworkCategory)category.Old));
        if (Task.WaitAny([set], CategoryPatience) < 0)
        {
            throw SoftlanException.Create(
                $"Cannot set the {category} back",
                "the Network List Manager does not answer",
                "set it yourself in Settings, Network");
        }

        set.GetAwaiter().GetResult(); // Throws what went wrong, and not an AggregateException around it.
    }
}
