using System.Net;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Windows;
using Softlan.Wire;

namespace Softlan.Roles.Client.Windows;

/// <summary>Notices when Windows sends elsewhere what games search the party with.</summary>
/// <remarks>
/// Every card has its own routes to 255.255.255.255 and to multicast groups, all with one metric, so that of the interface decides. The TAP has 1,
/// but a VPN may have 0 (WireGuard for Windows sets it where it is the way to the internet), and between equals Windows chooses.
/// </remarks>
/// <param name="ip">Asked, never changed here.</param>
/// <param name="luid">The TAP's interface.</param>
/// <param name="logger">For what the player should know.</param>
internal sealed class WindowsBroadcastWatch(IIpHelper ip, ulong luid, ILogger logger)
{
    /// <summary>Warnings of one run, for a VPN that comes and goes; later ones pass without a word.</summary>
    private const int MaxSaid = 16;

    /// <summary>The broadcast address, and a group that stands for all of them: that of SSDP.</summary>
    private static readonly IPAddress[] Searched = [IPAddress.Broadcast, IPAddress.Parse("239.255.255.250")];

    private readonly RouteTable _table = new(ip);
    private readonly HashSet<ulong> _said = [];
    private int _timesSaid;

    /// <summary>What the last look found. Something is told of when two looks in a row find it: one may fall into the middle of a change.</summary>
    private HashSet<ulong> _found = [];

    private bool _leadsToTheParty;

    /// <summary>Asks Windows where it would send. Called every few seconds.</summary>
    /// <param name="addresses">Those of this machine: without one at the party, the TAP has no such routes.</param>
    public void Look(IReadOnlyList<OwnAddress> addresses)
    {
        bool isReady = addresses.Any(own => own.InterfaceLuid == luid && own.Origin != AddressOrigin.LinkLocal);
        (IPAddress To, ulong? Place)[] ways = isReady ? [.. Searched.Select(to => (to, PlaceOf(to)))] : [];
        var elsewhere =
            from way in ways
            where way.Place is not null && way.Place != luid
            group way.To by way.Place!.Value;
        HashSet<ulong> before = _found;
        _found = [];
        foreach (IGrouping<ulong, IPAddress> found in elsewhere)
        {
            _found.Add(found.Key);
            if (before.Contains(found.Key) && !_said.Contains(found.Key) && _timesSaid < MaxSaid && ip.FindAlias(found.Key) is { } alias)
            {
                _said.Add(found.Key);
                _timesSaid++;
                ClientLog.SearchesLedElsewhere(logger, string.Join(" and ", found), alias, PowerShell.Quote(alias));
            }
        }

        bool ledBefore = _leadsToTheParty;
        _leadsToTheParty = isReady && ways.All(way => way.Place == luid);
        if (_leadsToTheParty && ledBefore && _said.Count > 0)
        {
            _said.Clear(); // The next time is news again.
            ClientLog.SearchesLedToTheParty(logger, string.Join<IPAddress>(" and ", Searched));
        }
    }

    /// <returns>The interface; null: Windows does not say, or has no way.</returns>
    private ulong? PlaceOf(IPAddress destination)
    {
        try
        {
            return _table.FindBest(destination)?.InterfaceLuid;
        }
        catch (SoftlanException)
        {
            return null; // It only serves a warning, which is nothing to end for.
        }
    }
}
