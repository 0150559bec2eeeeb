using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Softlan.Wire;
using static Softlan.Platform.Windows.NativeSetupapi;

namespace Softlan.Platform.Windows;

/// <summary>Restarts adapters of this machine as Device Manager does it: DIF_PROPERTYCHANGE with DICS_PROPCHANGE.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class AdapterRestart : IAdapterRestart
{
    private static readonly string Hint = HintOn(RuntimeInformation.OSArchitecture, RuntimeInformation.ProcessArchitecture);

    /// <summary>Programs for another processor than the PC's run, but may not be let at its devices: 32-bit ones on 64-bit Windows are not
    /// (ERROR_IN_WOW64), and of x64 ones on Arm64 nothing is documented.</summary>
    internal static string HintOn(Architecture system, Architecture process)
    {
        const string Always = "disable and enable the adapter in Network Connections (ncpa.cpl), or restart the PC";
        return process == system
            ? Always
            : $"use a softlan.exe that 'publish.ps1 win-{system.ToString().ToLowerInvariant()}' made: this one is for {process}, "
                + $"and Windows may not let it at the devices of this PC; or {Always}";
    }

    public void Restart(TapAdapter adapter)
    {
        string what = $"Cannot restart the TAP adapter '{adapter.Name}'";
        if (adapter.InstanceId is null)
        {
            throw SoftlanException.Create(what, "the registry does not say which device it is (PnpInstanceID)", Hint);
        }

        // SAFETY: everything that is pointed to is a local of this method and used until the calls return.
        using SafeDeviceInfoList list = SetupDiCreateDeviceInfoList(null, 0);
        if (list.IsInvalid)
        {
            throw Win32Error.ToException(what, nameof(SetupDiCreateDeviceInfoList), Win32Error.Last, Hint);
        }

        SP_DEVINFO_DATA device = new() { cbSize = (uint)sizeof(SP_DEVINFO_DATA) };
        if (!SetupDiOpenDeviceInfo(list, adapter.InstanceId, 0, 0, &device))
        {
            throw Win32Error.ToException(what, nameof(SetupDiOpenDeviceInfo), Win32Error.Last, Hint);
        }

        SP_PROPCHANGE_PARAMS change = new()
        {
            cbSize = 2 * sizeof(uint),
            InstallFunction = DIF_PROPERTYCHANGE,
            StateChange = DICS_PROPCHANGE,
            Scope = DICS_FLAG_CONFIGSPECIFIC,
        };
        if (!SetupDiSetClassInstallParams(list, &device, &change, (uint)sizeof(SP_PROPCHANGE_PARAMS)))
        {
            throw Win32Error.ToException(what, nameof(SetupDiSetClassInstallParams), Win32Error.Last, Hint);
        }

        if (!SetupDiCallClassInstaller(DIF_PROPERTYCHANGE, list, &device))
        {
            throw Win32Error.ToException(what, nameof(SetupDiCallClassInstaller), Win32Error.Last, Hint);
        }

        SP_DEVINSTALL_PARAMS_W result = new() { cbSize = (uint)sizeof(SP_DEVINSTALL_PARAMS_W) };
        if (SetupDiGetDeviceInstallParams(list, &device, &result) && (result.Flags & (DI_NEEDRESTART | DI_NEEDREBOOT)) != 0)
        {
            throw SoftlanException.Create(what, "Windows wants to restart as a whole for it", "restart the PC, then start softlan again");
        }
    }
}
