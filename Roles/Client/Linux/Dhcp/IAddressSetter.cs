using System.Net;

namespace Softlan.Roles.Client.Linux.Dhcp;

/// <summary>Gives the TAP its IPv4 address. There is at most one that comes from softlan.</summary>
internal interface IAddressSetter
{
    /// <summary>Sets the address and the on-link route to its network, in place of an earlier one. Nothing happens when it is set already. Throws
    /// <see cref="Wire.SoftlanException"/>.</summary>
    void SetAddress(IPAddress address, int prefixLength);

    /// <summary>Takes away the address that <see cref="SetAddress"/> set; addresses of others stay.</summary>
    void RemoveAddress();
}
