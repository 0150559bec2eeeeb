using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform.Linux.Netlink;

namespace Softlan.Roles.Client.Linux;

/// <summary>The TAP and this machine's addresses, as of one look at them.</summary>
/// <param name="Link">The TAP.</param>
/// <param name="Addresses">Of all interfaces.</param>
[SupportedOSPlatform("linux")]
internal readonly record struct TapSnapshot(LinkEntry Link, IReadOnlyList<InterfaceAddress> Addresses)
{
    /// <summary>Those of the TAP.</summary>
    public IEnumerable<InterfaceAddress> Own
    {
        get
        {
            int index = Link.Index;
            return Addresses.Where(address => address.InterfaceIndex == index);
        }
    }

    /// <summary>Those of other interfaces.</summary>
    public IEnumerable<InterfaceAddress> Others
    {
        get
        {
            int index = Link.Index;
            return Addresses.Where(address => address.InterfaceIndex != index);
        }
    }

    public bool Has(IPAddress address, int prefixLength) => Own.Any(own => own.Address.Equals(address) && own.PrefixLength == prefixLength);
}
