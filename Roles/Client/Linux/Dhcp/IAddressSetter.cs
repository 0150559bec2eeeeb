using System.Net;

namespace Softlan.Roles.Client.Linux.Dhcp;

/// <summary>Gives the TAP its IPv4 address. There is at most one that comes from softlan.</summary>
internal interface IAddressSetter
{
    /// <summary>An address that <see cref="SetAddress"/> set is there, unless somebody else took it away.</summary>
    bool HasAddress { get; }

    /// <summary>Sets the address and the on-link route to its network, in place of an earlier one. Nothing happens when it is there.</summary>
    /// <exception cref="Wire.SoftlanException">It must not be set, and the earlier one stays; or the kernel refused, and none is there:
    /// <see cref="HasAddress"/> tells.</exception>
    void SetAddress(IPAddress address, int prefixLength);

    /// <summary>Takes away the address that <see cref="SetAddress"/> set; addresses of others stay.</summary>
    void RemoveAddress();
}
