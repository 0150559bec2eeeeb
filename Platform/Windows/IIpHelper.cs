using static Softlan.Platform.Windows.NativeIphlpapi;

namespace Softlan.Platform.Windows;

/// <summary>The routes, interfaces and addresses of a Windows machine, with iphlpapi's own rows and error codes; in tests a machine in
/// memory.</summary>
internal interface IIpHelper
{
    /// <summary>GetBestRoute2 without a wish for interface or source.</summary>
    int FindBestRoute(in SOCKADDR_INET destination, out MIB_IPFORWARD_ROW2 route);

    /// <summary>GetIpForwardTable2.</summary>
    int ListRoutes(ushort family, out MIB_IPFORWARD_ROW2[] routes);

    /// <summary>CreateIpForwardEntry2.</summary>
    int AddRoute(in MIB_IPFORWARD_ROW2 route);

    /// <summary>DeleteIpForwardEntry2.</summary>
    int RemoveRoute(in MIB_IPFORWARD_ROW2 route);

    /// <summary>GetIpInterfaceEntry: family and LUID go in.</summary>
    int ReadInterface(ref MIB_IPINTERFACE_ROW row);

    /// <summary>SetIpInterfaceEntry.</summary>
    int WriteInterface(in MIB_IPINTERFACE_ROW row);

    /// <summary>GetUnicastIpAddressTable.</summary>
    int ListAddresses(ushort family, out MIB_UNICASTIPADDRESS_ROW[] addresses);

    /// <summary>GetInterfaceDnsSettings: whether the adapter's DNS servers are asked for names below its own suffix only.</summary>
    int ReadDnsLimit(Guid adapter, ushort family, out bool isLimited);

    /// <summary>SetInterfaceDnsSettings.</summary>
    int WriteDnsLimit(Guid adapter, ushort family, bool isLimited);

    /// <summary>ConvertInterfaceGuidToLuid.</summary>
    int FindLuid(Guid adapter, out ulong luid);

    /// <summary>ConvertInterfaceLuidToAlias; null where there is no such interface.</summary>
    string? FindAlias(ulong luid);
}
