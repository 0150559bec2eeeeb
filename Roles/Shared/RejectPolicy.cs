using Softlan.Wire.Control;

namespace Softlan.Roles.Shared;

/// <summary>Which rejects trying again can cure.</summary>
internal static class RejectPolicy
{
    /// <summary>How long a place that is taken may be the own one, left behind by a process that was killed: the relay gives that up after 30 s of
    /// silence.</summary>
    public static readonly TimeSpan OldSelfLifetime = TimeSpan.FromSeconds(40);

    /// <summary>Longest wait between attempts while the own old place is expected to become free.</summary>
    public static readonly TimeSpan TakenRetry = TimeSpan.FromSeconds(4);

    /// <param name="reason">What the relay said.</param>
    /// <param name="hasBeenJoined">Whether this session was in the room before: then a full room or relay is waited out.</param>
    /// <param name="takenFor">Time since the first reject for a taken place in a row.</param>
    public static bool IsFinal(RejectReason reason, bool hasBeenJoined, TimeSpan takenFor) => reason switch
    {
        RejectReason.Draining => false,
        RejectReason.RoomFull or RejectReason.ServerFull => !hasBeenJoined,
        _ when IsTaken(reason) => takenFor >= OldSelfLifetime,
        _ => true,
    };

    public static bool IsTaken(RejectReason reason) => reason is RejectReason.MacTaken or RejectReason.GatewayTaken;

    /// <summary>What the operator can do, as a clause in the imperative. Which of its limits a full relay has reached, its text
    /// says.</summary>
    /// <param name="reason">What the relay said.</param>
    /// <param name="role">Who reads it: behind a gateway it is the organiser.</param>
    /// <param name="hasBeenJoined">Whether this session was in the room before, so that its code is right.</param>
    public static string Hint(RejectReason reason, PeerRole role, bool hasBeenJoined) => reason switch
    {
        RejectReason.BadVersion => "install the softlan version that the relay runs",
        RejectReason.MacTaken => "stop the other softlan that uses this MAC, or choose another one with --virtual-mac",
        RejectReason.GatewayTaken => "stop the other gateway of this room, or choose another --room",
        RejectReason.RoomFull => "ask the organiser to raise the relay's --max-clients-per-room, or wait until somebody leaves",
        RejectReason.ServerFull =>
            (hasBeenJoined ? "" : "is the room code right? Compare it with the join command; if it is, ")
            + (role == PeerRole.Gateway
                ? "try again later, or raise the option that the relay names"
                : "try again later; where the relay names one of its options, ask the organiser to raise that"),
        RejectReason.MtuTooSmall =>
            "raise the MTU on this side to the room's (a player: --mtu, or leave it out; a gateway: its interface's), "
            + "or have everybody leave, and join first with a smaller one",
        RejectReason.NotAdmitted => "ask the organiser for admission to this room",
        RejectReason.BadMac => "choose a --virtual-mac whose second digit is 2, 6, a or e",
        _ => "compare the versions of softlan here and on the relay",
    };
}
