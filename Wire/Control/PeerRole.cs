namespace Softlan.Wire.Control;

/// <summary>What a peer does in its room. On the wire: <c>client</c>, <c>gateway</c>.</summary>
internal enum PeerRole
{
    /// <summary>One remote player with one MAC.</summary>
    Client,

    /// <summary>The bridge to a LAN; it speaks for every MAC there.</summary>
    Gateway,
}
