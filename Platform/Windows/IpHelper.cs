using System.Runtime.Versioning;
using static Softlan.Platform.Windows.NativeIphlpapi;

namespace Softlan.Platform.Windows;

/// <summary>The machine that this process runs on.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class IpHelper : IIpHelper
{
    /// <summary>NDIS_IF_MAX_STRING_SIZE (ifdef.h), and the closing zero.</summary>
    private const int MaxAlias = 256 + 1;

    // SAFETY, for all of this file: every pointer is to a local or a pinned parameter and used until the call returns; tables are copied, then freed.

    public int FindBestRoute(in SOCKADDR_INET destination, out MIB_IPFORWARD_ROW2 route)
    {
        SOCKADDR_INET source;
        fixed (SOCKADDR_INET* to = &destination)
        fixed (MIB_IPFORWARD_ROW2* found = &route)
        {
            return (int)GetBestRoute2(null, 0, null, to, 0, found, &source);
        }
    }

    public int ListRoutes(ushort family, out MIB_IPFORWARD_ROW2[] routes)
    {
        MIB_TABLE* table = null;
        int error = (int)GetIpForwardTable2(family, &table);
        routes = Copy<MIB_IPFORWARD_ROW2>(error, table);
        return error;
    }

    public int AddRoute(in MIB_IPFORWARD_ROW2 route)
    {
        fixed (MIB_IPFORWARD_ROW2* row = &route)
        {
            return (int)CreateIpForwardEntry2(row);
        }
    }

    public int RemoveRoute(in MIB_IPFORWARD_ROW2 route)
    {
        fixed (MIB_IPFORWARD_ROW2* row = &route)
        {
            return (int)DeleteIpForwardEntry2(row);
        }
    }

    public int ReadInterface(ref MIB_IPINTERFACE_ROW row)
    {
        fixed (MIB_IPINTERFACE_ROW* pinned = &row)
        {
            return (int)GetIpInterfaceEntry(pinned);
        }
    }

    public int WriteInterface(in MIB_IPINTERFACE_ROW row)
    {
        fixed (MIB_IPINTERFACE_ROW* pinned = &row)
        {
            return (int)SetIpInterfaceEntry(pinned);
        }
    }

    public int ListAddresses(ushort family, out MIB_UNICASTIPADDRESS_ROW[] addresses)
    {
        MIB_TABLE* table = null;
        int error = (int)GetUnicastIpAddressTable(family, &table);
        addresses = Copy<MIB_UNICASTIPADDRESS_ROW>(error, table);
        return error;
    }

    public int ReadDnsLimit(Guid adapter, ushort family, out bool isLimited)
    {
        // The getter's page wants no flags, and says nothing of IPv6; Windows takes the family from there as in the setter.
        DNS_INTERFACE_SETTINGS_EX settings = new() { Version = DNS_INTERFACE_SETTINGS_VERSION2, Flags = FamilyFlag(family) };
        int error = (int)GetInterfaceDnsSettings(adapter, &settings);
        isLimited = error == 0 && settings.DisableUnconstrainedQueries != 0;
        if (error == 0)
        {
            FreeInterfaceDnsSettings(&settings);
        }

        return error;
    }

    public int WriteDnsLimit(Guid adapter, ushort family, bool isLimited)
    {
        DNS_INTERFACE_SETTINGS_EX settings = new()
        {
            Version = DNS_INTERFACE_SETTINGS_VERSION2,
            Flags = FamilyFlag(family) | DNS_SETTING_DISABLE_UNCONSTRAINED_QUERIES,
            DisableUnconstrainedQueries = isLimited ? 1u : 0u,
        };
        return (int)SetInterfaceDnsSettings(adapter, &settings);
    }

    public int FindLuid(Guid adapter, out ulong luid)
    {
        fixed (ulong* found = &luid)
        {
            return (int)ConvertInterfaceGuidToLuid(&adapter, found);
        }
    }

    public string? FindAlias(ulong luid)
    {
        char* alias = stackalloc char[MaxAlias];
        return ConvertInterfaceLuidToAlias(&luid, alias, MaxAlias) == 0 ? new string(alias) : null;
    }

    private static ulong FamilyFlag(ushort family) => family == AF_INET6 ? DNS_SETTING_IPV6 : 0;

    private static T[] Copy<T>(int error, MIB_TABLE* table)
        where T : unmanaged
    {
        if (error != 0 || table is null)
        {
            return [];
        }

        T[] rows = new ReadOnlySpan<T>(table + 1, (int)table->NumEntries).ToArray();
        FreeMibTable(table);
        return rows;
    }
}
