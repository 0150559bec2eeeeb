using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>The way to the relay on Linux: a route, and an interface that is up and has a carrier.</summary>
/// <remarks>Other changes are nobody's news: on a machine with containers, interfaces come and go all the time, and an attempt for each would
/// undo the growing delay between attempts.</remarks>
[SupportedOSPlatform("linux")]
internal sealed class LinuxUplink : IUplink
{
    /// <summary>Addresses of the relay whose ways are looked at. For one more the first is forgotten: a new way to it is found by the next attempt
    /// only.</summary>
    private const int MaxAddresses = 8;

    /// <summary>While no address is known, because the relay's name could not be looked up, any change may mean that it can be now. So many attempts
    /// a second, and at once; for what is beyond, the delay between attempts counts.</summary>
    private const double BlindAttemptsPerSecond = 0.2;
    private const int BlindAttemptsBurst = 4;

    private readonly EventLoop _loop;
    private readonly NetlinkSocket _netlink = NetlinkSocket.Open();
    private readonly List<(IPAddress Relay, Way? Way)> _ways = [];
    private readonly TokenBucket _blind = new(BlindAttemptsPerSecond, BlindAttemptsBurst);
    private NetworkMonitor? _monitor;

    /// <exception cref="SoftlanException">The kernel gives no netlink socket.</exception>
    public LinuxUplink(EventLoop loop) => _loop = loop;

    public void Remember(IPAddress relay)
    {
        if (_ways.Any(known => known.Relay.Equals(relay)))
        {
            return;
        }

        if (_ways.Count == MaxAddresses)
        {
            _ways.RemoveAt(0);
        }

        _ways.Add((relay, Find(relay)));
    }

    /// <exception cref="SoftlanException">The kernel gives no netlink socket.</exception>
    public void Watch(Action changed) => _monitor = NetworkMonitor.Open(_loop, () =>
    {
        if (_ways.Count == 0 ? _blind.TryTake(1, _loop.Now) : Look())
        {
            changed();
        }
    });

    public void Dispose()
    {
        _monitor?.Dispose();
        _netlink.Dispose();
    }

    private bool Look()
    {
        bool isNew = false;
        for (int i = 0; i < _ways.Count; i++)
        {
            (IPAddress relay, Way? before) = _ways[i];
            Way? now = Find(relay);
            isNew |= now is not null && now != before;
            _ways[i] = (relay, now);
        }

        return isNew;
    }

    private Way? Find(IPAddress relay)
    {
        try
        {
            return NetlinkRoutes.Lookup(_netlink, relay) is { } route
                && NetlinkLinks.Find(_netlink, route.InterfaceIndex) is { IsUp: true, HasCarrier: true }
                    ? new Way(route.InterfaceIndex, route.Gateway, route.PreferredSource)
                    : null;
        }
        catch (SoftlanException)
        {
            return null; // The kernel did not answer this time; at the worst there is one attempt too many later.
        }
    }

    private sealed record Way(int InterfaceIndex, IPAddress? Gateway, IPAddress? Source);
}
