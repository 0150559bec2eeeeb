namespace Softlan.Roles.Client.Linux;

/// <summary>What else has the party's addresses, and so whether they can be led to the party.</summary>
internal enum OverlapKind
{
    /// <summary>A network of the player's own: they can.</summary>
    Home,

    /// <summary>A network of the player's own whose addresses an <see cref="OtherTunnel"/> has as well: of two parties the older has them, and only
    /// what keeps the home address where it is can be done.</summary>
    Contested,

    /// <summary>A bridge with nothing but guests of this machine, whose network is a part of the party's. No machine of the party's is likely there,
    /// and the guests would be cut off.</summary>
    Guests,

    /// <summary>Another TAP, or what is no Ethernet at all: another party, or a VPN. The player joined the one as well as the other, and the older
    /// stays.</summary>
    OtherTunnel,

    /// <summary>Another card has the very address of the TAP: what this machine says under it can only go one way.</summary>
    SameAddress,
}
