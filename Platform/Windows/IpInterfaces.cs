using Softlan.Wire;
using static Softlan.Platform.Windows.NativeIphlpapi;

namespace Softlan.Platform.Windows;

/// <summary>Reads and changes the IP side of interfaces.</summary>
/// <param name="ip">For questions and changes.</param>
/// <param name="maxOdd">How many unlisted answers in a row count as "no such side"; 0 for who must know.</param>
internal sealed class IpInterfaces(IIpHelper ip, int maxOdd = OddAnswers.Max)
{
    private readonly OddAnswers _odd = new();

    /// <summary>The state now.</summary>
    /// <param name="family">AF_INET or AF_INET6.</param>
    /// <returns>Null while the interface has no such side: not yet, not any more, or switched off.</returns>
    /// <exception cref="SoftlanException">Windows does not say.</exception>
    public IpInterfaceState? Read(ulong luid, ushort family) => ReadRow(luid, family, out MIB_IPINTERFACE_ROW row) ? ToState(row) : null;

    /// <summary>Makes it so. Only the four fields are touched.</summary>
    /// <returns>False while the interface has no such side.</returns>
    /// <exception cref="SoftlanException">Windows refuses.</exception>
    public bool Write(ulong luid, ushort family, IpInterfaceState state)
    {
        if (!ReadRow(luid, family, out MIB_IPINTERFACE_ROW row))
        {
            return false;
        }

        row.UseAutomaticMetric = ToByte(state.AutomaticMetric);
        row.Metric = state.Metric;
        row.DisableDefaultRoutes = ToByte(state.DefaultRoutesDisabled);
        row.NlMtu = state.Mtu;
        if (family == AF_INET)
        {
            // GetIpInterfaceEntry gives a length that SetIpInterfaceEntry refuses with ERROR_INVALID_PARAMETER: for IPv4 it has to be 0.
            row.SitePrefixLength = 0;
        }

        // What is wrong with the row stays wrong.
        int error = ip.WriteInterface(row);
        return IsThere("change", nameof(SetIpInterfaceEntry), family, error, error == Win32Error.ERROR_INVALID_PARAMETER ? 0 : maxOdd);
    }

    public static string NameOf(ushort family) => family == AF_INET6 ? "IPv6" : "IPv4";

    private static IpInterfaceState ToState(MIB_IPINTERFACE_ROW row) =>
        new(row.UseAutomaticMetric != 0, row.Metric, row.DisableDefaultRoutes != 0, row.NlMtu);

    private static byte ToByte(bool value) => value ? (byte)1 : (byte)0;

    private bool ReadRow(ulong luid, ushort family, out MIB_IPINTERFACE_ROW row)
    {
        row = new MIB_IPINTERFACE_ROW { Family = family, InterfaceLuid = luid };
        return IsThere("read", nameof(GetIpInterfaceEntry), family, ip.ReadInterface(ref row), maxOdd);
    }

    private bool IsThere(string verb, string call, ushort family, int error, int max)
    {
        if (error == 0 || Win32Error.IsMissing(error))
        {
            _odd.Forget(call, family);
            return error == 0;
        }

        return _odd.Forgives(call, family, error, max)
            ? false
            : throw Win32Error.ToException(
                $"Cannot {verb} the {NameOf(family)} settings of the TAP adapter",
                call,
                error,
                "disable and enable the adapter in Network Connections (ncpa.cpl), or restart the PC");
    }
}
