using System.Net;

namespace Softlan.Roles.Client.Windows;

/// <summary>Notices what address the party's DHCP gave, and when none comes. A pure function of addresses and time.</summary>
internal sealed class AddressWatch
{
    /// <summary>Windows asks for some seconds; a DHCP server that is there has answered by then, however slow the way.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private TimeSpan? _since;

    /// <summary>Nobody has answered for as long as <see cref="Patience"/>, since the last address or the start.</summary>
    public bool SaidNoAnswer { get; private set; }

    /// <summary>The address from the party's DHCP; null while there is none.</summary>
    public IPAddress? Address { get; private set; }

    /// <summary>What changed since the last look.</summary>
    /// <param name="now">The lane's time.</param>
    /// <param name="canAnswer">The gateway is there and the cable is in.</param>
    /// <param name="fromDhcp">The address from DHCP that the card has.</param>
    /// <param name="hasAnother">It has an address that somebody set by hand, so nobody waits for DHCP.</param>
    public AddressNews Look(TimeSpan now, bool canAnswer, IPAddress? fromDhcp, bool hasAnother)
    {
        _since = canAnswer ? _since ?? now : null;
        if (!Equals(fromDhcp, Address))
        {
            bool isLoss = fromDhcp is null;
            Lost = Address;
            Address = fromDhcp;
            SaidNoAnswer = false;
            _since = canAnswer ? now : null;
            return isLoss ? AddressNews.Lost : AddressNews.New;
        }

        if (Address is not null || hasAnother || SaidNoAnswer || _since is null || now - _since < Patience)
        {
            return AddressNews.None;
        }

        SaidNoAnswer = true;
        return AddressNews.NoAnswer;
    }

    /// <summary>The address before the last change.</summary>
    public IPAddress? Lost { get; private set; }
}
