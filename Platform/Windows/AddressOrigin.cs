namespace Softlan.Platform.Windows;

/// <summary>Where an address comes from.</summary>
internal enum AddressOrigin
{
    /// <summary>Set by hand, or anything else.</summary>
    Other,

    Dhcp,

    /// <summary>169.254.x.x: Windows chose it because no DHCP server answered.</summary>
    LinkLocal,
}
