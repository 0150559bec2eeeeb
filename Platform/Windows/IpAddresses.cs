using System.Net;
using Softlan.Wire;
using static Softlan.Platform.Windows.NativeIphlpapi;

namespace Softlan.Platform.Windows;

/// <summary>Reads the addresses of interfaces.</summary>
internal sealed class IpAddresses(IIpHelper ip)
{
    private readonly Dictionary<ushort, MIB_UNICASTIPADDRESS_ROW[]> _known = [];

    /// <summary>The IPv4 addresses of this machine that can be used, that is: whose duplicate detection is over. Loopback is left out.</summary>
    public IReadOnlyList<OwnAddress> List() =>
    [
        .. ListRows(AF_INET)
            .Where(row => row.DadState == IpDadStatePreferred && row.Address.si_family == AF_INET)
            .Select(Describe)
            .Where(own => !IPAddress.IsLoopback(own.Address))
    ];

    /// <summary>Whether it is an address of this machine.</summary>
    public bool IsOwn(IPAddress address) =>
        IPAddress.IsLoopback(address)
        || ListRows(SocketAddresses.FamilyOf(address)).Any(row => address.Equals(SocketAddresses.FromNative(row.Address)));

    /// <summary>Whether an interface has an IPv4 address from DHCP, usable or not.</summary>
    public bool HasLease(ulong luid) => ListRows(AF_INET).Any(row => row.InterfaceLuid == luid && row.PrefixOrigin == IpPrefixOriginDhcp);

    /// <returns>While Windows does not tell, those of the last time: what hangs on an address is not let go for a moment's trouble.</returns>
    private MIB_UNICASTIPADDRESS_ROW[] ListRows(ushort family)
    {
        int error = ip.ListAddresses(family, out MIB_UNICASTIPADDRESS_ROW[] rows);
        return error == 0 || OddAnswers.MeansNone(family, error) ? _known[family] = rows : _known.GetValueOrDefault(family) ?? [];
    }

    private static OwnAddress Describe(MIB_UNICASTIPADDRESS_ROW row)
    {
        IPAddress address = SocketAddresses.FromNative(row.Address)!;
        Span<byte> octets = stackalloc byte[4];
        address.TryWriteBytes(octets, out _);
        bool isLinkLocal = octets[0] == 169 && octets[1] == 254;
        AddressOrigin origin = isLinkLocal
            ? AddressOrigin.LinkLocal
            : row.PrefixOrigin == IpPrefixOriginDhcp ? AddressOrigin.Dhcp : AddressOrigin.Other;

        // 255 where Windows does not know the length.
        int prefixLength = Math.Min(row.OnLinkPrefixLength, IPNetworks.HostPrefixOf(address));
        return new OwnAddress(address, origin, IPNetworks.Of(address, prefixLength), row.InterfaceLuid);
    }
}
