using System.Net;
using Softlan.Wire;
using static Softlan.Platform.Windows.NativeIphlpapi;

namespace Softlan.Platform.Windows;

/// <summary>Reads the addresses of interfaces.</summary>
internal sealed class IpAddresses(IIpHelper ip)
{
    /// <summary>The IPv4 addresses of this machine that can be used, that is: whose duplicate detection is over. Loopback is left out.</summary>
    public IReadOnlyList<OwnAddress> List()
    {
        // What Windows does not tell is shown next time; the status is nothing to fail for.
        _ = ip.ListAddresses(AF_INET, out MIB_UNICASTIPADDRESS_ROW[] rows);
        return
        [
            .. rows
                .Where(row => row.DadState == IpDadStatePreferred && row.Address.si_family == AF_INET)
                .Select(Describe)
                .Where(own => !IPAddress.IsLoopback(own.Address))
        ];
    }

    /// <summary>Whether it is an address of this machine.</summary>
    public bool IsOwn(IPAddress address)
    {
        _ = ip.ListAddresses(SocketAddresses.FamilyOf(address), out MIB_UNICASTIPADDRESS_ROW[] rows);
        return IPAddress.IsLoopback(address) || rows.Any(row => address.Equals(SocketAddresses.FromNative(row.Address)));
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
        int prefixLength = Math.Min(row.OnLinkPrefixLength, SocketAddresses.HostPrefixOf(AF_INET));
        return new OwnAddress(address, origin, IPNetworks.Of(address, prefixLength), row.InterfaceLuid);
    }
}
