using System.Runtime.Versioning;
using System.Security;
using Microsoft.Win32;
using Softlan.Wire;
using static Softlan.Platform.Windows.NativeTapWindows6;

namespace Softlan.Platform.Windows;

/// <summary>The registry of this machine.</summary>
[SupportedOSPlatform("windows")]
internal sealed class TapRegistry : ITapRegistry
{
    private const string ClassPath = @"SYSTEM\CurrentControlSet\Control\Class\" + GUID_DEVCLASS_NET;
    private const string NetworkPath = @"SYSTEM\CurrentControlSet\Control\Network\" + GUID_DEVCLASS_NET;
    private const string NetworkAddress = "NetworkAddress";

    public IReadOnlyList<AdapterKey> ListAdapters()
    {
        List<AdapterKey> adapters = [];
        using RegistryKey? adapterClass = Registry.LocalMachine.OpenSubKey(ClassPath);
        foreach (string name in adapterClass?.GetSubKeyNames() ?? [])
        {
            try
            {
                using RegistryKey? adapter = adapterClass!.OpenSubKey(name);
                if (adapter is not null)
                {
                    adapters.Add(new AdapterKey(name, adapter.GetValue("ComponentId") as string, adapter.GetValue("NetCfgInstanceId") as string));
                }
            }
            catch (Exception e) when (e is SecurityException or UnauthorizedAccessException or IOException)
            {
                // "Properties" is a subkey that nobody may open; it is no adapter.
            }
        }

        return adapters;
    }

    public (string? Name, string? InstanceId) FindConnection(Guid adapter)
    {
        try
        {
            using RegistryKey? connection = Registry.LocalMachine.OpenSubKey($@"{NetworkPath}\{TapDiscovery.Format(adapter)}\Connection");
            return (connection?.GetValue("Name") as string, connection?.GetValue("PnpInstanceID") as string);
        }
        catch (Exception e) when (e is SecurityException or UnauthorizedAccessException or IOException)
        {
            return (null, null);
        }
    }

    public string? ReadNetworkAddress(string classKey)
    {
        try
        {
            using RegistryKey? adapter = Registry.LocalMachine.OpenSubKey($@"{ClassPath}\{classKey}");
            return adapter?.GetValue(NetworkAddress) as string;
        }
        catch (Exception e) when (e is SecurityException or UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }

    public void WriteNetworkAddress(string classKey, string? value)
    {
        try
        {
            using RegistryKey? adapter = Registry.LocalMachine.OpenSubKey($@"{ClassPath}\{classKey}", writable: true);
            if (value is null)
            {
                adapter?.DeleteValue(NetworkAddress, throwOnMissingValue: false);
            }
            else
            {
                adapter?.SetValue(NetworkAddress, value, RegistryValueKind.String);
            }
        }
        catch (Exception e) when (e is SecurityException or UnauthorizedAccessException)
        {
            throw SoftlanException.Create(
                $@"Cannot write {NetworkAddress} in HKLM\{ClassPath}\{classKey}",
                e.Message.TrimEnd('.'),
                Win32Error.ElevationHint);
        }
        catch (IOException e)
        {
            throw SoftlanException.Create(
                $@"Cannot write {NetworkAddress} in HKLM\{ClassPath}\{classKey}",
                e.Message.TrimEnd('.'),
                "restart the PC and try again");
        }
    }
}
