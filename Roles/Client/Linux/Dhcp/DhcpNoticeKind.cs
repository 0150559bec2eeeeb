namespace Softlan.Roles.Client.Linux.Dhcp;

internal enum DhcpNoticeKind
{
    /// <summary>Nothing to do.</summary>
    Nothing,

    /// <summary>An address was given or prolonged.</summary>
    Lease,

    /// <summary>The address must not be used any more.</summary>
    Gone,

    /// <summary>An address was given that a player must not have.</summary>
    Refused,

    /// <summary>Nobody answered; the client tries again.</summary>
    NoAnswer,
}
