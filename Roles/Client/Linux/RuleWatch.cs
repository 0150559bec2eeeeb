using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;

namespace Softlan.Roles.Client.Linux;

/// <summary>Notices when another program, such as a VPN with rules of its own before the main table, leads elsewhere what is for the party.</summary>
/// <param name="netlink">For questions.</param>
/// <param name="logger">For what the player should know.</param>
[SupportedOSPlatform("linux")]
internal sealed class RuleWatch(NetlinkSocket netlink, ILogger logger)
{
    /// <summary>Cases that are spoken of; later ones pass without a word.</summary>
    private const int MaxSaid = 16;

    /// <summary>Of a longer prefix there is no other machine to ask for.</summary>
    private const int MaxPrefixLength = 30;

    private readonly HashSet<string> _said = [];

    /// <summary>What the last look found. Something is told of when two looks in a row find it: one may fall into the middle of a change.</summary>
    private HashSet<string> _found = [];

    /// <summary>Asks the kernel where it would send. What <see cref="PartyPrecedence"/> and <see cref="LinuxTapRoutes"/> tell of is not told again:
    /// networks of other cards, and routes of another softlan.</summary>
    /// <param name="now">The TAP and this machine's addresses.</param>
    /// <param name="main">The routes of the main table.</param>
    public void Look(TapSnapshot now, IReadOnlyList<RouteEntry> main)
    {
        HashSet<string> before = _found;
        _found = [];
        if (!now.Link.IsUp)
        {
            return;
        }

        var elsewhere =
            from probe in ProbesOf(now, main)
            let place = PlaceOf(probe.Address, now.Link.Index)
            where place is not null
            group probe.What by place;
        foreach (IGrouping<string, string> found in elsewhere)
        {
            string what = string.Join(" and ", found);
            string both = $"{what} {found.Key}";
            if (_found.Add(both) && before.Contains(both) && _said.Count < MaxSaid && _said.Add(both))
            {
                ClientLog.PartyLedElsewhere(logger, what, found.Key);
            }
        }
    }

    private static IEnumerable<(string What, IPAddress Address)> ProbesOf(TapSnapshot now, IReadOnlyList<RouteEntry> main)
    {
        foreach (InterfaceAddress own in now.Own.Where(address => IsIPv4(address) && !IPNetworks.IsLinkLocal(address.Address)))
        {
            IPNetwork network = IPNetworks.Of(own.Address, own.PrefixLength);
            if (own.PrefixLength <= MaxPrefixLength && Candidates(network).FirstOrDefault(IsThePartys) is { } machine)
            {
                yield return ($"the party's network {network}", machine);
            }
        }

        IPNetwork broadcast = IPNetworks.HostOf(IPAddress.Broadcast);
        if (main.Any(route => route.InterfaceIndex == now.Link.Index && route.Destination.Equals(broadcast)))
        {
            yield return ("255.255.255.255, where games search,", IPAddress.Broadcast);
        }

        // Neither this machine's own, nor held at home, nor in a network of another card.
        bool IsThePartys(IPAddress address) =>
            now.Own.All(own => !own.Address.Equals(address))
            && !main.Any(route => route.Destination.Equals(IPNetworks.HostOf(address)))
            && !now.Others.Where(IsIPv4).Any(other => IPNetworks.Of(other.Address, other.PrefixLength).Contains(address));
    }

    /// <summary>From both ends of a network and from its middle: what is held at home is not likely in all of these places.</summary>
    private static IEnumerable<IPAddress> Candidates(IPNetwork network)
    {
        byte[] middle = IPNetworks.Of(IPNetworks.LastOf(network), network.PrefixLength + 1).BaseAddress.GetAddressBytes();
        byte[] first = network.BaseAddress.GetAddressBytes();
        byte[] last = IPNetworks.LastOf(network).GetAddressBytes();
        for (byte step = 1; step <= 2; step++)
        {
            yield return new IPAddress([first[0], first[1], first[2], (byte)(first[3] + step)]);
            yield return new IPAddress([last[0], last[1], last[2], (byte)(last[3] - step)]);
            yield return new IPAddress([middle[0], middle[1], middle[2], (byte)(middle[3] + step - 1)]);
        }
    }

    private static bool IsIPv4(InterfaceAddress address) => address.Address.AddressFamily == AddressFamily.InterNetwork;

    /// <returns>Null: to the party, or the kernel does not say.</returns>
    private string? PlaceOf(IPAddress address, int tapIndex)
    {
        try
        {
            return NetlinkRoutes.Lookup(netlink, address) switch
            {
                null => "nowhere",
                { InterfaceIndex: int index } when index == tapIndex => null,
                { InterfaceIndex: int index } => NetlinkLinks.Find(netlink, index) is { } link ? $"to {link.Name}" : null,
            };
        }
        catch (SoftlanException)
        {
            return null; // It only serves a warning, which is nothing to end for.
        }
    }
}
