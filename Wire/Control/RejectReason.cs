namespace Softlan.Wire.Control;

/// <summary>Why a relay does not admit a peer. On the wire in kebab case (<c>mac-taken</c>), see <see cref="KebabCase{TEnum}"/>.</summary>
internal enum RejectReason
{
    /// <summary>The peer speaks another version of this protocol.</summary>
    BadVersion,

    /// <summary>The hello misses something or says something impossible.</summary>
    BadHello,

    /// <summary>The MAC is not unicast and locally administered.</summary>
    BadMac,

    /// <summary>Another client of the room has this MAC.</summary>
    MacTaken,

    /// <summary>The room has as many clients as the relay allows.</summary>
    RoomFull,

    /// <summary>The room has a gateway already.</summary>
    GatewayTaken,

    /// <summary>The peer cannot carry the room's MTU.</summary>
    MtuTooSmall,

    /// <summary>The relay does not want this peer.</summary>
    NotAdmitted,

    /// <summary>The relay has as many peers or rooms as it allows, or has had too many joins from this address, or returns of this peer.</summary>
    ServerFull,

    /// <summary>The relay is about to stop and takes nobody new.</summary>
    Draining,
}
