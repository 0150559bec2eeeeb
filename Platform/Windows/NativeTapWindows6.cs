namespace Softlan.Platform.Windows;

/// <summary>What the TAP-Windows6 driver promises (tap-windows6, src/tap-windows.h and src/constants.h). Declarations only.</summary>
internal static class NativeTapWindows6
{
    // CTL_CODE(FILE_DEVICE_UNKNOWN, n, METHOD_BUFFERED, FILE_ANY_ACCESS)
    public const uint TAP_WIN_IOCTL_GET_MAC = (0x22 << 16) | (1 << 2);
    public const uint TAP_WIN_IOCTL_GET_VERSION = (0x22 << 16) | (2 << 2);
    public const uint TAP_WIN_IOCTL_GET_MTU = (0x22 << 16) | (3 << 2);
    public const uint TAP_WIN_IOCTL_SET_MEDIA_STATUS = (0x22 << 16) | (6 << 2);

    /// <summary>The least MTU that the driver has, in bytes, whatever its property says.</summary>
    public const int MINIMUM_MTU = 576;

    public const string USERMODEDEVICEDIR = @"\\.\Global\";
    public const string TAP_WIN_SUFFIX = ".tap";

    /// <summary>The hardware ids of the driver's INF (src/OemVista.inf.in): the older one, and that of adapters which today's installers and
    /// <c>tapctl create --hwid root\tap0901</c> make. Without --hwid tapctl makes an ovpn-dco adapter since OpenVPN 2.7 (src/tapctl/main.c), which
    /// carries no Ethernet frames.</summary>
    public const string TAP_WIN_COMPONENT_ID = "tap0901";
    public const string TAP_WIN_ROOT_COMPONENT_ID = @"root\tap0901";

    /// <summary>The class of network adapters (devguid.h, GUID_DEVCLASS_NET).</summary>
    public const string GUID_DEVCLASS_NET = "{4D36E972-E325-11CE-BFC1-08002BE10318}";
}
