using Softlan.Platform.Windows;
using Softlan.Wire;
using static Softlan.Platform.Windows.NativeIphlpapi;

namespace Softlan.Roles.Client;

/// <summary>Takes changes to a Windows machine back. An adapter that is gone took everything on it along.</summary>
internal sealed class WindowsUndo(IWindowsMachine machine) : IHostUndo
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
            case HostChange.NetworkAddressWritten written when string.Equals(machine.Registry.ReadNetworkAddress(written.ClassKey), written.New, StringComparison.OrdinalIgnoreCase):
                // The adapter goes on with the MAC that it has until it is started anew, which is nothing to interrupt the PC for.
                machine.Registry.WriteNetworkAddress(written.ClassKey, written.Old);
                break;
            case HostChange.IpInterfaceReplaced replaced when machine.Ip.FindLuid(replaced.Adapter, out ulong luid) == 0:
                new IpInterfaces(machine.Ip).Write(
                    luid,
                    replaced.IsIPv6 ? AF_INET6 : AF_INET,
                    new IpInterfaceState(replaced.AutomaticMetric, replaced.Metric, replaced.DefaultRoutesDisabled, replaced.Mtu));
                break;
            case HostChange.DnsLimited limited:
                int error = machine.Ip.WriteDnsLimit(limited.Adapter, limited.IsIPv6 ? AF_INET6 : AF_INET, isLimited: false);
                if (error != 0 && !Win32Error.IsMissing(error))
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

    private void SetCategory(HostChange.CategoryReplaced category)
    {
        Task set = Task.Run(() => machine.Categories.Set(category.Network, (NetworkCategory)category.Old));
        try
        {
            if (!set.Wait(CategoryPatience))
            {
                throw SoftlanException.Create($"Cannot set the {category} back", "the Network List Manager does not answer", "set it yourself in Settings, Network");
            }
        }
        catch (AggregateException e) when (e.InnerException is SoftlanException reason)
        {
            throw reason;
        }
    }
}
