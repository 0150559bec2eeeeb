using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>Why somebody left a room, in plain words.</summary>
internal static class Departures
{
    /// <summary>For brackets behind "left".</summary>
    public static string Describe(CloseReason reason) => reason switch
    {
        CloseReason.Normal => "stopped",
        CloseReason.TimedOut => "connection lost",
        CloseReason.Replaced => "another softlan took the place",
        CloseReason.ProtocolError => "broke the protocol",
        CloseReason.Kicked => "removed by the relay",
        CloseReason.ShuttingDown => "shut down",
        _ => "for an unknown reason",
    };
}
