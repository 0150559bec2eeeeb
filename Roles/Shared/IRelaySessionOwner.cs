using System.Net;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Shared;

/// <summary>What a <see cref="RelaySession"/> reports, always on its lane. The owner may call any member of the session from here.</summary>
internal interface IRelaySessionOwner
{
    /// <summary>The session is about to connect to this address: the last moment to hold a route to it. A <see cref="SoftlanException"/> thrown here
    /// ends the session.</summary>
    void OnConnecting(IPEndPoint relay);

    /// <summary>A token that takes this peer's place over again after a crash: keep it where the next start finds it, 0600.</summary>
    void OnResumeToken(string token);

    /// <summary>In the room, for the first time or again. <see cref="RelaySession.Peers"/> holds who was there before; for those no
    /// <see cref="OnPeerJoined"/> follows.</summary>
    void OnJoined(JoinedRoom room);

    void OnPeerJoined(PeerInfo peer);

    /// <summary>Called after the peer has left <see cref="RelaySession.Peers"/>.</summary>
    void OnPeerLeft(PeerInfo peer, CloseReason reason);

    /// <summary>Only for clients: the gateway reaches the party's LAN again, or does not any more. Said of a gateway that is in the room; one that
    /// comes reaches it until this says otherwise.</summary>
    void OnLanChanged(bool isConnected);

    /// <summary>One frame from the relay, checked: known source peer, its own MAC, safety policy, room MTU, MSS lowered. Borrowed.</summary>
    void OnFrame(ReadOnlySpan<byte> frame, PeerInfo source);

    /// <summary>Not in the room (any more); the session tries again by itself. Can come several times in a row.</summary>
    void OnDisconnected(string reason, TimeSpan retryIn);

    /// <summary>Trying again is useless. The session has stopped and reports nothing more.</summary>
    void OnFatal(SoftlanException reason);
}
