using Softlan.Wire;
using static Softlan.Platform.Windows.NativeIphlpapi;

namespace Softlan.Platform.Windows;

/// <summary>Reads and changes the IP side of interfaces.</summary>
internal sealed class IpInterfaces(IIpHelper ip)
{
    /// <summary>The state now.</summary>
    /// <param name="family">AF_INET or AF_INET6.</param>
    /// <returns>Null while the interface has no such side: not yet, not any more, or switched off.</returns>
    /// <exception cref="SoftlanException">Windows does not say.</exception>
    public IpInterfaceState? Read(ulong luid, ushort family)
    {
        int error = ReadRow(luid, family, out MIB_IPINTERFACE_ROW row);
        return error == 0 ? ToState(row)
            : Win32Error.IsMissing(error) ? null
            : throw Win32Error.ToException($"Cannot read the {NameOf(family)} settings of the TAP adapter", nameof(GetIpInterfaceEntry), error);
    }

    /// <summary>Makes it so. Only the four fields are touched.</summary>
    /// <returns>False while the interface has no such side.</returns>
    /// <exception cref="SoftlanException">Windows refuses.</exception>
    public bool Write(ulong luid, ushort family, IpInterfaceState state)
    {
        int error = ReadRow(luid, family, out MIB_IPINTERFACE_ROW row);
        if (error == 0)
        {
            row.UseAutomaticMetric = ToByte(state.AutomaticMetric);
            row.Metric = state.Metric;
            row.DisableDefaultRoutes = ToByte(state.DefaultRoutesDisabled);
            row.NlMtu = state.Mtu;
            if (family == AF_INET)
            {
                // GetIpInterfaceEntry gives a length that SetIpInterfaceEntry refuses with ERROR_INVALID_PARAMETER: for IPv4 it has to be 0.
                row.SitePrefixLength = 0;
            }

            error = ip.WriteInterface(row);
        }

        return error == 0 || (Win32Error.IsMissing(error)
            ? false
            : throw Win32Error.ToException($"Cannot change the {NameOf(family)} settings of the TAP adapter", nameof(SetIpInterfaceEntry), error));
    }

    public static string NameOf(ushort family) => family == AF_INET6 ? "IPv6" : "IPv4";

    private static IpInterfaceState ToState(MIB_IPINTERFACE_ROW row) =>
        new(row.UseAutomaticMetric != 0, row.Metric, row.DisableDefaultRoutes != 0, row.NlMtu);

    private static byte ToByte(bool value) => value ? (byte)1 : (byte)0;

    private int ReadRow(ulong luid, ushort family, out MIB_IPINTERFACE_ROW row)
    {
        row = new MIB_IPINTERFACE_ROW { Family = family, InterfaceLuid = luid };
        return ip.ReadInterface(ref row);
    }
}
