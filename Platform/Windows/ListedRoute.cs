using static Softlan.Platform.Windows.NativeIphlpapi;

namespace Softlan.Platform.Windows;

/// <summary>A route, and the row of the table that it was read from. Windows removes it by the row, in which a next hop of IPv6 may have a
/// scope.</summary>
internal sealed record ListedRoute(WindowsRoute Route, MIB_IPFORWARD_ROW2 Row);
