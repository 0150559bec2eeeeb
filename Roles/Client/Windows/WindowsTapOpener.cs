using Microsoft.Extensions.Logging;
using Softlan.Platform.Windows;
using Softlan.Wire;
using static Softlan.Platform.Windows.NativeIphlpapi;

namespace Softlan.Roles.Client.Windows;

/// <summary>Opens a TAP adapter with the MAC that is wanted, before there is any connection: here waiting harms nobody.</summary>
internal sealed class WindowsTapOpener(IWindowsMachine machine, HostChanges changes, TimeSpan patience, TimeSpan interval, ILogger logger)
{
    /// <summary>Opens it, its cable out.</summary>
    /// <returns>The adapter, and the MAC that its driver uses, whatever was wanted.</returns>
    /// <exception cref="SoftlanException">In use, disabled, not allowed, or with a MAC that no player may have.</exception>
    public (ITapDevice Device, MacAddress Mac) Open(TapAdapter adapter, MacAddress wanted)
    {
        // Opened before anything is changed: it may be another program's.
        ITapDevice device = OpenUnplugged(adapter);
        try
        {
            Write(adapter, wanted);
            MacAddress mac = device.ReadMac();
            if (mac != wanted)
            {
                device.Dispose();
                SoftlanException? trouble = Restart(adapter, wanted);
                device = AwaitOpen(adapter, trouble);
                mac = device.ReadMac();
                Judge(adapter, wanted, mac, trouble);
            }

            return (device, mac);
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <summary>The adapter's LUID, as soon as Windows has IPv4 on it.</summary>
    public ulong AwaitIPv4(TapAdapter adapter)
    {
        IpInterfaces interfaces = new(machine.Ip);
        int error = 0;
        for (TimeSpan waited = TimeSpan.Zero; waited < patience; waited += interval)
        {
            error = machine.Ip.FindLuid(adapter.Id, out ulong luid);
            if (error == 0 && interfaces.Read(luid, AF_INET) is not null)
            {
                return luid;
            }

            machine.Sleep(interval);
        }

        throw error == 0
            ? NoIPv4(adapter)
            : Win32Error.ToException(
                $"Cannot find the interface of the TAP adapter '{adapter.Name}'",
                nameof(ConvertInterfaceGuidToLuid),
                error,
                "enable the adapter in Network Connections (ncpa.cpl)");
    }

    public static SoftlanException NoIPv4(TapAdapter adapter) => SoftlanException.Create(
        $"Cannot prepare the TAP adapter '{adapter.Name}'",
        $"Windows has no IPv4 on it ({nameof(GetIpInterfaceEntry)}: {Win32Error.Text(Win32Error.ERROR_NOT_FOUND)})",
        "tick \"Internet Protocol Version 4\" in the adapter's properties in Network Connections (ncpa.cpl)");

    private ITapDevice OpenUnplugged(TapAdapter adapter)
    {
        ITapDevice device = machine.Open(adapter);

        // A driver that is set to be always connected would let the party's routes in before there is a host route.
        if (device.SetMedia(false) is not (0 or Win32Error.ERROR_OPERATION_ABORTED) and int error)
        {
            device.Dispose();
            throw Win32Error.ToException(
                $"Cannot disconnect the TAP adapter '{adapter.Name}'",
                $"DeviceIoControl {nameof(NativeTapWindows6.TAP_WIN_IOCTL_SET_MEDIA_STATUS)}",
                error,
                TapFailures.UpdateHint);
        }

        return device;
    }

    private void Write(TapAdapter adapter, MacAddress wanted)
    {
        string digits = Digits(wanted);
        string? old = machine.Registry.ReadNetworkAddress(adapter.ClassKey);
        if (!string.Equals(old, digits, StringComparison.OrdinalIgnoreCase))
        {
            changes.Make(
                new HostChange.NetworkAddressWritten(adapter.Name, adapter.ClassKey, digits, old),
                () => machine.Registry.WriteNetworkAddress(adapter.ClassKey, digits));
        }
    }

    /// <summary>As the registry has it.</summary>
    private static string Digits(MacAddress mac) => mac.ToString().Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <returns>Why it was not restarted; null: it was.</returns>
    private SoftlanException? Restart(TapAdapter adapter, MacAddress wanted)
    {
        ClientLog.RestartingAdapter(logger, adapter.Name, wanted);
        try
        {
            machine.Restart.Restart(adapter);
            return null;
        }
        catch (SoftlanException e)
        {
            return e;
        }
    }

    private ITapDevice AwaitOpen(TapAdapter adapter, SoftlanException? trouble)
    {
        for (TimeSpan waited = TimeSpan.Zero; ; waited += interval)
        {
            try
            {
                return OpenUnplugged(adapter);
            }
            catch (SoftlanException) when (waited < patience)
            {
                machine.Sleep(interval); // On its way up.
            }
            catch (SoftlanException e)
            {
                // A restart is a stop and a start: one that fails halfway leaves the adapter stopped.
                throw trouble is null
                    ? SoftlanException.Create($"{e.What} after its restart", e.Why, e.Hint)
                    : SoftlanException.Create(trouble.What, $"{trouble.Why}; and since then it cannot be opened: {e.Why}", e.Hint);
            }
        }
    }

    /// <summary>What the driver says is what counts, as long as a player may announce it.</summary>
    private void Judge(TapAdapter adapter, MacAddress wanted, MacAddress mac, SoftlanException? trouble)
    {
        if (mac == wanted)
        {
            return;
        }

        string keeps = $"its driver keeps {mac} although the registry asks for {wanted}";
        if (!mac.IsValidClientAddress)
        {
            // What softlan wrote into the registry goes with it; what Device Manager writes there stays, and needs no restart by softlan.
            string hint = trouble?.Hint ?? "disable and enable the adapter in Network Connections (ncpa.cpl), or restart the PC";
            throw SoftlanException.Create(
                $"Cannot give the TAP adapter '{adapter.Name}' the MAC {wanted}",
                trouble is null ? keeps : $"it cannot be restarted: {trouble.Why}",
                $"{hint}; or set 'MAC Address' to {Digits(wanted)} in the adapter's properties in Device Manager (Advanced), "
                    + "then start softlan again");
        }

        ClientLog.AdapterKeepsItsMac(logger, adapter.Name, mac, trouble?.Message ?? keeps);
    }
}
