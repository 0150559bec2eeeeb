using System.Net;
using System.Net.Sockets;
using Softlan.Platform.Windows;

namespace Softlan.Roles.Client.Windows;

/// <summary>Keeps a Windows player's internet where it is when the party's network has the same addresses: name servers and routers of the player's
/// own are reached on their own network card.</summary>
/// <remarks>
/// Two homes with routers of one maker have the same network. The default route keeps to its card, but with metric 1 the router itself, which is most
/// often the name server, would be looked for at the party. IPv4 only: nobody's home has the party's IPv6 network.
/// </remarks>
/// <param name="ip">Asked, never changed here.</param>
/// <param name="cards">Bring the name servers.</param>
/// <param name="luid">The TAP's interface.</param>
/// <param name="hostRoutes">Hold the ways.</param>
internal sealed class WindowsHomeGuard(IIpHelper ip, WindowsCards cards, ulong luid, HomeHostRoutes hostRoutes)
{
    private readonly RouteTable _table = new(ip);

    /// <summary>Follows the machine's networks. Called often; changes nothing when all is well.</summary>
    /// <param name="addresses">Those of this machine.</param>
    /// <exception cref="Wire.SoftlanException">Windows does not give its routes.</exception>
    public void Look(IReadOnlyList<OwnAddress> addresses)
    {
        IEnumerable<IPAddress> routers = _table.FindAll(IPAddress.Any)
            .Where(route => route.InterfaceLuid != luid)
            .Select(route => route.NextHop)
            .OfType<IPAddress>();
        IEnumerable<IPAddress> own = cards.NameServers.Where(address => address.AddressFamily == AddressFamily.InterNetwork).Concat(routers);
        hostRoutes.Hold(
            [.. own.Distinct()],
            [.. addresses.Where(address => address.InterfaceLuid == luid).Select(address => address.Network)]);
    }
}
