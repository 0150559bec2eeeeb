using System.Net;
using Softlan.Platform.Windows;
using Softlan.Wire;
using static Softlan.Platform.Windows.NativeIphlpapi;

namespace Softlan.Tests.Platform.Windows;

/// <summary>The IP side of a PC in memory, with Windows' rules: what it refuses, how it chooses, what it gives back changed.</summary>
internal sealed class FakeIpHelper : IIpHelper
{
    public const ulong Wifi = 0x0047000200000000;
    public const ulong Cable = 0x0006000100000000;
    public const ulong Tap = 0x0035000100000000;
    public const int WifiIndex = 12;
    public const int CableIndex = 13;
    public const int TapIndex = 77;

    public static readonly Guid TapId = Guid.Parse("11111111-2222-3333-4444-555555555555");

    public static readonly Guid CableId = Guid.Parse("22222222-2222-3333-4444-555555555555");

    public FakeIpHelper()
    {
        foreach (ushort family in (ushort[])[AF_INET, AF_INET6])
        {
            Add(family, Wifi, WifiIndex, 35);
            Add(family, Cable, CableIndex, 25);
        }

        AddTap();

        Addresses.Add(Address("192.168.1.20", Wifi, IpPrefixOriginDhcp));
    }

    public List<MIB_IPFORWARD_ROW2> Routes { get; } = [];

    public Dictionary<(ushort Family, ulong Luid), MIB_IPINTERFACE_ROW> Interfaces { get; } = [];

    public List<MIB_UNICASTIPADDRESS_ROW> Addresses { get; } = [];

    /// <summary>What was changed, in order.</summary>
    public List<string> Changes { get; } = [];

    /// <summary>A call of this name fails with this code.</summary>
    public (string Api, int Code)? Refuses { get; set; }

    /// <summary>Only where it is asked about this family; null: about any.</summary>
    public ushort? RefusesFamily { get; set; }

    /// <summary>Called after SetIpInterfaceEntry succeeded.</summary>
    public Action? Written { get; set; }

    /// <summary>SetIpInterfaceEntry succeeds but leaves DisableDefaultRoutes as it was.</summary>
    public bool ForgetsDefaultRoutes { get; set; }

    /// <summary>The TAP adapter's interface as Windows makes it.</summary>
    public void AddTap()
    {
        Add(AF_INET, Tap, TapIndex, 25);
        Add(AF_INET6, Tap, TapIndex, 25);
    }

    /// <param name="origin">NL_ROUTE_ORIGIN.</param>
    /// <param name="lifetime">In seconds.</param>
    public void AddRoute(
        string destination,
        string? nextHop,
        ulong luid,
        uint metric = 0,
        bool isLoopback = false,
        int origin = NlroManual,
        uint lifetime = uint.MaxValue)
    {
        IPNetwork network = IPNetwork.Parse(destination);
        ushort family = SocketAddresses.FamilyOf(network.BaseAddress);
        Routes.Add(new MIB_IPFORWARD_ROW2
        {
            InterfaceLuid = luid,
            InterfaceIndex = IndexOf(luid),
            DestinationPrefix = new IP_ADDRESS_PREFIX
            {
                Prefix = SocketAddresses.ToNative(network.BaseAddress),
                PrefixLength = (byte)network.PrefixLength,
            },
            NextHop = nextHop is null ? SocketAddresses.None(family) : SocketAddresses.ToNative(IPAddress.Parse(nextHop)),
            ValidLifetime = lifetime,
            PreferredLifetime = lifetime,
            Metric = metric,
            Protocol = MIB_IPPROTO_NETMGMT,
            Loopback = isLoopback ? (byte)1 : (byte)0,
            Origin = origin,
        });
    }

    public static MIB_UNICASTIPADDRESS_ROW Address(string address, ulong luid, int origin, int dadState = IpDadStatePreferred) => new()
    {
        Address = SocketAddresses.ToNative(IPAddress.Parse(address)),
        InterfaceLuid = luid,
        InterfaceIndex = IndexOf(luid),
        PrefixOrigin = origin,
        OnLinkPrefixLength = 24,
        DadState = dadState,
    };

