namespace Softlan.Roles.Client.Windows;

internal enum AddressNews
{
    None,

    /// <summary>The party's DHCP gave an address, or another one.</summary>
    New,

    /// <summary>The address is gone.</summary>
    Lost,

    /// <summary>No address comes, though the gateway is there.</summary>
    NoAnswer,
}
