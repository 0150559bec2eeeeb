using System.Net;
using System.Net.Sockets;
using Softlan.Platform;
using Softlan.Platform.Windows;

namespace Softlan.Roles.Client.Windows;

/// <summary>Keeps a Windows player's internet where it is when the party's network has the same addresses: name servers and routers of the player's
/// own are reached on their own network card.</summary>
/// <remarks>
/// Two homes with routers of one maker have the same network. The default route keeps to its card, but with metric 1 the router itself, which is most
/// often the name server, would be looked for at the party. IPv4 only: nobody's home has the party's IPv6 network.
/// </remarks>
/// <param name="machine">Asked, never changed here.</param>
/// <param name="lane">Tells the time.</param>
/// <param name="adapter">The TAP.</param>
/// <param name="luid">Its interface.</param>
/// <param name="hostRoutes">Hold the ways.</param>
internal sealed class WindowsHomeGuard(IWindowsMachine machine, ILane lane, TapAdapter adapter, ulong luid, HomeHostRoutes hostRoutes)
{
    /// <summary>Between two looks at the name servers: Windows takes milliseconds to list its cards, and frames wait for them.</summary>
    public static readonly TimeSpan NameServersInterval = TimeSpan.FromSeconds(30);

    private readonly RouteTable _table = new(machine.Ip);
    private IReadOnlyList<IPAddress> _nameServers = [];
    private TimeSpan? _askedAt;

    /// <summary>Follows the machine's networks. Called often; changes nothing when all is well.</summary>
    /// <param name="addresses">Those of this machine.</param>
    /// <param name="mayHaveChanged">The name servers, since the last look.</param>
    /// <exception cref="Wire.SoftlanException">Windows does not give its routes.</exception>
    public void Look(IReadOnlyList<OwnAddress> addresses, bool mayHaveChanged)
    {
        if (mayHaveChanged || _askedAt is not { } askedAt || lane.Now - askedAt >= NameServersInterval)
        {
            _askedAt = lane.Now;
            _nameServers = machine.FindNameServers(adapter.Id) ?? _nameServers;
        }

        IEnumerable<IPAddress> routers = _table.FindAll(IPAddress.Any)
            .Where(route => route.InterfaceLuid != luid)
            .Select(route => route.NextHop)
            .OfType<IPAddress>();
        IEnumerable<IPAddress> own = _nameServers.Where(address => address.AddressFamily == AddressFamily.InterNetwork).Concat(routers);
        hostRoutes.Hold(
            [.. own.Distinct()],
            [.. addresses.Where(address => address.InterfaceLuid == luid).Select(address => address.Network)]);
    }
}
