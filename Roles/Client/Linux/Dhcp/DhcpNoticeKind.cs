namespace Softlan.Roles.Client.Linux.Dhcp;

internal enum DhcpNoticeKind
{
    /// <summary>Nothing to do.</summary>
    Nothing,

    /// <summary>An address was given or prolonged.</summary>
    Lease,

    /// <summary>The address must not be used any more: the server or the lease's end says so.</summary>
    Gone,

    /// <summary>The DHCP client begins anew, since it starts or nobody answered it. What was given stays the player's until the lease ends
    /// (RFC 2131, 4.4.5).</summary>
    Restarted,

    /// <summary>An address was given that a player must not have.</summary>
    Refused,

    /// <summary>Nobody answered; the client tries again.</summary>
    NoAnswer,
}
