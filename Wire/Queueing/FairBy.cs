namespace Softlan.Wire;

/// <summary>Which of the two stations of a frame a link is to be shared fairly by.</summary>
internal enum FairBy
{
    /// <summary>Who sent it: towards a gateway or a player, where many send to one.</summary>
    Source,

    /// <summary>Whom it is for: from a gateway, where one LAN sends to many players.</summary>
    Destination,
}
