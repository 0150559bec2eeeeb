using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Windows;

/// <summary>The iphlpapi calls softlan makes, with their rows (netioapi.h, ws2ipdef.h, nldef.h). Declarations only.</summary>
internal static unsafe partial class NativeIphlpapi
{
    private const string Iphlpapi = "iphlpapi.dll";

    public const ushort AF_UNSPEC = 0;
    public const ushort AF_INET = 2;
    public const ushort AF_INET6 = 23;

    // nldef.h: NL_ROUTE_PROTOCOL, NL_ROUTE_ORIGIN, NL_PREFIX_ORIGIN, NL_DAD_STATE
    public const int MIB_IPPROTO_NETMGMT = 3;
    public const int NlroManual = 0;
    public const int IpPrefixOriginManual = 1;
    public const int IpPrefixOriginWellKnown = 2;
    public const int IpPrefixOriginDhcp = 3;
    public const int IpDadStatePreferred = 4;

    [LibraryImport(Iphlpapi, EntryPoint = "GetBestRoute2")]
    [SupportedOSPlatform("windows")]
    public static partial uint GetBestRoute2(
        ulong* interfaceLuid, uint interfaceIndex, SOCKADDR_INET* source, SOCKADDR_INET* destination, uint sortOptions,
        MIB_IPFORWARD_ROW2* bestRoute, SOCKADDR_INET* bestSource);

    [LibraryImport(Iphlpapi, EntryPoint = "GetIpForwardTable2")]
    [SupportedOSPlatform("windows")]
    public static partial uint GetIpForwardTable2(ushort family, MIB_TABLE** table);

    [LibraryImport(Iphlpapi, EntryPoint = "CreateIpForwardEntry2")]
    [SupportedOSPlatform("windows")]
    public static partial uint CreateIpForwardEntry2(MIB_IPFORWARD_ROW2* row);

    [LibraryImport(Iphlpapi, EntryPoint = "DeleteIpForwardEntry2")]
    [SupportedOSPlatform("windows")]
    public static partial uint DeleteIpForwardEntry2(MIB_IPFORWARD_ROW2* row);

    [LibraryImport(Iphlpapi, EntryPoint = "GetIpInterfaceEntry")]
    [SupportedOSPlatform("windows")]
    public static partial uint GetIpInterfaceEntry(MIB_IPINTERFACE_ROW* row);

    [LibraryImport(Iphlpapi, EntryPoint = "SetIpInterfaceEntry")]
    [SupportedOSPlatform("windows")]
    public static partial uint SetIpInterfaceEntry(MIB_IPINTERFACE_ROW* row);

    [LibraryImport(Iphlpapi, EntryPoint = "GetUnicastIpAddressTable")]
    [SupportedOSPlatform("windows")]
    public static partial uint GetUnicastIpAddressTable(ushort family, MIB_TABLE** table);

    [LibraryImport(Iphlpapi, EntryPoint = "FreeMibTable")]
    [SupportedOSPlatform("windows")]
    public static partial void FreeMibTable(void* table);

    [LibraryImport(Iphlpapi, EntryPoint = "ConvertInterfaceGuidToLuid")]
    [SupportedOSPlatform("windows")]
    public static partial uint ConvertInterfaceGuidToLuid(Guid* guid, ulong* luid);

    [LibraryImport(Iphlpapi, EntryPoint = "ConvertInterfaceLuidToAlias")]
    [SupportedOSPlatform("windows")]
    public static partial uint ConvertInterfaceLuidToAlias(ulong* luid, char* alias, nuint length);

    [LibraryImport(Iphlpapi, EntryPoint = "NotifyRouteChange2")]
    [SupportedOSPlatform("windows")]
    public static partial uint NotifyRouteChange2(
        ushort family, delegate* unmanaged[Stdcall]<void*, void*, int, void> callback, void* context, byte initialNotification, nint* handle);

    [LibraryImport(Iphlpapi, EntryPoint = "NotifyIpInterfaceChange")]
    [SupportedOSPlatform("windows")]
    public static partial uint NotifyIpInterfaceChange(
        ushort family, delegate* unmanaged[Stdcall]<void*, void*, int, void> callback, void* context, byte initialNotification, nint* handle);

    [LibraryImport(Iphlpapi, EntryPoint = "NotifyUnicastIpAddressChange")]
    [SupportedOSPlatform("windows")]
    public static partial uint NotifyUnicastIpAddressChange(
        ushort family, delegate* unmanaged[Stdcall]<void*, void*, int, void> callback, void* context, byte initialNotification, nint* handle);

    // Windows 10 build 19041 and newer.
    public const uint DNS_INTERFACE_SETTINGS_VERSION2 = 2;
    public const ulong DNS_SETTING_IPV6 = 0x0001;
    public const ulong DNS_SETTING_DISABLE_UNCONSTRAINED_QUERIES = 0x0400;

    [LibraryImport(Iphlpapi, EntryPoint = "GetInterfaceDnsSettings")]
    [SupportedOSPlatform("windows")]
    public static partial uint GetInterfaceDnsSettings(Guid adapter, DNS_INTERFACE_SETTINGS_EX* settings);