    /// <summary>Routes as people read them.</summary>
    public IEnumerable<string> Table => Routes.Select(row =>
        $"{SocketAddresses.FromNative(row.DestinationPrefix.Prefix)}/{row.DestinationPrefix.PrefixLength} "
        + $"via {SocketAddresses.FromNative(row.NextHop)} if {row.InterfaceIndex}");

    public int FindBestRoute(in SOCKADDR_INET destination, out MIB_IPFORWARD_ROW2 route)
    {
        IPAddress address = SocketAddresses.FromNative(destination)!;
        MIB_IPFORWARD_ROW2[] usable =
        [
            .. Routes
                .Where(row => NetworkOf(row).Contains(address)
                    && Interfaces[(SocketAddresses.FamilyOf(address), row.InterfaceLuid)] is { Connected: 1 } itf
                    && (row.DestinationPrefix.PrefixLength > 0 || itf.DisableDefaultRoutes == 0))
                .OrderByDescending(row => row.DestinationPrefix.PrefixLength)
                .ThenBy(row => row.Metric + Interfaces[(SocketAddresses.FamilyOf(address), row.InterfaceLuid)].Metric),
        ];
        route = usable.FirstOrDefault();
        return Refusal("GetBestRoute2", destination.si_family) ?? (usable.Length > 0 ? 0 : Win32Error.ERROR_NETWORK_UNREACHABLE);
    }

    public int ListRoutes(ushort family, out MIB_IPFORWARD_ROW2[] routes)
    {
        int error = Refusal("GetIpForwardTable2", family) ?? 0;
        routes = error == 0 ? [.. Routes.Where(row => row.DestinationPrefix.Prefix.si_family == family)] : [];
        return error;
    }

    public int AddRoute(in MIB_IPFORWARD_ROW2 route)
    {
        MIB_IPFORWARD_ROW2 row = route;
        ushort family = row.DestinationPrefix.Prefix.si_family;
        if (Refusal("CreateIpForwardEntry2", family) is { } refusal)
        {
            return refusal;
        }

        if (family is not (AF_INET or AF_INET6) || row.NextHop.si_family != family
            || row.DestinationPrefix.PrefixLength > IPNetworks.HostPrefixOf(SocketAddresses.FromNative(row.DestinationPrefix.Prefix)!)
            || row.Metric == uint.MaxValue || row.ValidLifetime < row.PreferredLifetime || row.ValidLifetime == 0
            || row.Protocol != MIB_IPPROTO_NETMGMT || row.Loopback != 0)
        {
            return Win32Error.ERROR_INVALID_PARAMETER;
        }

        ulong luid = row.InterfaceLuid != 0 ? row.InterfaceLuid : LuidOf(row.InterfaceIndex);
        if (!Interfaces.ContainsKey((family, luid)))
        {
            return Win32Error.ERROR_NOT_FOUND;
        }

        row.InterfaceLuid = luid;
        row.InterfaceIndex = IndexOf(luid);
        if (Routes.Any(other => IsSame(other, row)))
        {
            return Win32Error.ERROR_OBJECT_ALREADY_EXISTS;
        }

        Routes.Add(row);
        Changes.Add($"route + {SocketAddresses.FromNative(row.DestinationPrefix.Prefix)}");
        return 0;
    }

    public int RemoveRoute(in MIB_IPFORWARD_ROW2 route)
    {
        MIB_IPFORWARD_ROW2 row = route;
        if (Refusal("DeleteIpForwardEntry2", row.DestinationPrefix.Prefix.si_family) is { } refusal)
        {
            return refusal;
        }

        if (Routes.RemoveAll(other => IsSame(other, row)) == 0)
        {
            return Win32Error.ERROR_NOT_FOUND;
        }

        Changes.Add($"route - {SocketAddresses.FromNative(row.DestinationPrefix.Prefix)}");
        return 0;
    }

    public int ReadInterface(ref MIB_IPINTERFACE_ROW row)
    {
        if (Refusal("GetIpInterfaceEntry", row.Family) is { } refusal)
        {
            return refusal;
        }

        if (!Interfaces.TryGetValue((row.Family, row.InterfaceLuid), out MIB_IPINTERFACE_ROW found))
        {
            return Win32Error.ERROR_NOT_FOUND;
        }

        row = found;
        row.SitePrefixLength = 64; // As Windows gives it, though it refuses it for IPv4.
        return 0;
    }

