using Softlan.Wire;

namespace Softlan.Platform.Windows;

/// <summary>What can be wrong with the TAP adapters of a machine: what, why, hint.</summary>
internal static class TapFailures
{
    public const string DriverHint =
        "install TAP-Windows6, the driver of the OpenVPN project (tick it in OpenVPN's Windows installer, or take 'tap-windows' alone, "
        + "from openvpn.net), and start softlan again; if it is installed, 'Add a new TAP-Windows6 virtual network adapter' in the Start menu "
        + @"makes an adapter, and so does 'tapctl create --hwid root\tap0901' of OpenVPN";

    /// <summary>Where a driver is there, but refuses a control code that every current one knows.</summary>
    public const string UpdateHint = "install the current TAP-Windows6 driver of the OpenVPN project";

    public static SoftlanException NoDriver() => SoftlanException.Create(
        "Cannot find a virtual network card",
        "this PC has no TAP-Windows6 adapter",
        DriverHint);

    public static SoftlanException MustChoose(IReadOnlyList<TapAdapter> adapters) => SoftlanException.Create(
        "Cannot tell which TAP adapter to use",
        $"this PC has {adapters.Count}: {Names(adapters)}",
        $"name one with --tap, for example --tap \"{adapters[0].Name}\"");

    public static SoftlanException NotFound(string wanted, IReadOnlyList<TapAdapter> adapters) => SoftlanException.Create(
        $"Cannot find the TAP adapter '{wanted}'",
        adapters.Count == 0 ? "this PC has no TAP-Windows6 adapter" : $"this PC has {Names(adapters)}",
        adapters.Count == 0 ? DriverHint : "see softlan client --list-taps");

    public static SoftlanException Ambiguous(string wanted) => SoftlanException.Create(
        $"Cannot tell which TAP adapter '{wanted}' is",
        "several have that name",
        "give the id instead; softlan client --list-taps shows it");

    public static SoftlanException CannotOpen(TapAdapter adapter, int error)
    {
        string what = $"Cannot open the TAP adapter '{adapter.Name}'";
        return error switch
        {
            Win32Error.ERROR_GEN_FAILURE => SoftlanException.Create(
                what,
                $"another program uses it (CreateFile: {Win32Error.Text(error)})",
                "end that program (another softlan, or a VPN), or name another adapter with --tap"),
            Win32Error.ERROR_FILE_NOT_FOUND or Win32Error.ERROR_PATH_NOT_FOUND => SoftlanException.Create(
                what,
                $"its driver does not run (CreateFile: {Win32Error.Text(error)})",
                "enable the adapter in Network Connections (ncpa.cpl), or install the driver again"),
            _ => Win32Error.ToException(what, "CreateFile", error, "restart the PC, or install the driver again"),
        };
    }

    private static string Names(IReadOnlyList<TapAdapter> adapters) => string.Join(", ", adapters.Select(adapter => $"'{adapter.Name}'"));
}