    [LibraryImport(Iphlpapi, EntryPoint = "SetInterfaceDnsSettings")]
    [SupportedOSPlatform("windows")]
    public static partial uint SetInterfaceDnsSettings(Guid adapter, DNS_INTERFACE_SETTINGS_EX* settings);

    [LibraryImport(Iphlpapi, EntryPoint = "FreeInterfaceDnsSettings")]
    [SupportedOSPlatform("windows")]
    public static partial void FreeInterfaceDnsSettings(DNS_INTERFACE_SETTINGS_EX* settings);

    [LibraryImport(Iphlpapi, EntryPoint = "CancelMibChangeNotify2")]
    [SupportedOSPlatform("windows")]
    public static partial uint CancelMibChangeNotify2(nint handle);

    /// <summary>union _SOCKADDR_INET (ws2ipdef.h): 28 bytes, aligned to 4. Port and address are in network order.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 28)]
    public struct SOCKADDR_INET
    {
        [FieldOffset(0)]
        public ushort si_family;

        [FieldOffset(2)]
        public ushort sin_port;

        [FieldOffset(4)]
        public uint sin_addr;

        [FieldOffset(8)]
        public IN6_ADDR sin6_addr;

        [FieldOffset(24)]
        public uint sin6_scope_id;
    }

    [InlineArray(16)]
    public struct IN6_ADDR
    {
        private byte _first;
    }

    /// <summary>struct _IP_ADDRESS_PREFIX (netioapi.h): 32 bytes. A wrong size here shifts next hop and metric of every route.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct IP_ADDRESS_PREFIX
    {
        public SOCKADDR_INET Prefix;
        public byte PrefixLength;
    }

    /// <summary>struct _MIB_IPFORWARD_ROW2 (netioapi.h): 104 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MIB_IPFORWARD_ROW2
    {
        public ulong InterfaceLuid;
        public uint InterfaceIndex;
        public IP_ADDRESS_PREFIX DestinationPrefix;
        public SOCKADDR_INET NextHop;
        public byte SitePrefixLength;
        public uint ValidLifetime;
        public uint PreferredLifetime;
        public uint Metric;
        public int Protocol;
        public byte Loopback;
        public byte AutoconfigureAddress;
        public byte Publish;
        public byte Immortal;
        public uint Age;
        public int Origin;
    }

    /// <summary>struct _MIB_IPINTERFACE_ROW (netioapi.h): 168 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MIB_IPINTERFACE_ROW
    {
        public ushort Family;
        public ulong InterfaceLuid;
        public uint InterfaceIndex;
        public uint MaxReassemblySize;
        public ulong InterfaceIdentifier;
        public uint MinRouterAdvertisementInterval;
        public uint MaxRouterAdvertisementInterval;
        public byte AdvertisingEnabled;
        public byte ForwardingEnabled;
        public byte WeakHostSend;
        public byte WeakHostReceive;
        public byte UseAutomaticMetric;
        public byte UseNeighborUnreachabilityDetection;
        public byte ManagedAddressConfigurationSupported;
        public byte OtherStatefulConfigurationSupported;
        public byte AdvertiseDefaultRoute;
        public int RouterDiscoveryBehavior;
        public uint DadTransmits;
        public uint BaseReachableTime;
        public uint RetransmitTime;
        public uint PathMtuDiscoveryTimeout;
        public int LinkLocalAddressBehavior;
        public uint LinkLocalAddressTimeout;
        public SCOPE_LEVELS ZoneIndices;
        public uint SitePrefixLength;
        public uint Metric;
        public uint NlMtu;
        public byte Connected;
        public byte SupportsWakeUpPatterns;
        public byte SupportsNeighborDiscovery;
        public byte SupportsRouterDiscovery;
        public uint ReachableTime;
        public byte TransmitOffload;
        public byte ReceiveOffload;
        public byte DisableDefaultRoutes;
    }

    /// <summary>ULONG[ScopeLevelCount].</summary>
    [InlineArray(16)]
    public struct SCOPE_LEVELS
    {
        private uint _first;
    }

    /// <summary>struct _MIB_UNICASTIPADDRESS_ROW (netioapi.h): 80 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MIB_UNICASTIPADDRESS_ROW
    {
        public SOCKADDR_INET Address;
        public ulong InterfaceLuid;
        public uint InterfaceIndex;
        public int PrefixOrigin;
        public int SuffixOrigin;
        public uint ValidLifetime;
        public uint PreferredLifetime;
        public byte OnLinkPrefixLength;
        public byte SkipAsSource;
        public int DadState;
        public uint ScopeId;
        public long CreationTimeStamp;
    }

    /// <summary>struct _DNS_INTERFACE_SETTINGS_EX (netioapi.h): 80 bytes on 64-bit Windows.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct DNS_INTERFACE_SETTINGS_EX
    {
        public uint Version;
        public ulong Flags;
        public nint Domain;
        public nint NameServer;
        public nint SearchList;
        public uint RegistrationEnabled;
        public uint RegisterAdapterName;
        public uint EnableLLMNR;
        public uint QueryAdapterName;
        public nint ProfileNameServer;
        public uint DisableUnconstrainedQueries;
        public nint SupplementalSearchList;
    }

    /// <summary>The head of every MIB table: NumEntries, then padding; the rows begin at 8.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 8)]
    public struct MIB_TABLE
    {
        public uint NumEntries;
    }
}