    public int WriteInterface(in MIB_IPINTERFACE_ROW row)
    {
        MIB_IPINTERFACE_ROW written = row;
        if (Refusal("SetIpInterfaceEntry", written.Family) is { } refusal)
        {
            return refusal;
        }

        if (!Interfaces.ContainsKey((written.Family, written.InterfaceLuid)))
        {
            return Win32Error.ERROR_NOT_FOUND;
        }

        if (written.Family == AF_INET ? written.SitePrefixLength != 0 || written.NlMtu < 576 : written.SitePrefixLength > 128 || written.NlMtu < 1280)
        {
            return Win32Error.ERROR_INVALID_PARAMETER;
        }

        if (ForgetsDefaultRoutes)
        {
            written.DisableDefaultRoutes = 0;
        }

        Interfaces[(written.Family, written.InterfaceLuid)] = written;
        Changes.Add(
            $"{(written.Family == AF_INET ? "IPv4" : "IPv6")} metric {(written.UseAutomaticMetric != 0 ? "automatic" : written.Metric)} "
            + $"mtu {written.NlMtu} default routes {(written.DisableDefaultRoutes != 0 ? "off" : "on")}");
        Written?.Invoke();
        return 0;
    }

    public int ListAddresses(ushort family, out MIB_UNICASTIPADDRESS_ROW[] addresses)
    {
        int error = Refusal("GetUnicastIpAddressTable", family) ?? 0;
        addresses = error == 0 ? [.. Addresses.Where(row => row.Address.si_family == family)] : [];
        return error;
    }

    /// <summary>Families whose DNS servers are limited to the adapter's own names.</summary>
    public HashSet<ushort> DnsLimits { get; } = [];

    public int ReadDnsLimit(Guid adapter, ushort family, out bool isLimited)
    {
        isLimited = DnsLimits.Contains(family);
        return Refusal("GetInterfaceDnsSettings", family) ?? 0;
    }

    public int WriteDnsLimit(Guid adapter, ushort family, bool isLimited)
    {
        if (Refusal("SetInterfaceDnsSettings", family) is { } refusal)
        {
            return refusal;
        }

        _ = isLimited ? DnsLimits.Add(family) : DnsLimits.Remove(family);
        return 0;
    }

    public int FindLuid(Guid adapter, out ulong luid)
    {
        luid = adapter == TapId ? Tap : adapter == CableId ? Cable : 0;
        return luid != 0 ? 0 : Win32Error.ERROR_INVALID_PARAMETER;
    }

    public string? FindAlias(ulong luid) => luid switch
    {
        Wifi => "Wi-Fi",
        Cable => "Ethernet",
        Tap => "Party",
        _ => null,
    };

    private static uint IndexOf(ulong luid) => luid switch
    {
        Wifi => WifiIndex,
        Cable => CableIndex,
        _ => TapIndex,
    };

    private static ulong LuidOf(uint index) => index switch
    {
        WifiIndex => Wifi,
        CableIndex => Cable,
        TapIndex => Tap,
        _ => 0,
    };

    private static IPNetwork NetworkOf(MIB_IPFORWARD_ROW2 row) =>
        new(SocketAddresses.FromNative(row.DestinationPrefix.Prefix)!, row.DestinationPrefix.PrefixLength);

    private static bool IsSame(MIB_IPFORWARD_ROW2 left, MIB_IPFORWARD_ROW2 right) =>
        left.InterfaceLuid == right.InterfaceLuid
        && left.DestinationPrefix.PrefixLength == right.DestinationPrefix.PrefixLength
        && SocketAddresses.FromNative(left.DestinationPrefix.Prefix)!.Equals(SocketAddresses.FromNative(right.DestinationPrefix.Prefix))
        && SocketAddresses.FromNative(left.NextHop)!.Equals(SocketAddresses.FromNative(right.NextHop));

    private int? Refusal(string api, ushort family) =>
        Refuses is { } refusal && refusal.Api == api && (RefusesFamily ?? family) == family ? refusal.Code : null;

    private void Add(ushort family, ulong luid, uint index, uint metric) => Interfaces.Add((family, luid), new MIB_IPINTERFACE_ROW
    {
        Family = family,
        InterfaceLuid = luid,
        InterfaceIndex = index,
        UseAutomaticMetric = 1,
        Metric = metric,
        NlMtu = 1500,
        Connected = 1,
    });
}
