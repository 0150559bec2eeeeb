namespace Softlan.Wire;

/// <summary>Which of the two stations of a frame a link is to be shared fairly by.</summary>
internal enum FairBy
{
    /// <summary>Who sent it: from a relay to a gateway or a player, where many send to one.</summary>
    Source,

    /// <summary>Whom it is for: towards a relay, where one LAN or one player sends to many.</summary>
    Destination,
}
