using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Windows;

/// <summary>The setupapi calls softlan makes to restart an adapter (setupapi.h). Declarations only.</summary>
internal static unsafe partial class NativeSetupapi
{
    private const string Setupapi = "setupapi.dll";

    public const uint DIF_PROPERTYCHANGE = 0x00000012;
    public const uint DICS_PROPCHANGE = 0x00000003;
    public const uint DICS_FLAG_CONFIGSPECIFIC = 0x00000002;
    public const uint DI_NEEDRESTART = 0x00000080;
    public const uint DI_NEEDREBOOT = 0x00000100;

    [LibraryImport(Setupapi, EntryPoint = "SetupDiCreateDeviceInfoList", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    public static partial SafeDeviceInfoList SetupDiCreateDeviceInfoList(Guid* classGuid, nint window);

    [LibraryImport(Setupapi, EntryPoint = "SetupDiOpenDeviceInfoW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetupDiOpenDeviceInfo(SafeDeviceInfoList list, string instanceId, nint window, uint flags, SP_DEVINFO_DATA* device);

    [LibraryImport(Setupapi, EntryPoint = "SetupDiSetClassInstallParamsW", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetupDiSetClassInstallParams(
        SafeDeviceInfoList list, SP_DEVINFO_DATA* device, SP_PROPCHANGE_PARAMS* parameters, uint length);

    [LibraryImport(Setupapi, EntryPoint = "SetupDiCallClassInstaller", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetupDiCallClassInstaller(uint function, SafeDeviceInfoList list, SP_DEVINFO_DATA* device);

    [LibraryImport(Setupapi, EntryPoint = "SetupDiGetDeviceInstallParamsW", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetupDiGetDeviceInstallParams(SafeDeviceInfoList list, SP_DEVINFO_DATA* device, SP_DEVINSTALL_PARAMS_W* parameters);

    [LibraryImport(Setupapi, EntryPoint = "SetupDiDestroyDeviceInfoList", SetLastError = true)]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetupDiDestroyDeviceInfoList(nint list);

    /// <summary>struct _SP_DEVINFO_DATA: 32 bytes on 64-bit Windows.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct SP_DEVINFO_DATA
    {
        public uint cbSize;
        public Guid ClassGuid;
        public uint DevInst;
        public nint Reserved;
    }

    /// <summary>struct _SP_PROPCHANGE_PARAMS with its SP_CLASSINSTALL_HEADER in front: 20 bytes. cbSize is that of the header alone, 8.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct SP_PROPCHANGE_PARAMS
    {
        public uint cbSize;
        public uint InstallFunction;
        public uint StateChange;
        public uint Scope;
        public uint HwProfile;
    }

    /// <summary>struct _SP_DEVINSTALL_PARAMS_W: 584 bytes on 64-bit Windows, of which only the flags are looked at.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 584)]
    public struct SP_DEVINSTALL_PARAMS_W
    {
        public uint cbSize;
        public uint Flags;
        public uint FlagsEx;
        public nint hwndParent;
    }
}
