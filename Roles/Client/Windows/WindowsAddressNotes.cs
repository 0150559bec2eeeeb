using System.Net;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Windows;
using Softlan.Wire;

namespace Softlan.Roles.Client.Windows;

/// <summary>What the player should know of the TAP's addresses, whoever gave them.</summary>
/// <param name="ip">Asked, never changed here.</param>
/// <param name="adapter">The adapter.</param>
/// <param name="luid">Its interface.</param>
/// <param name="logger">Where it is told.</param>
internal sealed class WindowsAddressNotes(IIpHelper ip, TapAdapter adapter, ulong luid, ILogger logger)
{
    /// <summary>Addresses that are spoken of; later ones pass without a word.</summary>
    private const int MaxSaid = 16;

    private readonly HashSet<(IPNetwork Party, IPNetwork Own)> _saidOverlaps = [];
    private readonly HashSet<IPAddress> _saidByHand = [];

    /// <summary>The address that somebody set by hand, where the party's DHCP gave none; null: there is none.</summary>
    public IPAddress? ByHand { get; private set; }

    /// <param name="own">The addresses of the TAP.</param>
    /// <param name="all">Those of this machine.</param>
    public void Look(OwnAddress[] own, IReadOnlyList<OwnAddress> all)
    {
        TellOverlaps(own, all);
        ByHand = own.Any(address => address.Origin == AddressOrigin.Dhcp)
            ? null
            : own.FirstOrDefault(address => address.Origin == AddressOrigin.Other).Address;
        if (ByHand is not null && _saidByHand.Count < MaxSaid && _saidByHand.Add(ByHand))
        {
            ClientLog.AddressSetByHand(logger, ByHand, adapter.Name);
        }
    }

    /// <summary>With metric 1 it is the party that wins: the printer at home would be looked for there. (Not the router, nor name servers:
    /// <see cref="WindowsHomeGuard"/>.)</summary>
    private void TellOverlaps(OwnAddress[] own, IReadOnlyList<OwnAddress> all)
    {
        foreach (IPNetwork party in own.Where(address => address.Origin != AddressOrigin.LinkLocal).Select(address => address.Network))
        {
            foreach (OwnAddress other in all.Where(other => other.InterfaceLuid != luid))
            {
                if (IPNetworks.Overlap(other.Network, party)
                    && _saidOverlaps.Add((party, other.Network)))
                {
                    ClientLog.NetworksOverlap(
                        logger, party.ToString(), other.Network.ToString(), ip.FindAlias(other.InterfaceLuid) ?? "another card",
                        ClientLog.OverlapLeadsToTheParty, ClientLog.RareBeside(party));
                }
            }
        }
    }
}
